/** Moments as people type them, on the clock of Berlin, on a Tuesday morning in November. */
import { describe, expect, test } from 'vitest';
import { periodOf } from '../../src/policy/moment.ts';

/** 10:00 in Berlin. */
const NOW = Date.parse('2026-11-24T09:00Z');
const period = (typed: string, now = NOW) => {
  const { from, to, unknown } = periodOf(typed.split(' ').filter(Boolean), 'Europe/Berlin', now);
  const shown = (at?: number) => (at === undefined ? 'open' : new Date(at).toISOString().slice(0, 16));
  return unknown ?? `${shown(from)} ${shown(to)}`;
};

describe('from and to', () => {
  test.each([
    ['', 'open open'],
    ['now', '2026-11-24T09:00 open'],
    ['18:00', '2026-11-24T17:00 open'],
    ['18:00 22:00', '2026-11-24T17:00 2026-11-24T21:00'],
    ['from 22:00 to 06:00', '2026-11-24T21:00 2026-11-25T05:00'],
    // Past already: tomorrow's.
    ['9:30', '2026-11-25T08:30 open'],
    ['until 18:00', 'open 2026-11-24T17:00'],
    ['now 2h', '2026-11-24T09:00 2026-11-24T11:00'],
    ['18:00 1h30m', '2026-11-24T17:00 2026-11-24T18:30'],
    ['2h', 'open 2026-11-24T11:00'],
    ['for +1d12h', 'open 2026-11-25T21:00'],
    ['18:00 for 1h', '2026-11-24T17:00 2026-11-24T18:00'],
    ['2026-12-24 18:00 2026-12-26 09:00', '2026-12-24T17:00 2026-12-26T08:00'],
    ['2026-12-24t18:00 - 2026-12-26', '2026-12-24T17:00 2026-12-25T23:00'],
  ])('%j', (typed, expected) => {
    expect(period(typed)).toBe(expected);
  });

  test('a time on the day on which the clocks are set is that time on the wall', () => {
    const night = Date.parse('2026-10-24T20:00Z');
    expect(period('09:00', night)).toBe('2026-10-25T08:00 open');
    // Skipped in spring: as much later as is skipped.
    expect(period('2026-03-29 02:30', night)).toBe('2026-03-29T01:30 open');
  });

  test.each([
    ['tomorrow', 'tomorrow'],
    ['25:00', '25:00'],
    ['2026-02-30', '2026-02-30'],
    ['18', '18'],
    ['+', '+'],
    ['now 2h 3h', '3h'],
    ['2h 18:00', '18:00'],
  ])('%j is refused at “%s”', (typed, word) => {
    expect(period(typed)).toBe(word);
  });
});
