/** Windows that come again every week on the wall's clock, whatever the zone does with it. Instants are epoch milliseconds. */
import {
  DAY,
  instantOf,
  midnightOf,
  timeOf,
  WEEKDAYS,
  type Weekday,
  wallOf,
  weekdayOf,
} from './wall-clock.ts';

/** From a time of these days to another; to that of the next day where it is not later. */
export interface Window {
  readonly days: readonly Weekday[];
  readonly from: string;
  /** `24:00` is the end of the day. */
  readonly to: string;
}

export interface WindowSpan {
  readonly from: number;
  readonly to: number;
  /** Midnight, on the wall's clock, of the day on which it begins. */
  readonly day: number;
}

/** A window that began yesterday may still be open, and the next one can be a week away. */
const DAYS_LOOKED_AT = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8];

/** From those that may be open at an instant up to those that begin within a week. One that the clocks skip is not there. */
export function spansAround(windows: readonly Window[], zone: string, at: number): readonly WindowSpan[] {
  const today = midnightOf(wallOf(zone, at));
  return DAYS_LOOKED_AT.flatMap((offset) => {
    const day = today + offset * DAY;
    const weekday = WEEKDAYS[weekdayOf(day)];
    return windows
      .filter(({ days }) => days.some((each) => each === weekday))
      .map((window) => spanOf(window, zone, day));
  }).filter(({ from, to }) => from < to);
}

function spanOf(window: Window, zone: string, day: number): WindowSpan {
  const from = timeOf(window.from) ?? 0;
  const to = timeOf(window.to) ?? DAY;
  return { day, from: instantOf(zone, day + from), to: instantOf(zone, day + to + (to <= from ? DAY : 0)) };
}
