/** How much a fix risks, from what its preview has counted: much of something takes two people. */
import type { Preview, Risk } from '../runbook/fix.ts';

/** How much of something one person may decide on. */
export interface AloneLimits {
  /** Rows that are written, and can be put back; of others, one is too many. */
  readonly rows: number;
  /** Keys of Redis that are dropped. */
  readonly keys: number;
  /** Sessions of the database that are ended. */
  readonly sessions: number;
  /** How large a share of a service that has several replicas may be away at once, from 0 to 1. */
  readonly replicas: number;
}

export const ALONE: AloneLimits = { rows: 1_000, keys: 10_000, sessions: 10, replicas: 0.5 };

export interface Weighed {
  readonly risk: Risk;
  /** Why it is more than the fix's own. */
  readonly why: readonly string[];
}

/** What is known of a fix itself. `irreversible`: why it cannot be taken back. */
export interface Rated {
  readonly risk: Risk;
  readonly irreversible?: string;
}

const HIGHER: Record<Risk, Risk> = { low: 'medium', medium: 'high', high: 'high' };

export function weigh(
  { risk, irreversible }: Rated,
  { extent = {}, unseen = [] }: Preview,
  limits: AloneLimits,
): Weighed {
  const { rows, keys, sessions, replicas } = extent;
  const share = replicas && replicas.of > 1 ? replicas.away / replicas.of : 0;
  const much = [
    ...(irreversible === undefined ? over(rows, limits.rows, 'row') : lost(rows)),
    ...over(keys, limits.keys, 'key'),
    ...over(sessions, limits.sessions, 'session'),
    ...(replicas && share > limits.replicas
      ? [`${replicas.away} of ${replicas.of} replicas are away at once`]
      : []),
  ];
  if (much.length > 0) return { risk: 'high', why: much };
  return unseen.length > 0
    ? { risk: HIGHER[risk], why: ['not all of it could be looked at'] }
    : { risk, why: [] };
}

const figures = (number: number): string => number.toLocaleString('en-US');

const over = (counted = 0, limit: number, what: string): readonly string[] =>
  counted > limit ? [`${counting(counted, what)}, more than ${figures(limit)}`] : [];

const lost = (rows = 0): readonly string[] =>
  rows > 0 ? [`${counting(rows, 'row')} that cannot be put back`] : [];

const counting = (number: number, what: string): string =>
  `${figures(number)} ${what}${number === 1 ? '' : 's'}`;
