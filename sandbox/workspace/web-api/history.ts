/** `conversations.history` and `conversations.replies`. */
import { z } from 'zod';
import type { Messages } from '../messages.ts';
import type { Channel, Message } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { messageObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { count, flag, optional, required } from './arguments.ts';
import type { Channels } from './channels.ts';
import { type Methods, method } from './method.ts';
import { page } from './paging.ts';

const range = {
  channel: optional,
  oldest: optional,
  latest: optional,
  inclusive: flag,
  limit: count(100, 999),
  cursor: optional,
  include_all_metadata: flag,
};

interface Range {
  oldest?: string | undefined;
  latest?: string | undefined;
  inclusive: boolean;
}

/** Timestamps are compared as numbers of microseconds: as floating-point numbers they would lose digits. */
function micros(ts: string): bigint {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return BigInt(seconds + fraction.padEnd(6, '0').slice(0, 6));
}

function within({ oldest, latest, inclusive }: Range) {
  return ({ ts }: Message) => {
    const at = micros(ts);
    const from = oldest === undefined ? undefined : micros(oldest);
    const to = latest === undefined ? undefined : micros(latest);
    if (from !== undefined && (inclusive ? at < from : at <= from)) return false;
    return to === undefined || (inclusive ? at <= to : at < to);
  };
}

export function historyMethods(state: State, messages: Messages, channels: Channels): Methods {
  const shown = (message: Message, withMetadata: boolean, { pins }: Channel) => {
    const replies = messages.thread(message.channel, message.ts).filter(({ ts }) => ts !== message.ts);
    return {
      ...messageObject(message, state, replies),
      ...(message.metadata && withMetadata && { metadata: message.metadata }),
      ...(pins.some(({ ts }) => ts === message.ts) && { pinned_to: [message.channel] }),
    };
  };
  const checkTimes = ({ oldest, latest }: Range) => {
    const isTime = (ts: string | undefined) => ts === undefined || /^\d+(\.\d+)?$/.test(ts);
    if (!isTime(oldest)) throw new SlackError('invalid_ts_oldest');
    if (!isTime(latest)) throw new SlackError('invalid_ts_latest');
  };

  return {
    'conversations.history': method('tier3', z.object(range), (args) => {
      const channel = channels.joined(args.channel);
      checkTimes(args);
      const found = messages.history(channel.id).filter(within(args)).toReversed();
      const { items, hasMore, response_metadata } = page(found, args);
      return {
        messages: items.map((message) => shown(message, args.include_all_metadata, channel)),
        has_more: hasMore,
        pin_count: channel.pins.length,
        ...(hasMore && { response_metadata }),
      };
    }),

    'conversations.replies': method('tier3', z.object({ ...range, ts: required }), (args) => {
      const channel = channels.joined(args.channel);
      checkTimes(args);
      const named = messages.find(channel.id, args.ts);
      if (!named) throw new SlackError('thread_not_found');
      const [parent, ...replies] = messages.thread(channel.id, named.threadTs ?? named.ts);
      // The parent comes first whatever the range.
      const found = [...(parent ? [parent] : []), ...replies.filter(within(args))];
      const { items, hasMore, response_metadata } = page(found, args);
      return {
        messages: items.map((message) => shown(message, args.include_all_metadata, channel)),
        has_more: hasMore,
        ...(hasMore && { response_metadata }),
      };
    }),
  };
}
