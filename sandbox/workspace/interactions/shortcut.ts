/** Shortcuts: from the lightning menu, and from a message's own menu. */
import type { ClientAnswer, Platform } from '../platform.ts';
import { messageObject } from '../slack-objects.ts';
import { answerOf, channelName, channelOf, commonPayload, userOf } from './payload.ts';

export async function globalShortcut(
  platform: Platform,
  userId: string,
  callbackId: string,
): Promise<ClientAnswer> {
  const { state, triggers, delivery } = platform;
  const receipt = await delivery.send('interactive', {
    type: 'shortcut',
    ...commonPayload(state, userOf(state, userId)),
    callback_id: callbackId,
    trigger_id: triggers.issue(userId),
    action_ts: state.nextTs(),
  });
  return answerOf(receipt, platform);
}

export interface MessageShortcut {
  user: string;
  channel: string;
  ts: string;
  callbackId: string;
}

export async function messageShortcut(platform: Platform, shortcut: MessageShortcut): Promise<ClientAnswer> {
  const { state, messages, triggers, responseUrls, delivery } = platform;
  const user = userOf(state, shortcut.user);
  const channel = channelOf(state, shortcut.channel, user);
  const message = messages.find(channel.id, shortcut.ts);
  if (!message) return { ok: false, notice: 'This message is gone.' };
  const receipt = await delivery.send('interactive', {
    type: 'message_action',
    ...commonPayload(state, user),
    callback_id: shortcut.callbackId,
    trigger_id: triggers.issue(user.id),
    response_url: responseUrls.issue({ user: user.id, channel: channel.id, message }),
    action_ts: state.nextTs(),
    message_ts: message.ts,
    channel: { id: channel.id, name: channelName(channel) },
    message: messageObject(message, state),
  });
  return answerOf(receipt, platform);
}
