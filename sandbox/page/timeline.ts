/** How a conversation is laid out: which messages are in it, where a day begins, and who goes on speaking. */
import type { PageMessage } from './api.ts';

export interface Row {
  message: PageMessage;
  /** Set on the first message of a day. */
  day?: string;
  /** The author and the time are shown; otherwise the message goes on where the one above stopped. */
  isHead: boolean;
}

const GROUP_MS = 5 * 60_000;

export const dateOf = (ts: string) => new Date(Number(ts) * 1000);
export const timeOf = (ts: string) =>
  dateOf(ts).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
export const isReply = ({ ts, threadTs }: PageMessage) => threadTs !== undefined && threadTs !== ts;

function dayLabel(date: Date): string {
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return date.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

function goesOn(previous: PageMessage | undefined, message: PageMessage): boolean {
  return (
    previous !== undefined &&
    previous.user === message.user &&
    // The first reply stands apart from the message that it answers.
    isReply(previous) === isReply(message) &&
    (previous.ephemeralFor === undefined) === (message.ephemeralFor === undefined) &&
    dateOf(message.ts).getTime() - dateOf(previous.ts).getTime() < GROUP_MS
  );
}

export function layOut(messages: PageMessage[]): Row[] {
  return messages.map((message, index) => {
    const previous = messages[index - 1];
    const date = dateOf(message.ts);
    const isNewDay = previous === undefined || dateOf(previous.ts).toDateString() !== date.toDateString();
    const isHead = isNewDay || !goesOn(previous, message);
    return isNewDay ? { message, day: dayLabel(date), isHead } : { message, isHead };
  });
}

export function inChannel(messages: PageMessage[], channel: string): PageMessage[] {
  return messages.filter(
    (message) => message.channel === channel && (!isReply(message) || message.isBroadcast),
  );
}

export function inThread(messages: PageMessage[], channel: string, threadTs: string): PageMessage[] {
  return messages.filter(
    (message) => message.channel === channel && (message.ts === threadTs || message.threadTs === threadTs),
  );
}

/** The server counts the replies of a parent when it sends it; those that came since are counted here. */
export function countReplies(messages: PageMessage[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) {
    if (message.threadTs === undefined || !isReply(message) || message.ephemeralFor !== undefined) continue;
    const key = `${message.channel}/${message.threadTs}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
