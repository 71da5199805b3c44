/** `conversations.*`: finding, reading and joining them. */
import { z } from 'zod';
import { makeId } from '../ids.ts';
import type { Channel } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { channelObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { commaList, count, flag, optional, required } from './arguments.ts';
import type { Channels } from './channels.ts';
import { type Methods, method } from './method.ts';
import { page } from './paging.ts';

const byKind: Record<Channel['kind'], string> = {
  public: 'public_channel',
  private: 'private_channel',
  im: 'im',
  mpim: 'mpim',
};

export function conversationMethods(state: State, channels: Channels): Methods {
  const { botUserId } = state.seed.app;
  const fresh = (channel: Pick<Channel, 'id' | 'name' | 'kind' | 'members'>) =>
    channels.save({
      ...channel,
      topic: '',
      creator: botUserId,
      created: Math.floor(state.now() / 1000),
      isArchived: false,
      pins: [],
      bookmarks: [],
    });
  const known = (user: string) => {
    const found = state.users.get(user);
    if (!found) throw new SlackError('user_not_found');
    if (found.isDeactivated) throw new SlackError('user_disabled');
    return user;
  };
  const isBetween = (channel: Channel, members: readonly string[]) =>
    (channel.kind === 'im' || channel.kind === 'mpim') &&
    channel.members.length === members.length &&
    members.every((member) => channel.members.includes(member));

  return {
    'conversations.open': method(
      'tier3',
      z.object({ channel: optional, users: commaList, return_im: flag, prevent_creation: flag }),
      (args) => {
        if (args.channel !== undefined)
          return { channel: channelObject(channels.visible(args.channel), state) };
        const [first, ...others] = args.users.map(known);
        if (first === undefined) throw new SlackError('users_list_not_supplied');
        const members = [...new Set([first, ...others, botUserId])];
        const existing = state.channels.values().find((channel) => isBetween(channel, members));
        if (!existing && args.prevent_creation) throw new SlackError('channel_not_found');
        const kind = members.length > 2 ? 'mpim' : 'im';
        const id = makeId(kind === 'im' ? 'D' : 'G');
        const opened =
          existing ?? fresh({ id, name: kind === 'im' ? id : `mpdm-${id.toLowerCase()}`, kind, members });
        return {
          ...(existing && { no_op: true, already_open: true }),
          channel: args.return_im ? channelObject(opened, state) : { id: opened.id },
        };
      },
    ),

    'conversations.list': method(
      'tier2',
      z.object({ types: commaList, exclude_archived: flag, limit: count(100, 1000), cursor: optional }),
      (args) => {
        const types = args.types.length > 0 ? args.types : ['public_channel'];
        const found = state.channels
          .values()
          .filter(({ kind }) => types.includes(byKind[kind]))
          .filter(({ kind, members }) => kind === 'public' || members.includes(botUserId))
          .filter(({ isArchived }) => !isArchived || !args.exclude_archived);
        const { items, response_metadata } = page(found, args);
        return { channels: items.map((channel) => channelObject(channel, state)), response_metadata };
      },
    ),

    'conversations.info': method('tier3', z.object({ channel: optional }), (args) => ({
      channel: channelObject(channels.visible(args.channel), state),
    })),

    'conversations.members': method(
      'tier4',
      z.object({ channel: optional, limit: count(100, 1000), cursor: optional }),
      (args) => {
        const { items, response_metadata } = page(channels.visible(args.channel).members, args);
        return { members: items, response_metadata };
      },
    ),

    'conversations.join': method('tier3', z.object({ channel: optional }), (args) => {
      const channel = channels.writable(args.channel);
      if (channel.kind !== 'public') throw new SlackError('method_not_supported_for_channel_type');
      if (channel.members.includes(botUserId)) {
        return { channel: channelObject(channel, state), warning: 'already_in_channel' };
      }
      return {
        channel: channelObject(
          channels.save({ ...channel, members: [...channel.members, botUserId] }),
          state,
        ),
      };
    }),

    'conversations.create': method(
      'tier2',
      z.object({ name: required, is_private: flag }),
      ({ name, is_private }) => {
        if (name.length > 80) throw new SlackError('invalid_name_maxlength');
        if (!/^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name)) throw new SlackError('invalid_name_specials');
        if (state.channels.values().some((channel) => channel.name === name))
          throw new SlackError('name_taken');
        const id = makeId('C');
        const kind = is_private ? 'private' : 'public';
        return { channel: channelObject(fresh({ id, name, kind, members: [botUserId] }), state) };
      },
    ),

    'conversations.invite': method('tier3', z.object({ channel: optional, users: commaList }), (args) => {
      const channel = channels.writable(args.channel);
      const users = args.users.map(known);
      if (users.length === 0) throw new SlackError('no_user');
      if (!channel.members.includes(botUserId)) throw new SlackError('not_in_channel');
      if (users.includes(botUserId)) throw new SlackError('cant_invite_self');
      if (users.every((user) => channel.members.includes(user))) throw new SlackError('already_in_channel');
      const members = [...new Set([...channel.members, ...users])];
      return { channel: channelObject(channels.save({ ...channel, members }), state) };
    }),

    'conversations.archive': method('tier2', z.object({ channel: optional }), (args) => {
      const channel = channels.visible(args.channel);
      if (channel.isArchived) throw new SlackError('already_archived');
      channels.save({ ...channel, isArchived: true });
      return {};
    }),

    'conversations.setTopic': method('tier2', z.object({ channel: optional, topic: optional }), (args) => {
      const channel = channels.writable(args.channel);
      if ((args.topic ?? '').length > 250) throw new SlackError('too_long');
      return { channel: channelObject(channels.save({ ...channel, topic: args.topic ?? '' }), state) };
    }),
  };
}
