/** Everything that the workspace holds, seeded once and found again at the next start. */
import { type Collection, openDocuments } from './documents.ts';
import { makeToken, timestamps } from './ids.ts';
import type { Channel, Message, StoredFile, User, UserGroup, View } from './model.ts';
import { directMessage, type Seed } from './people.ts';

export interface Credentials {
  botToken: string;
  appToken: string;
  signingSecret: string;
  /** The old one that payloads still carry. */
  verificationToken: string;
}

export interface State {
  readonly seed: Seed;
  readonly credentials: Credentials;
  readonly users: Collection<User>;
  readonly groups: Collection<UserGroup>;
  readonly channels: Collection<Channel>;
  readonly messages: Collection<Message>;
  readonly homes: Collection<View>;
  readonly files: Collection<StoredFile>;
  /** Milliseconds since 1970. */
  now(): number;
  nextTs(): string;
  close(): void;
}

export const messageKey = (channel: string, ts: string) => `${channel}:${ts}`;

function makeCredentials(signingSecret: string | undefined): Credentials {
  return {
    botToken: `xoxb-${makeToken()}`,
    appToken: `xapp-1-${makeToken()}`,
    signingSecret: signingSecret ?? makeToken(16),
    verificationToken: makeToken(),
  };
}

function sow(state: Pick<State, 'seed' | 'users' | 'groups' | 'channels' | 'now'>): void {
  const { seed, users, groups, channels } = state;
  const { botUserId } = seed.app;
  const everyone = [...seed.users.map(({ id }) => id), botUserId];
  const base = {
    creator: everyone[0] ?? botUserId,
    created: Math.floor(state.now() / 1000),
    isArchived: false,
    pins: [],
    bookmarks: [],
  };
  const bot = { id: botUserId, name: seed.app.name, realName: 'Paksa', role: 'App', isBot: true };
  for (const user of [...seed.users.map((person) => ({ ...person, isBot: false })), bot])
    users.set(user.id, user);
  for (const group of seed.groups) groups.set(group.id, group);
  for (const { id, name, topic, isPrivate, members } of seed.channels) {
    if (channels.get(id)) continue;
    channels.set(id, {
      ...base,
      id,
      name,
      topic,
      kind: isPrivate ? 'private' : 'public',
      members: members ?? everyone,
    });
  }
  for (const { id } of seed.users) {
    const direct = directMessage(id);
    if (channels.get(direct)) continue;
    channels.set(direct, {
      ...base,
      id: direct,
      name: direct,
      topic: '',
      kind: 'im',
      members: [id, botUserId],
    });
  }
}

export interface StateOptions {
  seed: Seed;
  dataDir: string | undefined;
  /** Chosen by the owner of the bot when it is reached over HTTP. */
  signingSecret: string | undefined;
  clock: () => number;
}

export function openState({ seed, dataDir, signingSecret, clock }: StateOptions): State {
  const documents = openDocuments(dataDir);
  const kept = documents.collection<Credentials>('credentials');
  const credentials = {
    ...(kept.get('app') ?? makeCredentials(signingSecret)),
    ...(signingSecret !== undefined && { signingSecret }),
  };
  kept.set('app', credentials);
  const messages = documents.collection<Message>('messages');
  const latest = messages
    .values()
    .map(({ ts }) => ts)
    .sort()
    .at(-1);
  const state: State = {
    seed,
    credentials,
    users: documents.collection('users'),
    groups: documents.collection('groups'),
    channels: documents.collection('channels'),
    messages,
    homes: documents.collection('homes'),
    files: documents.collection('files'),
    now: clock,
    nextTs: timestamps(clock, latest),
    close: documents.close,
  };
  sow(state);
  return state;
}
