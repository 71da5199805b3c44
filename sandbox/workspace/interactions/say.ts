/** What people write: names become mentions, as Slack's own composer makes them, and the app hears what is said to it. */
import { randomUUID } from 'node:crypto';
import type { Message } from '../model.ts';
import type { ClientAnswer, Platform } from '../platform.ts';
import { messageObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { channelOf, userOf } from './payload.ts';

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `@dana` → `<@U…>`, `@devops` → `<!subteam^S…>`, `#operations` → `<#C…>`; everything else is escaped. */
export function composed(text: string, state: State): string {
  const users = new Map(state.users.values().map(({ name, id }) => [`@${name}`, `<@${id}>`]));
  const groups = new Map(state.groups.values().map(({ handle, id }) => [`@${handle}`, `<!subteam^${id}>`]));
  const channels = new Map(state.channels.values().map(({ name, id }) => [`#${name}`, `<#${id}>`]));
  return text
    .split(/(<[@#!][^<>]+>|(?<![\w@])[@#][\w-]+)/)
    .map((part) => {
      if (/^<[@#!]/.test(part)) return part;
      const name = part.toLowerCase();
      return users.get(name) ?? groups.get(name) ?? channels.get(name) ?? escapeText(part);
    })
    .join('');
}

function hear(platform: Platform, message: Message, clientId: string): void {
  const { state, sendEvent } = platform;
  const { app } = state.seed;
  const channel = state.channels.get(message.channel);
  const event = { ...messageObject(message, state), client_msg_id: clientId, channel: message.channel };
  if (channel?.kind === 'im' || channel?.kind === 'mpim') {
    if (channel.members.includes(app.botUserId)) void sendEvent({ ...event, channel_type: channel.kind });
  } else if (message.text.includes(`<@${app.botUserId}>`)) {
    void sendEvent({ ...event, type: 'app_mention' });
  }
}

export interface Said {
  user: string;
  channel: string;
  threadTs?: string;
  text: string;
}

export function say(platform: Platform, said: Said): ClientAnswer & { message?: Message } {
  const { state, messages } = platform;
  const user = userOf(state, said.user);
  const channel = channelOf(state, said.channel, user);
  if (channel.isArchived) return { ok: false, notice: `#${channel.name} is archived.` };
  if (said.text.trim() === '') return { ok: false, notice: 'There is nothing to send.' };
  if (!channel.members.includes(user.id)) {
    state.channels.set(channel.id, { ...channel, members: [...channel.members, user.id] });
  }
  const message = messages.post({
    channel: channel.id,
    user: user.id,
    byBot: false,
    text: composed(said.text, state),
    blocks: [],
    ...(said.threadTs !== undefined && { threadTs: said.threadTs }),
  });
  hear(platform, message, randomUUID());
  return { ok: true, message };
}

export function openHome({ state, views, sendEvent }: Platform, userId: string): void {
  const user = userOf(state, userId);
  const direct = state.channels
    .values()
    .find(
      ({ kind, members }) =>
        kind === 'im' && members.includes(user.id) && members.includes(state.seed.app.botUserId),
    );
  const home = views.home(user.id);
  void sendEvent({
    type: 'app_home_opened',
    user: user.id,
    channel: direct?.id,
    tab: 'home',
    ...(home && {
      view: {
        id: home.id,
        type: 'home',
        hash: home.hash,
        private_metadata: home.payload.private_metadata ?? '',
      },
    }),
  });
}
