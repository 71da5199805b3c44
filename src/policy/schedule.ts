/** Who is on call: a schedule's layers, the later ones over the earlier, and overrides over all of them. Instants are epoch milliseconds. */
import { heldAt, type Layer } from './rotation.ts';
import { DAY } from './wall-clock.ts';

export interface Schedule {
  readonly name: string;
  /** Of the IANA database, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** Where two of them have somebody, the later one counts. */
  readonly layers: readonly Layer[];
}

/** Somebody stands in for whoever it would have been, from an instant up to another. */
export interface Override {
  readonly id: string;
  readonly user: string;
  readonly from: number;
  readonly to: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Shift extends Span {
  readonly user: string;
  /** The id of the override that makes it so. */
  readonly override?: string;
}

/** `overrides` here and below: in the order in which they were made; of several at once, the one made last counts. */
export const onCallAt = (
  schedule: Schedule,
  overrides: readonly Override[],
  at: number,
): string | undefined => standingAt(schedule, overrides, at).user;

/** Everybody's shifts within a span, in their order, cut to it. */
export const shifts = (schedule: Schedule, overrides: readonly Override[], span: Span): Shift[] =>
  [...stretches(schedule, overrides, span)].flatMap(({ user, ...rest }) =>
    user === undefined ? [] : [{ ...rest, user }],
  );

/** When nobody is on call within a span. */
export const gaps = (schedule: Schedule, overrides: readonly Override[], span: Span): Span[] =>
  [...stretches(schedule, overrides, span)].flatMap(({ user, from, to }) =>
    user === undefined ? [{ from, to }] : [],
  );

/** How far ahead a change is looked for. */
export const HORIZON_MS = 92 * DAY;

export interface Standing {
  readonly user?: string;
  /** The id of the override that makes it so. */
  readonly override?: string;
  /** When somebody else is, or nobody; absent when that is beyond `HORIZON_MS`. */
  readonly until?: number;
  /** Who is on call after that, there or after a gap. */
  readonly next?: Shift;
}

/** Who is on call at an instant, until when, and who is next. */
export function standing(schedule: Schedule, overrides: readonly Override[], at: number): Standing {
  const { user, override } = standingAt(schedule, overrides, at);
  const now = {
    ...(user === undefined ? {} : { user }),
    ...(override === undefined ? {} : { override }),
  };
  let until: number | undefined;
  for (const stretch of stretches(schedule, overrides, { from: at, to: at + HORIZON_MS })) {
    if (until === undefined && stretch.user === user) continue;
    until ??= stretch.from;
    const { user: next, ...rest } = stretch;
    if (next !== undefined) return { ...now, until, next: { ...rest, user: next } };
  }
  return { ...now, ...(until === undefined ? {} : { until }) };
}

interface Stretch extends Span {
  readonly user?: string;
  readonly override?: string;
}

/** The span in pieces, one a change of who is on call or why; a piece without a user is a gap. */
function* stretches(
  schedule: Schedule,
  overrides: readonly Override[],
  { from, to }: Span,
): Generator<Stretch> {
  let piece: Stretch | undefined;
  for (let at = from; at < to; ) {
    const { until, ...who } = standingAt(schedule, overrides, at);
    const end = Math.min(until, to);
    if (piece && piece.user === who.user && piece.override === who.override) piece = { ...piece, to: end };
    else {
      if (piece) yield piece;
      piece = { ...who, from: at, to: end };
    }
    at = end;
  }
  if (piece) yield piece;
}

/** `until`: how long this cannot change, always later than `at`. */
function standingAt(
  { timeZone, layers }: Schedule,
  overrides: readonly Override[],
  at: number,
): { readonly user?: string; readonly override?: string; readonly until: number } {
  const changes = overrides.flatMap(({ from, to }) => [from, to]).filter((change) => change > at);
  let until = Math.min(Number.POSITIVE_INFINITY, ...changes);
  const override = overrides.findLast(({ from, to }) => from <= at && at < to);
  if (override) return { user: override.user, override: override.id, until };
  for (const layer of layers.toReversed()) {
    const held = heldAt(layer, timeZone, at);
    until = Math.min(until, held.until);
    if (held.user !== undefined) return { user: held.user, until };
  }
  return { until };
}
