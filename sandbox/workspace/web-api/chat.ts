/** `chat.*` */
import { z } from 'zod';
import { codePoints } from '../fields.ts';
import type { Messages } from '../messages.ts';
import type { Message } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { messageObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { flag, optional, required } from './arguments.ts';
import type { Channels } from './channels.ts';
import { checkContent, checkMetadata, contentArguments } from './content.ts';
import { type Methods, method } from './method.ts';

const UPDATE_TEXT = 4000;

export function chatMethods(
  state: State,
  messages: Messages,
  channels: Channels,
  url: () => string,
): Methods {
  const { app } = state.seed;
  const shown = (message: Message) => ({
    ...messageObject(message, state),
    ...(message.metadata && { metadata: message.metadata }),
  });
  /** @throws SlackError with `refusal` when it is somebody else's */
  const own = (channel: string, ts: string, refusal: string): Message => {
    const message = messages.find(channel, ts);
    if (!message) throw new SlackError('message_not_found');
    if (message.user !== app.botUserId) throw new SlackError(refusal);
    return message;
  };

  return {
    'chat.postMessage': method(
      'posting',
      z.object({ channel: optional, thread_ts: optional, reply_broadcast: flag, ...contentArguments }),
      (args) => {
        const channel = channels.writable(args.channel);
        const metadata = checkMetadata(args.metadata);
        const content = checkContent(args);
        const message = messages.post({
          ...content,
          channel: channel.id,
          user: app.botUserId,
          byBot: true,
          ...(metadata && { metadata }),
          ...(args.thread_ts !== undefined && {
            threadTs: args.thread_ts,
            isBroadcast: args.reply_broadcast,
          }),
        });
        return { channel: channel.id, ts: message.ts, message: shown(message) };
      },
    ),

    'chat.update': method(
      'tier3',
      z.object({ channel: optional, ts: required, ...contentArguments }),
      (args) => {
        const channel = channels.writable(args.channel);
        const message = own(channel.id, args.ts, 'cant_update_message');
        const metadata = checkMetadata(args.metadata);
        if (args.text !== undefined && codePoints(args.text) > UPDATE_TEXT)
          throw new SlackError('msg_too_long');
        const content = checkContent(args);
        // Text without blocks takes away the blocks that were there; only then does Slack say `(edited)`.
        const isEdit = content.blocks.length === 0;
        const updated = messages.change(message, { ...content, ...(metadata && { metadata }) }, isEdit);
        return { channel: channel.id, ts: updated.ts, text: updated.text, message: shown(updated) };
      },
    ),

    'chat.delete': method('tier3', z.object({ channel: optional, ts: required }), (args) => {
      const channel = channels.visible(args.channel);
      messages.remove(own(channel.id, args.ts, 'cant_delete_message'));
      return { channel: channel.id, ts: args.ts };
    }),

    'chat.postEphemeral': method(
      'tier4',
      z.object({ channel: optional, user: required, thread_ts: optional, ...contentArguments }),
      (args) => {
        const channel = channels.writable(args.channel);
        if (!state.users.get(args.user)) throw new SlackError('user_not_found');
        if (!channel.members.includes(args.user)) throw new SlackError('user_not_in_channel');
        const content = checkContent(args);
        const message = messages.post({
          ...content,
          channel: channel.id,
          user: app.botUserId,
          byBot: true,
          ephemeralFor: args.user,
          ...(args.thread_ts !== undefined && { threadTs: args.thread_ts }),
        });
        return { message_ts: message.ts };
      },
    ),

    'chat.getPermalink': method('special', z.object({ channel: optional, message_ts: required }), (args) => {
      const channel = channels.visible(args.channel);
      const message = messages.find(channel.id, args.message_ts);
      if (!message) throw new SlackError('message_not_found');
      const path = `${url()}/archives/${channel.id}/p${message.ts.replace('.', '')}`;
      const { threadTs } = message;
      const inThread = threadTs !== undefined && threadTs !== message.ts;
      return {
        channel: channel.id,
        permalink: inThread ? `${path}?thread_ts=${threadTs}&cid=${channel.id}` : path,
      };
    }),
  };
}
