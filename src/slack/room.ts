/**
 * The channel of its own that a severe incident gets: made once, whoever dies meanwhile; with those who are paged and at it
 * invited, each once; told when it is over, and archived. Slack knows no key of ours for a channel: its name is one.
 */
import type { WebClient } from '@slack/web-api';
import { apply } from '../engine/apply.ts';
import type { Checkpoint, HeldRoom, Rooms, Store } from '../engine/ports.ts';
import type { TaskOf } from '../engine/task.ts';
import { AdapterError, messageOf } from '../errors.ts';
import { PAKSA } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { call, isUnknown, slackError } from './calls.ts';
import type { Outbox } from './outbox.ts';
import { roomMembers } from './room-members.ts';
import type { View } from './views/blocks.ts';
import { roomName, roomNews, roomTopic } from './views/room-news.ts';

export interface RoomDeps {
  readonly client: WebClient;
  readonly store: Store;
  readonly rooms: Rooms;
  readonly outbox: Outbox;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
}

/** Of a name that is taken. */
const MOST_NAMES = 20;
/** Slack's clock and the database's may differ so much, in milliseconds. */
const CLOCKS_MS = 300_000;

/** Whatever has happened: called once more, it finds nothing left to do. @throws AdapterError when it may be done later */
export async function keepRoom(deps: RoomDeps, { incident: id }: TaskOf<'room'>): Promise<void> {
  const incident = await deps.store.incident(id);
  const { room } = incident ?? {};
  if (!incident || !room || room.state === 'failed') return;
  await deps.rooms.hold(id, room.number, async (held) => {
    try {
      const channel = held.channel ?? (await make(deps, incident, held));
      if (room.state === 'owed') {
        const name = held.name ?? (await nameOf(deps.client, channel));
        await apply(
          deps.store,
          id,
          { type: 'room-opened', number: room.number, channel, name },
          { actor: PAKSA, cause: `room/${id}/${room.number}` },
        );
        // What the opening owes comes back here, with the channel known.
        return;
      }
      if (room.state === 'archived') return await archive(deps, channel);
      if (incident.status !== 'resolved') await invite(deps, incident, held, channel);
      const key = `room-news/${id}/${room.number}/${incident.resolvedAt ?? 'begun'}`;
      await deps.outbox.deliver(key, { channel }, roomNews(incident));
    } catch (error) {
      if (!(error instanceof AdapterError) || error.retryable) throw error;
      // Archived by a person, or gone: the card goes on.
      if (room.state !== 'owed') return;
      await apply(
        deps.store,
        id,
        { type: 'room-failed', number: room.number, reason: deps.redact(messageOf(error)) },
        { actor: PAKSA, cause: `room/${id}/${room.number}` },
      );
    }
  });
}

/** Its card stands in its own channel too, so that everything can be done from there. */
export async function refreshRoom(
  { outbox }: Pick<RoomDeps, 'outbox'>,
  { id, room }: Incident,
  card: View,
): Promise<void> {
  if (room?.state !== 'open' || room.channel === undefined) return;
  await outbox
    .deliver(`room/${id}/${room.number}`, { channel: room.channel }, card)
    .catch((error: unknown) => {
      // The card itself must not wait for a channel that somebody has archived.
      if (!(error instanceof AdapterError) || error.retryable) throw error;
    });
}

async function make(deps: RoomDeps, incident: Incident, held: HeldRoom): Promise<string> {
  const { client, checkpoint } = deps;
  const isPrivate = incident.policy.rooms?.isPrivate ?? false;
  let begun = held.state === 'creating' ? held.name : undefined;
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const name = roomName(incident, number);
    // Whoever began it did not live to write down what became of it.
    const found = begun === name ? await findMade(client, held, name) : undefined;
    const channel = found ?? (await create(client, held, name, isPrivate, checkpoint));
    begun = undefined;
    if (channel === undefined) continue;
    await held.markOpen(channel);
    const topic = roomTopic(incident);
    await call('conversations.setTopic', client.conversations.setTopic({ channel, topic }));
    return channel;
  }
  throw new AdapterError(`Slack has ${MOST_NAMES} channels with the names that ${incident.id} could have.`, {
    system: 'slack',
    operation: 'conversations.create',
    fault: 'refused',
    retryable: false,
  });
}

/** Undefined when the name is taken by another channel. */
async function create(
  client: WebClient,
  held: HeldRoom,
  name: string,
  isPrivate: boolean,
  checkpoint: Checkpoint,
): Promise<string | undefined> {
  await held.markCreating(name);
  checkpoint('room-claimed');
  const made = await call(
    'conversations.create',
    client.conversations.create({ name, is_private: isPrivate }),
  ).catch(async (error: unknown) => {
    if (!isUnknown(error)) await held.markRefused();
    if (slackError(error) === 'name_taken') return undefined;
    throw error;
  });
  checkpoint('room-created');
  return made?.channel?.id;
}

/** A channel of that name that Paksa made since it began to: one from another installation is older. */
async function findMade(
  client: WebClient,
  { begunAt = 0 }: HeldRoom,
  name: string,
): Promise<string | undefined> {
  const { user_id: self } = await call('auth.test', client.auth.test());
  let cursor: string | undefined;
  do {
    const page = await call(
      'conversations.list',
      client.conversations.list({
        types: 'public_channel,private_channel',
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    const found = page.channels?.find(
      (each) =>
        each.name === name && each.creator === self && (each.created ?? 0) * 1_000 > begunAt - CLOCKS_MS,
    );
    if (found?.id !== undefined) return found.id;
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return undefined;
}

async function nameOf(client: WebClient, channel: string): Promise<string> {
  const { channel: found } = await call('conversations.info', client.conversations.info({ channel }));
  return found?.name ?? channel;
}

/** Each is asked once: whoever leaves is not fetched back, and whom Slack refuses is told of. */
async function invite(deps: RoomDeps, incident: Incident, held: HeldRoom, channel: string): Promise<void> {
  const { client, store, redact, checkpoint } = deps;
  const users: string[] = [];
  const leftOut: { user: string; reason: string }[] = [];
  for (const user of await roomMembers(client, incident)) {
    if (held.invited.includes(user)) continue;
    try {
      await call('conversations.invite', client.conversations.invite({ channel, users: user }));
      users.push(user);
    } catch (error) {
      if (!(error instanceof AdapterError) || error.retryable) throw error;
      if (slackError(error) === 'is_archived' || slackError(error) === 'channel_not_found') throw error;
      if (slackError(error) !== 'already_in_channel' && slackError(error) !== 'cant_invite_self')
        leftOut.push({ user, reason: redact(messageOf(error)) });
    }
    await held.markInvited(user);
    checkpoint('room-invited');
  }
  if (users.length + leftOut.length > 0)
    await apply(store, incident.id, { type: 'room-joined', users, leftOut }, { actor: PAKSA });
}

async function archive({ client }: RoomDeps, channel: string): Promise<void> {
  await call('conversations.archive', client.conversations.archive({ channel })).catch((error: unknown) => {
    if (slackError(error) !== 'already_archived') throw error;
  });
}
