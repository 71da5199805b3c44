/** Finds the channel that a method names, and says in Slack's words why the app may not use it. */
import type { Channel } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';

export interface Channels {
  /** @throws SlackError `channel_not_found`: also for a private one that the app is not in, which Slack does not admit to */
  visible(id: string | undefined): Channel;
  /** To read it. @throws SlackError `not_in_channel` */
  joined(id: string | undefined): Channel;
  /** To write to it: `chat:write.public` needs no membership. @throws SlackError `is_archived` */
  writable(id: string | undefined): Channel;
  save(channel: Channel): Channel;
}

export function createChannels(state: State, tell: (channel: Channel) => void): Channels {
  const bot = state.seed.app.botUserId;
  const byName = (name: string) =>
    state.channels.values().find((channel) => `#${channel.name}` === name || channel.name === name);
  // A message to a person goes to their conversation with the app.
  const direct = (user: string) =>
    state.channels
      .values()
      .find(({ kind, members }) => kind === 'im' && members.includes(user) && members.includes(bot));

  const visible = (id: string | undefined): Channel => {
    const channel = id === undefined ? undefined : (state.channels.get(id) ?? direct(id) ?? byName(id));
    if (!channel || (channel.kind !== 'public' && !channel.members.includes(bot))) {
      throw new SlackError('channel_not_found');
    }
    return channel;
  };
  return {
    visible,
    joined: (id) => {
      const channel = visible(id);
      if (!channel.members.includes(bot)) throw new SlackError('not_in_channel');
      return channel;
    },
    writable: (id) => {
      const channel = visible(id);
      if (channel.isArchived) throw new SlackError('is_archived');
      return channel;
    },
    save: (channel) => {
      state.channels.set(channel.id, channel);
      tell(channel);
      return channel;
    },
  };
}
