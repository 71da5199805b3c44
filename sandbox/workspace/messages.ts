/** Messages: posting, changing and removing them, for one person's eyes or for all. */
import type { Changes } from './changes.ts';
import type { Message } from './model.ts';
import { messageKey, type State } from './state.ts';

export type Draft = Omit<Message, 'ts' | 'reactions'>;

export interface Messages {
  post(draft: Draft): Message;
  /** Replaces what is given, and marks the message as edited unless told not to. */
  change(message: Message, fields: Partial<Message>, isEdit?: boolean): Message;
  remove(message: Message): void;
  find(channel: string, ts: string): Message | undefined;
  /** As `find`, also among the messages that only `user` saw. */
  findFor(user: string, channel: string, ts: string): Message | undefined;
  /** Oldest first. Without the replies in threads, but for those that the channel shows too. */
  history(channel: string): Message[];
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  ephemerals(user: string): Message[];
}

const byTime = (a: Message, b: Message) => (a.ts < b.ts ? -1 : 1);

export function createMessages(state: State, changes: Changes): Messages {
  const ephemerals = new Map<string, Message>();

  /** Timestamps of replies, by their parent's key: every message that is shown needs their number. */
  const replies = new Map<string, Set<string>>();

  const isReply = ({ threadTs, ts }: Message) => threadTs !== undefined && threadTs !== ts;
  const repliesTo = (channel: string, ts: string) =>
    replies.get(messageKey(channel, ts)) ?? new Set<string>();
  const index = (message: Message) => {
    const { channel, ts, threadTs } = message;
    if (threadTs === undefined || !isReply(message)) return;
    replies.set(messageKey(channel, threadTs), repliesTo(channel, threadTs).add(ts));
  };
  for (const message of state.messages.values()) index(message);

  const store = (message: Message) => {
    const key = messageKey(message.channel, message.ts);
    if (message.ephemeralFor === undefined) {
      state.messages.set(key, message);
      index(message);
    } else {
      ephemerals.set(key, message);
    }
    changes.tell({ type: 'message', message });
    return message;
  };
  const inChannel = (channel: string) =>
    state.messages
      .values()
      .filter((message) => message.channel === channel)
      .sort(byTime);
  const find = (channel: string, ts: string) => state.messages.get(messageKey(channel, ts));
  // A parent shows how many replies it has.
  const tellParent = (message: Message) => {
    const parent = isReply(message) ? find(message.channel, message.threadTs ?? '') : undefined;
    if (parent) changes.tell({ type: 'message', message: parent });
  };

  return {
    post: (draft) => {
      // A reply to a reply belongs to the thread that both are in.
      const parentTs = draft.threadTs && (find(draft.channel, draft.threadTs)?.threadTs ?? draft.threadTs);
      const message = store({
        ...draft,
        ...(parentTs && { threadTs: parentTs }),
        ts: state.nextTs(),
        reactions: [],
      });
      tellParent(message);
      return message;
    },
    change: (message, fields, isEdit = true) =>
      store({ ...message, ...fields, ...(isEdit && { editedTs: state.nextTs() }) }),
    remove: (message) => {
      const key = messageKey(message.channel, message.ts);
      state.messages.delete(key);
      repliesTo(message.channel, message.threadTs ?? '').delete(message.ts);
      ephemerals.delete(key);
      changes.tell({ type: 'message_deleted', message });
      tellParent(message);
    },
    find,
    findFor: (user, channel, ts) => {
      const ephemeral = ephemerals.get(messageKey(channel, ts));
      return find(channel, ts) ?? (ephemeral?.ephemeralFor === user ? ephemeral : undefined);
    },
    history: (channel) =>
      inChannel(channel).filter(
        ({ threadTs, ts, isBroadcast }) => isBroadcast || threadTs === undefined || threadTs === ts,
      ),
    thread: (channel, ts) =>
      [ts, ...repliesTo(channel, ts)].flatMap((one) => find(channel, one) ?? []).sort(byTime),
    ephemerals: (user) =>
      [...ephemerals.values()].filter(({ ephemeralFor }) => ephemeralFor === user).sort(byTime),
  };
}

/** What a message says in all, for people and for tests that look for words. */
export function readable(message: Message): string {
  const spoken = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(spoken);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, item]) =>
      typeof item === 'string' ? (key === 'text' || key === 'title' ? [item] : []) : spoken(item),
    );
  };
  return [message.text, ...spoken(message.blocks)].join('\n');
}
