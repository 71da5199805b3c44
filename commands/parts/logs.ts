/** What a service printed lately, told by message rather than by line. */
import type { CheckContext } from '../../src/runbook/tools.ts';
import { type Platform, runtimeOf, type Service } from './services.ts';
import { short, span } from './words.ts';

export type LogTail = Awaited<ReturnType<CheckContext['docker']['logs']>>;
export type LogLine = LogTail['lines'][number];

export const logsOf = (
  platform: Platform,
  service: Service,
  sinceSeconds: number,
  context: CheckContext,
  maxLines?: number,
): Promise<LogTail> =>
  runtimeOf(platform, context).logs(
    service,
    maxLines === undefined ? { sinceSeconds } : { sinceSeconds, maxLines },
    context.signal,
  );

/** The time that was really read, such as `15 min`: a log that was cut off begins with the oldest line that every replica still has. */
export function spanRead({ lines, truncated }: LogTail, sinceSeconds: number, now: Date): string {
  if (!truncated || lines.length === 0) return span(sinceSeconds * 1000);
  const begins = [...Map.groupBy(lines, ({ replica }) => replica).values()].map(
    (group) => group[0]?.at.getTime() ?? 0,
  );
  return `the last ${span(now.getTime() - Math.max(...begins))}`;
}

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
