/** Business hours: the windows of the week in which people are at work, without the days on which they are not. */
import { dayOf, type Weekday } from './wall-clock.ts';
import { spansAround } from './window.ts';

export interface BusinessHours {
  /** Of the IANA database, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly days: readonly Weekday[];
  readonly from: string;
  /** On the next day where it is not later than `from`; `24:00` is the end of the day. */
  readonly to: string;
  /** Days written `2026-12-25`; hours that begin on one are none. */
  readonly except: readonly string[];
}

/** `at`: epoch milliseconds. */
export function isWithin(hours: BusinessHours, at: number): boolean {
  const off = new Set(hours.except.map(dayOf));
  return spansAround([hours], hours.timeZone, at).some(
    ({ day, from, to }) => from <= at && at < to && !off.has(day),
  );
}
