/** The workspace's things as Slack's API shows them. */
import type { Fields } from './fields.ts';
import type { Bookmark, Channel, Message, StoredFile, User, UserGroup, View } from './model.ts';
import type { State } from './state.ts';

export function messageObject(message: Message, state: State, replies: readonly Message[] = []): Fields {
  const { team, app } = state.seed;
  const latest = replies.at(-1);
  return {
    type: 'message',
    ...(message.isBroadcast && { subtype: 'thread_broadcast' }),
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: team.id,
    ...(message.byBot && {
      bot_id: app.botId,
      app_id: app.id,
      bot_profile: { id: app.botId, app_id: app.id, name: app.name, team_id: team.id, deleted: false },
    }),
    ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    ...(latest && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users: [...new Set(replies.map(({ user }) => user))],
      latest_reply: latest.ts,
    }),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.files && { files: message.files }),
    ...(message.editedTs !== undefined && { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.reactions.length > 0 && { reactions: message.reactions.map(reactionObject) }),
  };
}

export const reactionObject = ({ name, users }: { name: string; users: string[] }) => ({
  name,
  users,
  count: users.length,
});

export function channelObject(channel: Channel, state: State): Fields {
  const { id, name, kind } = channel;
  const isDirect = kind === 'im' || kind === 'mpim';
  return {
    id,
    created: channel.created,
    creator: channel.creator,
    is_archived: channel.isArchived,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: kind === 'im',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_general: false,
    is_shared: false,
    context_team_id: state.seed.team.id,
    is_member: channel.members.includes(state.seed.app.botUserId),
    ...(kind === 'im'
      ? { user: channel.members.find((member) => member !== state.seed.app.botUserId) }
      : { name, name_normalized: name, num_members: channel.members.length }),
    ...(!isDirect && {
      topic: { value: channel.topic, creator: channel.creator, last_set: channel.created },
      purpose: { value: '', creator: '', last_set: 0 },
    }),
  };
}

export const emailOf = (user: User, state: State) => `${user.name}@${state.seed.team.domain}.example`;

export function userObject(user: User, state: State): Fields {
  return {
    id: user.id,
    team_id: state.seed.team.id,
    name: user.name,
    deleted: user.isDeactivated ?? false,
    // Of whom is deactivated, Slack tells little more than that.
    ...(user.isDeactivated
      ? {}
      : {
          real_name: user.realName,
          ...zoneOf(user.timeZone ?? 'Etc/UTC', state.now()),
          is_admin: false,
          is_owner: false,
          is_restricted: user.isGuest ?? false,
          is_ultra_restricted: false,
        }),
    is_bot: user.isBot,
    is_app_user: false,
    updated: 0,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      title: user.role,
      team: state.seed.team.id,
      ...(user.isBot
        ? { bot_id: state.seed.app.botId, api_app_id: state.seed.app.id }
        : { email: emailOf(user, state) }),
    },
  };
}

function zoneOf(tz: string, at: number): Fields {
  const named = (timeZoneName: 'long' | 'longOffset') =>
    new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(named('longOffset')) ?? [];
  const offset = Number(hours) * 3600 + Number(minutes) * 60;
  return { tz, tz_label: named('long'), tz_offset: sign === '-' ? -offset : offset };
}

export function groupObject(group: UserGroup, state: State): Fields {
  return {
    id: group.id,
    team_id: state.seed.team.id,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    description: '',
    is_external: false,
    date_create: 0,
    date_update: 0,
    date_delete: group.isDisabled ? 1 : 0,
    auto_type: null,
    user_count: group.users.length,
  };
}

export function viewObject(view: View, state: State): Fields {
  const { payload } = view;
  const { app, team } = state.seed;
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: payload.private_metadata ?? '',
    callback_id: payload.callback_id ?? '',
    state: { values: view.chosen },
    hash: view.hash,
    title: payload.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: payload.clear_on_close ?? false,
    notify_on_close: payload.notify_on_close ?? false,
    close: payload.close ?? null,
    submit: payload.submit ?? null,
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: app.id,
    external_id: payload.external_id ?? '',
    app_installed_team_id: team.id,
    bot_id: app.botId,
  };
}

export function fileObject(file: StoredFile, url: string): Fields {
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1) ?? '',
    user: file.user,
    size: file.content === undefined ? 0 : Buffer.byteLength(file.content, 'base64'),
    mode: 'hosted',
    is_external: false,
    url_private: `${url}/files/${file.id}`,
    url_private_download: `${url}/files/${file.id}`,
    permalink: `${url}/files/${file.id}`,
    channels: file.channels,
  };
}

export function bookmarkObject(bookmark: Bookmark, channel: Channel, state: State): Fields {
  return {
    id: bookmark.id,
    channel_id: channel.id,
    title: bookmark.title,
    link: bookmark.link,
    emoji: bookmark.emoji ?? '',
    icon_url: null,
    type: bookmark.type,
    entity_id: null,
    date_created: bookmark.created,
    date_updated: 0,
    rank: '',
    last_updated_by_team_id: state.seed.team.id,
    shortcut_id: null,
    app_id: null,
  };
}
