/** What somebody has not read yet, counted from what they may see and from how far they have read each channel. */
import type { PageGroup, PageMessage, PageState } from './api.ts';
import { recall, remember } from './storage.ts';

/** The timestamp of the last message read, by channel. */
export type ReadMarks = Record<string, string>;

export interface Unread {
  /** Messages by others. */
  count: number;
  /** Those of them that call for this person: a mention, or any direct message. */
  calls: number;
}

const marksKey = (user: string) => `read.${user}`;

export function recallMarks(user: string): ReadMarks {
  try {
    const marks: ReadMarks = JSON.parse(recall(marksKey(user)) ?? '{}');
    return marks;
  } catch {
    return {};
  }
}

export function rememberMarks(user: string, marks: ReadMarks): void {
  remember(marksKey(user), JSON.stringify(marks));
}

const written = new WeakMap<PageMessage, string>();

/** Everything that a message says, blocks included, as one text to look for ids in. */
function textOf(message: PageMessage): string {
  const known = written.get(message);
  if (known !== undefined) return known;
  const text = `${message.text} ${JSON.stringify(message.blocks)}`;
  written.set(message, text);
  return text;
}

export function mentions(message: PageMessage, user: string, groups: PageGroup[]): boolean {
  const text = textOf(message);
  if (text.includes(`<@${user}`) || text.includes(`"user_id":"${user}"`)) return true;
  return groups.some(({ id, users }) => users.includes(user) && text.includes(`<!subteam^${id}`));
}

export function unreadByChannel(state: PageState, marks: ReadMarks): Map<string, Unread> {
  const direct = new Set(state.channels.filter(({ isDirect }) => isDirect).map(({ id }) => id));
  const unread = new Map<string, Unread>();
  for (const message of state.messages) {
    const { channel, ts, user } = message;
    if (user === state.me || message.ephemeralFor !== undefined || ts <= (marks[channel] ?? '')) continue;
    const calls = direct.has(channel) || mentions(message, state.me, state.groups) ? 1 : 0;
    const isReply = message.threadTs !== undefined && message.threadTs !== ts;
    if (isReply && calls === 0) continue;
    const sum = unread.get(channel) ?? { count: 0, calls: 0 };
    unread.set(channel, { count: sum.count + 1, calls: sum.calls + calls });
  }
  return unread;
}

export function callsFor(state: PageState, marks: ReadMarks): number {
  let calls = 0;
  for (const unread of unreadByChannel(state, marks).values()) calls += unread.calls;
  return calls;
}
