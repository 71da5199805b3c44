/** Zones, days and times of day as paksa.yaml gives them. */
import { z } from 'zod';
import { dayOf, isTimeZone, timeOf, WEEKDAYS } from '../policy/wall-clock.ts';
import { block, must, nearest } from './refusal.ts';

const zoneRight = (given: unknown): string => {
  const meant = typeof given === 'string' ? nearest(given, Intl.supportedValuesOf('timeZone')) : undefined;
  return `must be a time zone by its name, such as Europe/Berlin${meant ? `: did you mean ${meant}?` : ''}`;
};
export const timeZone = z
  .string(must('a time zone by its name, such as Europe/Berlin'))
  .refine(isTimeZone, { error: ({ input }) => zoneRight(input) });

const dayRight = must('a day, such as "2026-01-05"');
export const day = z.string(dayRight).refine((written) => dayOf(written) !== undefined, dayRight);

const time = (most: number, what: string) => {
  const right = must(`a time of day in quotes, such as ${what}`);
  return z.string(right).refine((written) => (timeOf(written) ?? Number.POSITIVE_INFINITY) <= most, right);
};
/** Before midnight. */
export const timeOfDay = time(24 * 3_600_000 - 1, '"09:00"');
const endOfWindow = time(24 * 3_600_000, '"17:00"; "24:00" is the end of the day');

export const weekday = z.enum(WEEKDAYS, must(`one of ${WEEKDAYS.join(', ')}`));

const weekdays = z.array(weekday, must('a list of weekdays')).min(1, must('a list of at least one weekday'));

export const window = block({
  days: weekdays.default([...WEEKDAYS]),
  from: timeOfDay,
  to: endOfWindow,
});

export const businessHours = block({
  timeZone,
  days: weekdays.default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
  from: timeOfDay.default('09:00'),
  to: endOfWindow.default('17:00'),
  except: z.array(day, must('a list of days, such as ["2026-12-25"]')).default([]),
});
