/** Who is on call: cases that people would draw on a calendar, with the clocks being set in the middle of them. */
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../src/policy/rotation.ts';
import {
  gaps,
  type Override,
  onCallAt,
  type Schedule,
  type Span,
  shifts,
  standing,
} from '../../src/policy/schedule.ts';
import { WEEKDAYS } from '../../src/policy/wall-clock.ts';

const layer = (of: Partial<Layer> = {}): Layer => ({
  users: ['UA', 'UB', 'UC'],
  turnHours: 24,
  start: '2026-01-05',
  handover: { at: '09:00' },
  only: [],
  ...of,
});
const schedule = (layers: readonly Layer[], timeZone = 'Europe/Berlin'): Schedule => ({
  name: 'primary',
  timeZone,
  layers,
});
const override = (id: string, user: string, from: string, to: string): Override => ({
  id,
  user,
  from: Date.parse(from),
  to: Date.parse(to),
});
const span = (from: string, to: string): Span => ({ from: Date.parse(from), to: Date.parse(to) });

/** `UA 2026-…Z – 2026-…Z`, for a table that can be read. */
const drawn = (all: readonly (Span & { user?: string })[]) =>
  all.map(
    ({ user, from, to }) =>
      `${user ?? 'nobody'} ${new Date(from).toISOString().slice(5, 16)} – ${new Date(to).toISOString().slice(5, 16)}`,
  );

describe('rotations', () => {
  test('daily, and 09:00 stays 09:00 when the clocks go forward', () => {
    // 2026-03-29, 02:00 in Berlin: that day has 23 hours.
    expect(drawn(shifts(schedule([layer()]), [], span('2026-03-27T08:00Z', '2026-03-31T07:00Z')))).toEqual([
      'UA 03-27T08:00 – 03-28T08:00',
      'UB 03-28T08:00 – 03-29T07:00',
      'UC 03-29T07:00 – 03-30T07:00',
      'UA 03-30T07:00 – 03-31T07:00',
    ]);
  });

  test('weekly, on the day named; a start in the middle of a week belongs to its first turn', () => {
    const weekly = layer({ turnHours: 168, start: '2026-10-21', handover: { at: '10:00', on: 'monday' } });
    expect(
      drawn(
        shifts(schedule([weekly], 'America/New_York'), [], span('2026-10-20T00:00Z', '2026-11-10T15:00Z')),
      ),
    ).toEqual([
      'UA 10-21T14:00 – 10-26T14:00',
      'UB 10-26T14:00 – 11-02T15:00',
      'UC 11-02T15:00 – 11-09T15:00',
      'UA 11-09T15:00 – 11-10T15:00',
    ]);
  });

  test('every twelve hours: the night in which clocks go back is an hour longer', () => {
    const half = layer({ users: ['UDAY', 'UNIGHT'], turnHours: 12 });
    expect(drawn(shifts(schedule([half]), [], span('2026-10-24T07:00Z', '2026-10-25T20:00Z')))).toEqual([
      'UDAY 10-24T07:00 – 10-24T19:00',
      'UNIGHT 10-24T19:00 – 10-25T08:00',
      'UDAY 10-25T08:00 – 10-25T20:00',
    ]);
  });

  test.each([
    // Skipped on that day: as much later as is skipped.
    ['2026-03-29T00:59:59Z', '02:30', 'UB'],
    ['2026-03-29T01:29:59Z', '02:30', 'UB'],
    ['2026-03-29T01:30:00Z', '02:30', 'UC'],
    // Comes twice on that day: the first is meant.
    ['2026-10-25T00:29:59Z', '02:30', 'UB'],
    ['2026-10-25T00:30:00Z', '02:30', 'UC'],
    ['2026-10-25T01:30:00Z', '02:30', 'UC'],
  ])('at %s, with a hand-over at %s, it is %s', (at, handover, user) => {
    const start = at < '2026-06' ? '2026-03-27' : '2026-10-23';
    const night = layer({ start, handover: { at: handover } });
    expect(onCallAt(schedule([night]), [], Date.parse(at))).toBe(user);
  });

  test('nobody is on call before the start', () => {
    const begins = Date.parse('2026-01-05T08:00Z');
    expect(standing(schedule([layer()]), [], begins - 1)).toMatchObject({
      until: begins,
      next: { user: 'UA', from: begins },
    });
    expect(onCallAt(schedule([layer()]), [], begins - 1)).toBeUndefined();
    expect(onCallAt(schedule([layer()]), [], begins)).toBe('UA');
  });
});

describe('restrictions', () => {
  const office = layer({
    users: ['UA'],
    only: [{ days: WEEKDAYS.slice(0, 5), from: '09:00', to: '17:00' }],
  });

  test('working hours leave the nights and the weekend', () => {
    expect(drawn(gaps(schedule([office]), [], span('2026-06-05T07:00Z', '2026-06-09T07:00Z')))).toEqual([
      'nobody 06-05T15:00 – 06-08T07:00',
      'nobody 06-08T15:00 – 06-09T07:00',
    ]);
  });

  test('a window over midnight belongs to the day on which it begins', () => {
    const night = layer({ users: ['UA'], only: [{ days: ['friday'], from: '22:00', to: '06:00' }] });
    expect(drawn(shifts(schedule([night]), [], span('2026-06-01T00:00Z', '2026-06-15T00:00Z')))).toEqual([
      'UA 06-05T20:00 – 06-06T04:00',
      'UA 06-12T20:00 – 06-13T04:00',
    ]);
  });

  test('a later layer counts where it has somebody, the earlier one elsewhere', () => {
    const both = schedule([layer({ users: ['UROUND'] }), { ...office, users: ['UOFFICE'] }]);
    expect(drawn(shifts(both, [], span('2026-06-08T06:00Z', '2026-06-08T16:00Z')))).toEqual([
      'UROUND 06-08T06:00 – 06-08T07:00',
      'UOFFICE 06-08T07:00 – 06-08T15:00',
      'UROUND 06-08T15:00 – 06-08T16:00',
    ]);
    expect(gaps(both, [], span('2026-06-01T00:00Z', '2026-07-01T00:00Z'))).toEqual([]);
  });
});

describe('overrides', () => {
  const daily = schedule([layer()]);
  const day = span('2026-06-08T07:00Z', '2026-06-09T07:00Z');

  test('win over the layers, and the one made last over the others', () => {
    const made = [
      override('1', 'UX', '2026-06-08T10:00Z', '2026-06-08T20:00Z'),
      override('2', 'UY', '2026-06-08T12:00Z', '2026-06-08T14:00Z'),
    ];
    expect(shifts(daily, made, day).map(({ user, override }) => [user, override])).toEqual([
      ['UB', undefined],
      ['UX', '1'],
      ['UY', '2'],
      ['UX', '1'],
      ['UB', undefined],
    ]);
  });

  test('until when, and who is next', () => {
    const made = [override('1', 'UX', '2026-06-08T10:00Z', '2026-06-08T20:00Z')];
    expect(standing(daily, made, Date.parse('2026-06-08T11:00Z'))).toMatchObject({
      user: 'UX',
      override: '1',
      until: Date.parse('2026-06-08T20:00Z'),
      next: { user: 'UB', from: Date.parse('2026-06-08T20:00Z'), to: Date.parse('2026-06-09T07:00Z') },
    });
  });

  test('one person for ever has no end, and nobody is next', () => {
    const alone = schedule([layer({ users: ['UA'] })]);
    expect(standing(alone, [], Date.parse('2026-06-08T11:00Z'))).toEqual({ user: 'UA' });
  });
});
