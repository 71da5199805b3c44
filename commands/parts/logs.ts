/** What a service printed lately, told by message rather than by line. */
import type { CheckContext } from '../../src/runbook/tools.ts';
import { type Platform, runtimeOf, type Service } from './services.ts';
import { short } from './words.ts';

export type LogTail = Awaited<ReturnType<CheckContext['docker']['logs']>>;
export type LogLine = LogTail['lines'][number];

export const logsOf = (
  platform: Platform,
  service: Service,
  sinceSeconds: number,
  context: CheckContext,
): Promise<LogTail> => runtimeOf(platform, context).logs(service, { sinceSeconds }, context.signal);

/** Lines that say the same but for their numbers. */
export interface Messages {
  /** As the latest of them has it. */
  readonly text: string;
  readonly count: number;
  readonly last: Date;
}

const NUMBERS = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\d+/gi;

/** The messages that `read` finds in the lines, the most frequent first; a line in which it finds none is left out. */
export function grouped(
  lines: readonly LogLine[],
  read: (text: string) => string | undefined,
): readonly Messages[] {
  const groups = new Map<string, Messages>();
  for (const { text: line, at } of lines) {
    const text = read(line);
    if (text === undefined) continue;
    const key = text.replace(NUMBERS, '#');
    const before = groups.get(key);
    groups.set(key, { text, count: (before?.count ?? 0) + 1, last: at });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

export const totalOf = (messages: readonly Messages[]): number =>
  messages.reduce((sum, { count }) => sum + count, 0);

/** `14× message`, the most frequent first. */
export const messageLines = (messages: readonly Messages[], most = 8): string[] =>
  messages.slice(0, most).map(({ text, count }) => short(`${count}× ${text}`, 120));
