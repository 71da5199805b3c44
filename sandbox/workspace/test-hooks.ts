/** What tests see of the workspace, and what they can make happen in it. */
import type { Client } from './client.ts';
import type { SignedHttp } from './delivery/signed-http.ts';
import type { SocketMode } from './delivery/socket-mode.ts';
import type { Collection } from './documents.ts';
import { readable } from './messages.ts';
import type { Channel, Message, User, UserGroup, View } from './model.ts';
import { actAs, type Person } from './person.ts';
import type { Platform } from './platform.ts';
import { waitUntil } from './waiting.ts';
import type { Fault, Faults } from './web-api/faults.ts';
import type { RecordedRequest } from './web-api/handle.ts';

const PATIENCE_MS = 5000;

export interface Hooks {
  as(user: string): Person;
  /** Of one channel, or of all; oldest first, replies in threads among them. */
  messages(channel?: string): Message[];
  thread(channel: string, ts: string): Message[];
  ephemerals(user: string): Message[];
  /** Open modals, the one on top last. */
  views(user: string): View[];
  home(user: string): View | undefined;
  /** Text and blocks of a message or view as words. */
  readable(message: Message): string;
  /** The latest that fits, now or as soon as there is one. Ephemeral ones too. @throws Error after `timeoutMs` */
  waitForMessage(fits: (message: Message) => boolean, timeoutMs?: number): Promise<Message>;
  waitForView(user: string, fits?: (view: View) => boolean, timeoutMs?: number): Promise<View>;
  waitForConnections(count: number, timeoutMs?: number): Promise<void>;
  /** Web API calls, oldest first. */
  requests: RecordedRequest[];
  /** What an administrator, or the person, changes in Slack's own settings. @throws Error when there is no such thing */
  change: {
    user(
      id: string,
      to: Partial<Pick<User, 'isDeactivated' | 'isBot' | 'isGuest' | 'timeZone' | 'quiet'>>,
    ): void;
    group(id: string, to: Partial<Pick<UserGroup, 'users' | 'isDisabled'>>): void;
    channel(id: string, to: Partial<Pick<Channel, 'isArchived' | 'members' | 'kind'>>): void;
  };
  failNext(method: string, fault: Fault, times?: number): void;
  /** Refuses Slack's side of the workspace, and breaks what is connected; the page stays. */
  offline(isOffline: boolean): void;
  /** The next `times` payloads arrive twice. */
  duplicateNext(times?: number): void;
  refreshSockets(): void;
  breakSockets(): void;
  connections(): number;
  /** Slack's challenge to a request URL. */
  verifyUrl(): Promise<boolean>;
}

export interface HookParts {
  platform: Platform;
  client: Client;
  faults: Faults;
  requests: RecordedRequest[];
  socketMode: SocketMode | undefined;
  signedHttp: SignedHttp | undefined;
}

export function createHooks({
  platform,
  client,
  faults,
  requests,
  socketMode,
  signedHttp,
}: HookParts): Hooks {
  const { state, changes, messages, views, delivery } = platform;
  const byTime = (a: Message, b: Message) => (a.ts < b.ts ? -1 : 1);
  const everyEphemeral = () => state.users.values().flatMap(({ id }) => messages.ephemerals(id));
  const connections = () => socketMode?.connectionCount() ?? 0;

  return {
    as: (user) => actAs(user, { client, state, messages, views }),
    messages: (channel) =>
      state.messages
        .values()
        .filter((message) => channel === undefined || message.channel === channel)
        .sort(byTime),
    thread: messages.thread,
    ephemerals: messages.ephemerals,
    views: views.stack,
    home: views.home,
    readable,
    waitForMessage: (fits, timeoutMs = PATIENCE_MS) => {
      const all = () => [...state.messages.values(), ...everyEphemeral()].sort(byTime);
      const seen = () =>
        `a message; there are:\n${all()
          .map((one) => `- ${readable(one)}`)
          .join('\n')}`;
      return waitUntil(changes, () => all().findLast(fits), timeoutMs, seen);
    },
    waitForView: (user, fits = () => true, timeoutMs = PATIENCE_MS) =>
      waitUntil(
        changes,
        () => views.stack(user).findLast(fits),
        timeoutMs,
        () => `a view of ${user}`,
      ),
    waitForConnections: async (count, timeoutMs = PATIENCE_MS) => {
      const look = () => (connections() === count ? count : undefined);
      await waitUntil(changes, look, timeoutMs, () => `${count} connections; there are ${connections()}`);
    },
    requests,
    change: {
      user: (id, to) => alter(state.users, id, to),
      group: (id, to) => alter(state.groups, id, to),
      channel: (id, to) => alter(state.channels, id, to),
    },
    failNext: faults.failNext,
    offline: (isOffline) => {
      faults.isOffline = isOffline;
      if (isOffline) socketMode?.breakConnections();
    },
    duplicateNext: (times = 1) => delivery.duplicateNext(times),
    refreshSockets: () => socketMode?.refresh(),
    breakSockets: () => socketMode?.breakConnections(),
    connections,
    verifyUrl: async () => (await signedHttp?.verifyUrl()) ?? false,
  };
}

function alter<Thing>(all: Collection<Thing>, id: string, to: Partial<Thing>): void {
  const found = all.get(id);
  if (found === undefined) throw new Error(`There is no ${id}.`);
  all.set(id, { ...found, ...to });
}
