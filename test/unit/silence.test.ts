/** What a silence covers, when windows come, also when the clocks are set; and how people type one. */
import { describe, expect, test } from 'vitest';
import {
  type Covered,
  covers,
  type MaintenanceWindow,
  nextChange,
  type Period,
  periodsOfWindow,
  periodsOver,
  type Scope,
  type Silence,
  silentUntil,
} from '../../src/policy/silence.ts';
import { askedSilence } from '../../src/policy/silence-words.ts';

const covered = (labels: Record<string, string> = {}): Covered => ({
  environment: 'production',
  topic: 'ssl',
  isOnly: (asked) => Object.entries(asked).every(([label, value]) => labels[label] === value),
});

describe('covers', () => {
  test.each<[Scope, boolean]>([
    [{}, true],
    [{ environments: ['production'] }, true],
    [{ environments: ['staging'] }, false],
    [{ topics: ['ssl', 'high-cpu'] }, true],
    [{ topics: ['high-cpu'] }, false],
    [{ environments: ['production'], topics: ['high-cpu'] }, false],
    [{ labels: {} }, true],
    [{ labels: { team: 'billing' } }, true],
    [{ labels: { team: 'billing', job: 'x' } }, false],
  ])('%o: %s', (scope, expected) => {
    expect(covers(scope, covered({ team: 'billing' }))).toBe(expected);
  });
});

const weekly = (from: string, to: string, days: readonly ('sunday' | 'monday')[]): MaintenanceWindow => ({
  name: 'w',
  reason: 'upgrade',
  times: { weekly: [{ days, from, to }], timeZone: 'Europe/Berlin' },
});
/** `10-25T00:30 – 10-25T02:00`, in UTC. */
const drawn = (periods: readonly Period[]) =>
  periods.map(({ from, to }) => [from, to].map((at) => new Date(at).toISOString().slice(5, 16)).join(' – '));

describe('a window', () => {
  test.each([
    // Clocks go back on 25 October 2026 at 03:00, and forward on 29 March at 02:00.
    ['over the hour that comes twice', '02:30', '03:00', '2026-10-24T00:00Z', ['10-25T00:30 – 10-25T02:00']],
    ['over the hour that is skipped', '01:30', '02:30', '2026-03-28T00:00Z', ['03-29T00:30 – 03-29T01:30']],
    ['within the hour that is skipped', '02:15', '02:45', '2026-03-28T00:00Z', ['03-29T01:15 – 03-29T01:45']],
    ['that the clocks skip', '02:30', '03:00', '2026-03-28T00:00Z', ['04-05T00:30 – 04-05T01:00']],
    [
      'in force, and the next one',
      '02:00',
      '04:00',
      '2026-10-11T00:30Z',
      ['10-11T00:00 – 10-11T02:00', '10-18T00:00 – 10-18T02:00'],
    ],
  ])('%s', (_, from, to, at, expected) => {
    expect(drawn(periodsOfWindow(weekly(from, to, ['sunday']), Date.parse(at)))).toEqual(expected);
  });

  test('each time has an id of its own; one that is over is not there', () => {
    const once: MaintenanceWindow = { name: 'o', reason: 'r', times: { once: { from: 10, to: 20 } } };
    expect(periodsOfWindow(once, 5)).toEqual([{ id: 'window/o/10', from: 10, to: 20, reason: 'r' }]);
    expect(periodsOfWindow(once, 19)).toHaveLength(1);
    expect(periodsOfWindow(once, 20)).toEqual([]);
  });
});

const silence = (id: string, from: number, to: number, of: Scope = {}): Silence => ({
  ...{ id, from, to, reason: 'r', madeBy: 'U1' },
  ...of,
});

test('what covers it, the soonest first, and until when without a pause', () => {
  const silences = [
    silence('3', 30, 40),
    silence('2', 18, 25),
    silence('1', 10, 20),
    silence('4', 10, 90, { topics: ['high-cpu'] }),
    silence('5', 1, 9),
  ];
  const periods = periodsOver(covered(), silences, [], 12);
  expect(periods.map(({ id }) => id)).toEqual(['silence/1', 'silence/2', 'silence/3']);
  expect(silentUntil(periods, 9)).toBeUndefined();
  expect(silentUntil(periods, 10)).toBe(25);
  expect(silentUntil(periods, 25)).toBeUndefined();
  expect(silentUntil(periods, 39)).toBe(40);
  expect([5, 10, 18, 25, 30, 40].map((at) => nextChange(periods, at))).toEqual([
    10,
    18,
    20,
    30,
    40,
    undefined,
  ]);
});

describe('typed', () => {
  test.each([
    [
      'ssl for 2h because of the Upgrade',
      { topic: 'ssl', labels: {}, moments: ['for', '2h'], reason: 'the Upgrade' },
    ],
    [
      'All team=Billing instance=db-1:9100 --env staging until 18:00 BECAUSE it is “known”',
      {
        topic: 'all',
        labels: { team: 'Billing', instance: 'db-1:9100' },
        environment: 'staging',
        moments: ['until', '18:00'],
        reason: 'it is “known”',
      },
    ],
    ['--env=staging 30m', { environment: 'staging', labels: {}, moments: ['30m'] }],
    ['ssl until 2026-12-24 18:00', { topic: 'ssl', labels: {}, moments: ['until', '2026-12-24', '18:00'] }],
    [
      'ssl for 2h because x because y',
      { topic: 'ssl', labels: {}, moments: ['for', '2h'], reason: 'x because y' },
    ],
    ['', { labels: {}, moments: [] }],
    ['ssl please', { topic: 'ssl', labels: {}, moments: [], unknown: 'please' }],
  ])('%s', (text, expected) => {
    expect(askedSilence(text)).toEqual(expected);
  });
});
