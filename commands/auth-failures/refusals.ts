/** Refused requests in a log, by reason and by minute. */
import type { CheckContext } from '../../src/runbook/tools.ts';

type Line = Awaited<ReturnType<CheckContext['docker']['logs']>>['lines'][number];

/** A line is about a refusal when it says so: not every line that mentions a user is. */
const REFUSAL =
  /\b40[13]\b|unauthori[sz]ed|forbidden|invalid token|signature verification|not authenticated/i;
/** What says 401 and is something else: a duration, a size, a line of an upgrade. */
const ABOUT_AUTH =
  /auth|jwt|token|login|unauthori[sz]ed|forbidden|signature|"\s40[13]\b|\b40[13] (unauthorized|forbidden)/i;

const REASONS: readonly (readonly [reason: string, pattern: RegExp])[] = [
  ['wrong signature', /signature/i],
  ['expired token', /expired/i],
  ['no token', /missing|no token|not authenticated|credentials were not provided/i],
  ['not yet valid', /not yet valid|immature/i],
  ['forbidden', /\b403\b|forbidden/i],
  ['malformed token', /malformed|decode|segments|invalid token/i],
];

export interface Refusals {
  readonly total: number;
  /** The most frequent first. */
  readonly byReason: readonly { readonly reason: string; readonly times: number }[];
  /** `minute` as `2026-11-23 14:05`, UTC. */
  readonly worstMinute?: { readonly minute: string; readonly times: number };
}

export function refusalsOf(lines: readonly Pick<Line, 'at' | 'text'>[]): Refusals {
  const refusals = lines.filter(({ text }) => REFUSAL.test(text) && ABOUT_AUTH.test(text));
  const tally = (key: (line: Pick<Line, 'at' | 'text'>) => string) =>
    [...Map.groupBy(refusals, key)]
      .map(([name, group]) => ({ name, times: group.length }))
      .toSorted((a, b) => b.times - a.times);
  const [worst] = tally(({ at }) => at.toISOString().slice(0, 16).replace('T', ' '));
  return {
    total: refusals.length,
    byReason: tally(({ text }) => reasonOf(text)).map(({ name, times }) => ({ reason: name, times })),
    ...(worst ? { worstMinute: { minute: worst.name, times: worst.times } } : {}),
  };
}

const reasonOf = (text: string): string =>
  REASONS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'no reason given';
