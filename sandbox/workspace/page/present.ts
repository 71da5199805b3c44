/** The workspace as the page sees it (`sandbox/page/api.ts`), and who may see which change. */
import type { PageChannel, PageEvent, PageMessage, PageState, PageView } from '../../page/api.ts';
import type { Change } from '../changes.ts';
import { type Fields, isFields, textOf } from '../fields.ts';
import { canSee } from '../interactions/payload.ts';
import type { Messages } from '../messages.ts';
import type { Channel, Message, View } from '../model.ts';
import type { State } from '../state.ts';

function presentChannel({ id, name, topic, kind, members }: Channel): PageChannel {
  return { id, name, topic, isDirect: kind === 'im' || kind === 'mpim', members };
}

function presentMessage(message: Message, messages: Messages): PageMessage {
  const { channel, ts, threadTs, user, text, blocks, editedTs, ephemeralFor, reactions, files } = message;
  const isReply = threadTs !== undefined && threadTs !== ts;
  const replyCount = isReply || ephemeralFor !== undefined ? 0 : messages.thread(channel, ts).length - 1;
  return {
    channel,
    ts,
    ...(isReply && { threadTs }),
    ...(isReply && message.isBroadcast && { isBroadcast: true }),
    ...(replyCount > 0 && { threadTs: ts, replyCount }),
    user,
    text,
    blocks,
    edited: editedTs !== undefined,
    ...(ephemeralFor !== undefined && { ephemeralFor }),
    ...(files && files.length > 0 && { files: files.map(presentFile) }),
    ...(reactions.length > 0 && { reactions }),
  };
}

/** From the page's own address, wherever that is. */
const presentFile = ({ id, name }: Fields) => ({ name: String(name), url: `/files/${String(id)}` });

const labelOf = (value: unknown) => (isFields(value) ? textOf(value.text) : undefined);

function presentView(view: View, errors?: Record<string, string>): PageView {
  const { title, submit, close }: Fields = view.payload;
  const submitLabel = labelOf(submit);
  return {
    id: view.id,
    type: view.type,
    title: labelOf(title) ?? '',
    ...(submitLabel !== undefined && { submit: submitLabel }),
    close: labelOf(close) ?? (submitLabel === undefined ? 'Close' : 'Cancel'),
    blocks: view.blocks,
    ...(errors && { errors }),
  };
}

export interface Presenter {
  /** Everything that this user can see. */
  state(user: string, botConnected: boolean): PageState;
  /** The change as this user sees it; nothing when it is not theirs to see. */
  event(change: Change, user: string): PageEvent | undefined;
  view(view: View): PageEvent;
}

/** @param completions command lines to offer while typing */
export function createPresenter(state: State, messages: Messages, completions: readonly string[]): Presenter {
  const isVisible = (message: Message, user: string) => {
    const channel = state.channels.get(message.channel);
    if (!channel || !canSee(channel, user)) return false;
    return message.ephemeralFor === undefined || message.ephemeralFor === user;
  };

  return {
    state: (me, botConnected) => ({
      team: state.seed.team.name,
      me,
      users: state.users.values(),
      groups: state.groups.values(),
      channels: state.channels
        .values()
        .filter((channel) => !channel.isArchived && canSee(channel, me))
        .map(presentChannel),
      messages: state.messages
        .values()
        .filter((message) => isVisible(message, me))
        .sort((a, b) => (a.ts < b.ts ? -1 : 1))
        .map((message) => presentMessage(message, messages)),
      commands: state.seed.app.commands.map((command) => ({
        ...command,
        completions: completions.filter((line) => line.startsWith(`${command.command} `)),
      })),
      botConnected,
    }),
    event: (change, user) => {
      switch (change.type) {
        case 'message':
          return isVisible(change.message, user)
            ? { type: 'message', message: presentMessage(change.message, messages) }
            : undefined;
        case 'message_deleted': {
          const { channel, ts } = change.message;
          return isVisible(change.message, user) ? { type: 'message_deleted', channel, ts } : undefined;
        }
        case 'channel':
          return canSee(change.channel, user)
            ? { type: 'channel', channel: presentChannel(change.channel) }
            : undefined;
        case 'view':
          return change.view.user === user
            ? { type: 'view', view: presentView(change.view, change.errors) }
            : undefined;
        case 'view_closed':
          return change.view.user === user ? { type: 'view_closed', id: change.view.id } : undefined;
        case 'notice':
          return change.user === user ? { type: 'notice', text: change.text } : undefined;
        case 'bot':
        case 'stack':
          return change;
      }
    },
    view: (view) => ({ type: 'view', view: presentView(view) }),
  };
}
