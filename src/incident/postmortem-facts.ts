/** The facts of an incident as its log has them: when it was answered and resolved, what was seen, who was paged. */
import type { Finding } from '../runbook/finding.ts';
import type { Happening } from './event.ts';
import type { Incident, PageRef } from './incident.ts';

export interface Seen {
  readonly at: number;
  readonly finding: Finding;
}

/** Each problem once, when it was first seen, and as it was seen then. */
export function problemsIn(log: readonly Happening[]): readonly Seen[] {
  const seen = new Map<string, Seen>();
  for (const event of log) {
    if (!('findings' in event)) continue;
    for (const finding of event.findings)
      if ('evidence' in finding && finding.status === 'problem' && !seen.has(finding.check))
        seen.set(finding.check, { at: event.at, finding });
  }
  return [...seen.values()];
}

export interface Paged {
  readonly page: PageRef;
  readonly at: number;
  readonly how: 'sent' | 'failed' | 'dropped';
  /** By what, or why not. */
  readonly said: string;
  readonly reached?: string;
  /** Who answered next, and how much later, in milliseconds. */
  readonly answer?: { readonly by: string; readonly afterMs: number };
}

const ANSWERS: ReadonlySet<Happening['type']> = new Set(['acknowledged', 'snoozed', 'resolved', 'merged']);

export function pagesIn(log: readonly Happening[]): readonly Paged[] {
  return log.flatMap((event, index): Paged[] => {
    const { at } = event;
    switch (event.type) {
      case 'page-sent': {
        const next = log.slice(index + 1).find(({ type }) => ANSWERS.has(type));
        return [
          {
            page: event.page,
            at,
            how: 'sent',
            said: event.by,
            ...(event.reached === undefined ? {} : { reached: event.reached }),
            ...(next === undefined ? {} : { answer: { by: next.actor, afterMs: next.at - at } }),
          },
        ];
      }
      case 'page-failed':
        return [{ page: event.page, at, how: 'failed', said: event.reason }];
      case 'page-dropped':
        return [{ page: event.page, at, how: 'dropped', said: 'somebody had answered' }];
      default:
        return [];
    }
  });
}

export interface Answer {
  readonly at: number;
  readonly by: string;
}

/** The first. What an earlier version wrote is read from the log. */
export function answerOf({ answeredAt }: Incident, log: readonly Happening[]): Answer | undefined {
  const first = log.find(({ type, at }) => (answeredAt === undefined ? ANSWERS.has(type) : at >= answeredAt));
  return first && { at: answeredAt ?? first.at, by: first.actor };
}

export function endOf(
  { status, resolvedAt, answeredBy }: Incident,
  log: readonly Happening[],
): Answer | undefined {
  if (status !== 'resolved') return undefined;
  const last = log.findLast(({ type }) => ENDS.has(type));
  const at = resolvedAt ?? last?.at;
  return at === undefined ? undefined : { at, by: answeredBy ?? last?.actor ?? 'paksa' };
}

const ENDS: ReadonlySet<Happening['type']> = new Set([
  'resolved',
  'verified',
  'diagnosed',
  'merged',
  'seen-elsewhere',
]);
