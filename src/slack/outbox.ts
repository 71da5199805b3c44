/**
 * The one way a message gets into Slack. Posting is not idempotent, so each message is held, marked before it is posted,
 * and carries its id in Slack's metadata: where the answer was lost, the history is read before anything is posted again.
 */
import { createHash } from 'node:crypto';
import type { MessageMetadata } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Checkpoint, HeldMessage, Messages } from '../engine/ports.ts';
import { call, isUnknown, slackError } from './calls.ts';
import type { View } from './views/blocks.ts';

export interface Outbox {
  /** Posts the message of this key, or brings it up to date where it stands. @throws AdapterError */
  deliver(key: string, place: Place, view: View): Promise<void>;
  /** The same for a message that has a place; nothing when it has become another subject's. @throws AdapterError */
  refresh(key: string, view: View): Promise<void>;
}

interface Thread {
  readonly threadTs?: string | undefined;
  /** A reply that is shown in the channel too. */
  readonly broadcast?: boolean;
}

export interface Place extends Thread {
  /** Of a message not posted yet; one that is stays where it is. */
  readonly channel: string;
}

export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

export const EVENT_TYPE = 'paksa_message';
/** How many messages are read at a time to find one whose answer was lost, and how often: a thread begins with its oldest. */
const AT_A_TIME = 100;
const MOST_READINGS = 10;

export interface OutboxDeps {
  readonly client: WebClient;
  readonly messages: Messages;
  readonly checkpoint: Checkpoint;
  /** Begins the marks of messages. */
  readonly installation: string;
}

/** What names a message in its metadata to whoever knows its key alone, such as a replica without the database. */
export const markOf = (installation: string, key: string): string => `${installation}/${key}`;

/** Posted by whoever comes first, the database at hand or not; other keys pass from one message to another. */
const isShared = (key: string): boolean => /^(page|alone)\//.test(key);

export function createOutbox({ client, messages, checkpoint, installation }: OutboxDeps): Outbox {
  const show = async (key: string, view: View, thread: Thread): Promise<void> => {
    await messages.hold(key, async (message) => {
      const content = digest(view);
      const mark = markOf(installation, key);
      const ts = message.ts ?? (await findPosted(client, message, thread, isShared(key) ? mark : undefined));
      if (ts === undefined) return post(client, { ...message, mark }, thread, view, content, checkpoint);
      if (message.content !== content) await update(client, { channel: message.channel, ts }, view);
      if (message.content !== content || message.state !== 'sent') await message.markSent(ts, content);
    });
  };
  return {
    deliver: async (key, { channel, ...thread }, view) => {
      await messages.reserve(key, channel);
      await show(key, view, thread);
    },
    refresh: (key, view) => show(key, view, {}),
  };
}

const digest = (view: View): string => createHash('sha256').update(JSON.stringify(view)).digest('base64url');

async function post(
  client: WebClient,
  message: HeldMessage & { readonly mark: string },
  { threadTs, broadcast }: Thread,
  view: View,
  content: string,
  checkpoint: Checkpoint,
): Promise<void> {
  await message.markSending();
  checkpoint('message-claimed');
  const { channel, id, mark } = message;
  const metadata: MessageMetadata = { event_type: EVENT_TYPE, event_payload: { id, mark } };
  const common = {
    channel,
    text: view.text,
    blocks: view.blocks,
    metadata,
    unfurl_links: false,
    unfurl_media: false,
  };
  const posting =
    threadTs === undefined
      ? client.chat.postMessage(common)
      : broadcast
        ? client.chat.postMessage({ ...common, thread_ts: threadTs, reply_broadcast: true })
        : client.chat.postMessage({ ...common, thread_ts: threadTs });
  const answer = await call('chat.postMessage', posting).catch(async (error: unknown) => {
    // Refused outright, it is not there, and the next try need not look for it.
    if (!isUnknown(error)) await message.markFailed();
    throw error;
  });
  checkpoint('message-posted');
  if (answer.ts === undefined) throw new Error('Slack answered chat.postMessage without a time stamp');
  await message.markSent(answer.ts, content);
}

/** Where the history cannot be read, such as in a public channel that Paksa posts to without having joined it. */
const UNREADABLE = new Set(['not_in_channel', 'channel_not_found', 'missing_scope', 'thread_not_found']);

/** The time stamp of a message whose posting was begun by somebody who did not live to record it. */
async function findPosted(
  client: WebClient,
  message: HeldMessage,
  { threadTs }: Thread,
  mark: string | undefined,
): Promise<string | undefined> {
  if (message.state !== 'sending') return undefined;
  let cursor = '';
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const { messages, next } = await read(client, message.channel, threadTs, cursor);
    const found = messages.find(({ metadata }) => {
      const named = namesOf(metadata);
      return named !== undefined && (named.id === message.id || (mark !== undefined && named.mark === mark));
    });
    if (found || next === '') return found?.ts;
    cursor = next;
  }
  return undefined;
}

async function read(client: WebClient, channel: string, threadTs: string | undefined, cursor: string) {
  const options = {
    ...{ channel, limit: AT_A_TIME, include_all_metadata: true },
    ...(cursor === '' ? {} : { cursor }),
  };
  const reading =
    threadTs === undefined
      ? call('conversations.history', client.conversations.history(options))
      : call('conversations.replies', client.conversations.replies({ ...options, ts: threadTs }));
  try {
    const { messages = [], response_metadata: more } = await reading;
    return { messages, next: more?.next_cursor ?? '' };
  } catch (error) {
    // A message twice is better than a page that never comes.
    if (UNREADABLE.has(slackError(error) ?? '')) return { messages: [], next: '' };
    throw error;
  }
}

const Names = z.object({ id: z.string().optional(), mark: z.string().optional() });

/** What Paksa's own message says of itself; undefined of another's. */
export function namesOf(
  metadata: { event_type?: string; event_payload?: unknown } | undefined,
): z.output<typeof Names> | undefined {
  return metadata?.event_type === EVENT_TYPE ? Names.safeParse(metadata.event_payload).data : undefined;
}

const update = (client: WebClient, { channel, ts }: Posted, view: View) =>
  call('chat.update', client.chat.update({ channel, ts, text: view.text, blocks: view.blocks }));
