/** What is put on messages and channels: `reactions.*`, `pins.*` and `bookmarks.*`. */
import { z } from 'zod';
import { makeId } from '../ids.ts';
import type { Messages } from '../messages.ts';
import type { Message } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { bookmarkObject, messageObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { optional, required } from './arguments.ts';
import type { Channels } from './channels.ts';
import { type Methods, method } from './method.ts';

const PINS = 100;
const BOOKMARKS = 100;

export function markMethods(state: State, messages: Messages, channels: Channels): Methods {
  const { botUserId } = state.seed.app;
  const now = () => Math.floor(state.now() / 1000);
  const target = (channel: string | undefined, ts: string): Message => {
    const message = messages.find(channels.joined(channel).id, ts);
    if (!message) throw new SlackError('message_not_found');
    return message;
  };
  const reaction = z.object({ channel: optional, timestamp: required, name: required });
  const pin = z.object({ channel: optional, timestamp: required });

  return {
    'reactions.add': method('tier3', reaction, (args) => {
      const name = args.name.replaceAll(':', '');
      if (!/^[a-z0-9_+'-]+(::skin-tone-\d)?$/.test(name)) throw new SlackError('invalid_name');
      const message = target(args.channel, args.timestamp);
      const known = message.reactions.find((one) => one.name === name);
      if (known?.users.includes(botUserId)) throw new SlackError('already_reacted');
      const reactions = known
        ? message.reactions.map((one) => (one === known ? { name, users: [...one.users, botUserId] } : one))
        : [...message.reactions, { name, users: [botUserId] }];
      messages.change(message, { reactions }, false);
      return {};
    }),

    'reactions.remove': method('tier2', reaction, (args) => {
      const message = target(args.channel, args.timestamp);
      if (!message.reactions.some((one) => one.name === args.name && one.users.includes(botUserId))) {
        throw new SlackError('no_reaction');
      }
      const reactions = message.reactions
        .map((one) =>
          one.name === args.name ? { ...one, users: one.users.filter((id) => id !== botUserId) } : one,
        )
        .filter(({ users }) => users.length > 0);
      messages.change(message, { reactions }, false);
      return {};
    }),

    'reactions.get': method('tier3', pin, (args) => {
      const message = target(args.channel, args.timestamp);
      return { type: 'message', channel: message.channel, message: messageObject(message, state) };
    }),

    'pins.add': method('tier2', pin, (args) => {
      const channel = channels.joined(args.channel);
      const { ts } = target(channel.id, args.timestamp);
      if (channel.pins.some((one) => one.ts === ts)) throw new SlackError('already_pinned');
      if (channel.pins.length >= PINS) throw new SlackError('too_many_pins');
      channels.save({ ...channel, pins: [...channel.pins, { ts, by: botUserId, created: now() }] });
      return {};
    }),

    'pins.list': method('tier2', z.object({ channel: optional }), (args) => {
      const channel = channels.visible(args.channel);
      const items = channel.pins.flatMap(({ ts, by, created }) => {
        const message = messages.find(channel.id, ts);
        if (!message) return [];
        return [
          {
            type: 'message',
            channel: channel.id,
            created,
            created_by: by,
            message: messageObject(message, state),
          },
        ];
      });
      return { items };
    }),

    'bookmarks.add': method(
      'tier2',
      z.object({ channel_id: optional, title: required, type: required, link: optional, emoji: optional }),
      (args) => {
        const channel = channels.joined(args.channel_id);
        if (args.type !== 'link') throw new SlackError('invalid_bookmark_type');
        if (args.link === undefined || !URL.canParse(args.link)) throw new SlackError('invalid_link');
        if (channel.bookmarks.length >= BOOKMARKS) throw new SlackError('too_many_bookmarks');
        const bookmark = {
          id: makeId('Bk'),
          title: args.title,
          link: args.link,
          type: args.type,
          created: now(),
          ...(args.emoji !== undefined && { emoji: args.emoji }),
        };
        const saved = channels.save({ ...channel, bookmarks: [...channel.bookmarks, bookmark] });
        return { bookmark: bookmarkObject(bookmark, saved, state) };
      },
    ),

    'bookmarks.list': method('tier3', z.object({ channel_id: optional }), (args) => {
      const channel = channels.joined(args.channel_id);
      return { bookmarks: channel.bookmarks.map((bookmark) => bookmarkObject(bookmark, channel, state)) };
    }),
  };
}
