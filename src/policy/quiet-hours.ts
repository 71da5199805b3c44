/** Do-not-disturb over the days to come, from the one time of it that Slack tells. */
import type { Span } from './schedule.ts';
import { DAY, instantOf, MINUTE, wallOf } from './wall-clock.ts';

/** Slack's settings for nights go by half hours; a snooze ends whenever it was begun. */
const STEP = 30 * MINUTE;

/** Whether it is the time of every day. Slack does not say; a snooze is seldom on the half hour at both ends. */
export const isNightly = ({ from, to }: Span, zone: string): boolean =>
  [from, to].every((at) => wallOf(zone, at) % STEP === 0) && to - from < DAY;

/** When it is quiet within a span: once, or every night from that one on, by the clock of the person's zone. */
export function quietTimes(next: Span, zone: string, within: Span): Span[] {
  if (!isNightly(next, zone)) return cut(next, within);
  const [from, to] = [wallOf(zone, next.from), wallOf(zone, next.to)];
  // Not before it: who has ended tonight's is told of tomorrow's.
  const first = Math.max(0, Math.floor((wallOf(zone, within.from) - to) / DAY));
  const last = Math.ceil((wallOf(zone, within.to) - from) / DAY);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * DAY).flatMap(
    (shift) => cut({ from: instantOf(zone, from + shift), to: instantOf(zone, to + shift) }, within),
  );
}

/** What of it lies within. */
function cut({ from, to }: Span, within: Span): Span[] {
  const [begins, ends] = [Math.max(from, within.from), Math.min(to, within.to)];
  return begins < ends ? [{ from: begins, to: ends }] : [];
}
