/**
 * Wall clocks of time zones, through Temporal (ADR 0010). A wall time is a number: the milliseconds that UTC would count
 * when its clock shows the same, so that a day on the wall always has 24 hours, whatever the zone does with its clocks.
 */
import { Temporal } from 'temporal-polyfill';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What the clocks of a zone show at an instant (epoch milliseconds). */
export const wallOf = (zone: string, at: number): number =>
  at + Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;

/** When they show it. A time that is skipped is as much later as is skipped; of one that comes twice, the first is meant. */
export const instantOf = (zone: string, wall: number): number =>
  Temporal.Instant.fromEpochMilliseconds(wall)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

/** Midnight of a day written `2026-12-24`; undefined when there is no such day. */
export function dayOf(written: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(written)) return undefined;
  try {
    return Temporal.PlainDate.from(written, { overflow: 'reject' }).toZonedDateTime('UTC').epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** Milliseconds since midnight of a time written `09:00`; undefined when it is none. `24:00` is the end of the day. */
export function timeOf(written: string): number | undefined {
  const [, hours = '', minutes = ''] = /^(\d\d?):(\d\d)$/.exec(written) ?? [];
  const time = Number(hours) * HOUR + Number(minutes) * MINUTE;
  return hours !== '' && Number(minutes) < 60 && time <= DAY ? time : undefined;
}

export const midnightOf = (wall: number): number => Math.floor(wall / DAY) * DAY;

/** 0 is Monday. */
export const weekdayOf = (wall: number): number => (Math.floor(wall / DAY) + 3) % 7;

/** A name of the IANA database, such as `Europe/Berlin`; an offset is none: it knows no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    wallOf(name, 0);
    return true;
  } catch {
    return false;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon 30 Nov 09:00 (Europe/Berlin)`: for where Slack does not draw the reader's own time. */
export function wallText(zone: string, at: number): string {
  const shown = new Date(wallOf(zone, at));
  const weekday = WEEKDAYS[weekdayOf(shown.getTime())] ?? '';
  const day = `${weekday.charAt(0).toUpperCase()}${weekday.slice(1, 3)} ${shown.getUTCDate()} ${MONTHS[shown.getUTCMonth()]}`;
  return `${day} ${shown.toISOString().slice(11, 16)} (${zone})`;
}
