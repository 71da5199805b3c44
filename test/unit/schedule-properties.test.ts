/** What holds of every schedule, in zones that set their clocks by an hour, by half of one, and not at all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldAt, type Layer } from '../../src/policy/rotation.ts';
import { gaps, type Override, onCallAt, type Schedule, shifts } from '../../src/policy/schedule.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  midnightOf,
  timeOf,
  WEEKDAYS,
  wallOf,
  weekdayOf,
} from '../../src/policy/wall-clock.ts';
import type { Window } from '../../src/policy/window.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Karachi',
  'America/St_Johns',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'UTC',
];
const BEGINS = Date.UTC(2026, 0, 1);
const YEAR = 365 * DAY;

const zone = fc.constantFrom(...ZONES);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
const day = fc
  .integer({ min: 0, max: 300 })
  .map((of) => new Date(BEGINS + of * DAY).toISOString().slice(0, 10));
const users = fc.uniqueArray(fc.constantFrom('UA', 'UB', 'UC', 'UD', 'UE'), { minLength: 1, maxLength: 5 });
const window: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  from: time,
  to: fc.oneof(time, fc.constant('24:00')),
});
const only = fc.array(window, { maxLength: 2 });
const layer: fc.Arbitrary<Layer> = fc.oneof(
  fc.record({
    users,
    turnHours: fc.constantFrom(1, 5, 8, 12, 24, 72),
    start: day,
    handover: fc.record({ at: time }),
    only,
  }),
  fc.record({
    users,
    turnHours: fc.constantFrom(168, 336),
    start: day,
    handover: fc.record({ at: time, on: fc.constantFrom(...WEEKDAYS) }),
    only,
  }),
);
const schedule: fc.Arbitrary<Schedule> = fc.record({
  name: fc.constant('primary'),
  timeZone: zone,
  layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
});
const instant = fc.integer({ min: BEGINS - 10 * DAY, max: BEGINS + YEAR });
const span = fc
  .tuple(instant, fc.integer({ min: 1, max: 10 * DAY }))
  .map(([from, length]) => ({ from, to: from + length }));
const overrides: fc.Arbitrary<Override[]> = fc
  .array(
    fc.record({
      user: fc.constantFrom('UX', 'UY'),
      from: instant,
      length: fc.integer({ min: 1, max: 200 * DAY }),
    }),
    { maxLength: 5 },
  )
  .map((all) =>
    all.map(({ user, from, length }, index) => ({ id: String(index), user, from, to: from + length })),
  );

test('shifts and gaps tile the span: none overlaps, nothing is left over', () => {
  fc.assert(
    fc.property(schedule, overrides, span, (given, made, within) => {
      const pieces = [
        ...shifts(given, made, within).map((shift) => ({ ...shift, gap: false })),
        ...gaps(given, made, within).map((gap) => ({ ...gap, gap: true })),
      ].sort((a, b) => a.from - b.from);
      expect(pieces.map(({ from }) => from)).toEqual([
        within.from,
        ...pieces.slice(0, -1).map(({ to }) => to),
      ]);
      expect(pieces.at(-1)?.to).toBe(within.to);
      for (const { from, to } of pieces) expect(to).toBeGreaterThan(from);
    }),
  );
});

test('who has the shift is on call at its first and last instant, nobody is in a gap', () => {
  fc.assert(
    fc.property(schedule, overrides, span, (given, made, within) => {
      for (const { user, from, to } of shifts(given, made, within))
        expect([from, Math.floor((from + to) / 2), to - 1].map((at) => onCallAt(given, made, at))).toEqual([
          user,
          user,
          user,
        ]);
      for (const { from, to } of gaps(given, made, within))
        expect([from, to - 1].map((at) => onCallAt(given, made, at))).toEqual([undefined, undefined]);
    }),
  );
});

test('a layer is held by one of its own, or by nobody, until an instant that is later', () => {
  fc.assert(
    fc.property(layer, zone, instant, (given, of, at) => {
      const { user, until } = heldAt(given, of, at);
      expect(until).toBeGreaterThan(at);
      expect([undefined, ...given.users]).toContain(user);
      expect(heldAt(given, of, Math.min(until, at + YEAR) - 1).user).toBe(user);
    }),
  );
});

const always = fc.record({
  users: fc.uniqueArray(fc.constantFrom('UA', 'UB', 'UC', 'UD'), { minLength: 2, maxLength: 4 }),
  turnHours: fc.constantFrom(24, 48, 168),
  start: day,
  handover: fc.record({ at: time }),
  only: fc.constant([]),
});

test('people are relieved at the hand-over’s time on the wall, or where that is skipped, as much later', () => {
  fc.assert(
    fc.property(always, zone, (given, timeZone) => {
      const one: Schedule = { name: 'primary', timeZone, layers: [given] };
      const begins = Date.parse(`${given.start}T00:00Z`) + 2 * DAY;
      const all = shifts(one, [], { from: begins, to: begins + YEAR }).slice(1);
      expect(all.length).toBeGreaterThan(40);
      const [hours = 0, minutes = 0] = given.handover.at.split(':').map(Number);
      const wanted = hours * HOUR + minutes * MINUTE;
      for (const { from } of all) {
        const shown = ((wallOf(timeZone, from) % DAY) + DAY) % DAY;
        const skipped = shown === wanted ? 0 : wallOf(timeZone, from) - wallOf(timeZone, from - HOUR) - HOUR;
        expect(shown).toBe(wanted + skipped);
        if (shown !== wanted) expect(skipped).toBeGreaterThan(0);
      }
    }),
  );
});

test('turns of whole weeks begin on the weekday named', () => {
  const weekly = fc.record({
    users: fc.uniqueArray(fc.constantFrom('UA', 'UB', 'UC'), { minLength: 2 }),
    turnHours: fc.constantFrom(168, 336),
    start: day,
    handover: fc.record({ at: fc.constantFrom('09:00', '18:30'), on: fc.constantFrom(...WEEKDAYS) }),
    only: fc.constant([]),
  });
  fc.assert(
    fc.property(weekly, zone, (given, timeZone) => {
      const one: Schedule = { name: 'primary', timeZone, layers: [given] };
      const from = Date.parse(`${given.start}T00:00Z`) - 2 * DAY;
      const [first, ...others] = shifts(one, [], { from, to: from + 100 * DAY });
      expect(first?.user).toBe(given.users[0]);
      for (const shift of others)
        expect(WEEKDAYS[weekdayOf(wallOf(timeZone, shift.from))]).toBe(given.handover.on);
    }),
  );
});

test('restricted, somebody is on call just when the wall’s clock is within a window', () => {
  const restricted = fc.record({
    users,
    turnHours: fc.constantFrom(8, 24),
    start: fc.constant('2025-12-01'),
    handover: fc.record({ at: time }),
    only: fc.array(window, { minLength: 1, maxLength: 3 }),
  });
  // Zones that never set their clocks: elsewhere a window's ends move with the wall's.
  fc.assert(
    fc.property(
      restricted,
      fc.constantFrom('Asia/Karachi', 'UTC', 'Asia/Kathmandu'),
      instant,
      (given, of, at) => {
        const wall = wallOf(of, at);
        const isWithin = given.only.some(({ days, from, to }) =>
          [0, DAY].some((ago) => {
            const day = midnightOf(wall) - ago;
            const begins = day + (timeOf(from) ?? 0);
            const ends = day + (timeOf(to) ?? 0) + ((timeOf(to) ?? 0) <= (timeOf(from) ?? 0) ? DAY : 0);
            return days.some((each) => each === WEEKDAYS[weekdayOf(day)]) && begins <= wall && wall < ends;
          }),
        );
        expect(heldAt(given, of, at).user !== undefined).toBe(isWithin);
      },
    ),
    { numRuns: 500 },
  );
});

test('turns are fair: after whole rounds everybody has had as many', () => {
  fc.assert(
    fc.property(always, zone, fc.integer({ min: 1, max: 12 }), (given, timeZone, rounds) => {
      const one: Schedule = { name: 'primary', timeZone, layers: [given] };
      const turns = rounds * given.users.length;
      const from = Date.parse(`${given.start}T00:00Z`) + 3 * DAY;
      const all = shifts(one, [], { from, to: from + (turns + 2) * given.turnHours * HOUR });
      const counted = Map.groupBy(all.slice(1, 1 + turns), ({ user }) => user);
      expect([...counted.values()].map((of) => of.length)).toEqual(given.users.map(() => rounds));
    }),
  );
});

test('the override made last counts, whatever the layers say', () => {
  fc.assert(
    fc.property(schedule, overrides, instant, (given, made, at) => {
      const last = made.findLast(({ from, to }) => from <= at && at < to);
      if (last) expect(onCallAt(given, made, at)).toBe(last.user);
      else expect(onCallAt(given, made, at)).toBe(onCallAt(given, [], at));
    }),
  );
});
