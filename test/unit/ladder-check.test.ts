/** Whom a level reaches, when, and what becomes of an incident that everybody ignores. */
import { describe, expect, test } from 'vitest';
import { elapsed } from '../../src/policy/defect-words.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { checkLadder } from '../../src/policy/ladder-check.ts';
import type { Level } from '../../src/policy/policy.ts';
import { levelReach, type Reach, reachOver } from '../../src/policy/reach.ts';
import { DAY, HOUR, MINUTE } from '../../src/policy/wall-clock.ts';
import {
  AWAY,
  active,
  byDay,
  FORTNIGHT,
  facts,
  inTurn,
  NIGHTLY,
  NOON,
  onSchedule,
  pager,
  scheduled,
  withUser,
} from './sample-facts.ts';
import { channel, escalation, group, level, user } from './sample-incident.ts';

describe('reached now', () => {
  test.each<[string, Level, Facts, Reach]>([
    ['a person', level([user('U1')]), facts(), 'reached'],
    ['nobody is in it', level([]), facts(), 'nobody'],
    ['deactivated', level([user('U1')]), facts(withUser('U1', { is: 'deactivated' })), 'nobody'],
    ['an app', level([user('U1')]), facts(withUser('U1', { is: 'bot' })), 'nobody'],
    ['a guest', level([user('U1')]), facts(withUser('U1', active({ is: 'guest' }))), 'reached'],
    ['nobody was asked', level([user('U9')]), facts(), 'unknown'],
    [
      'whether it is quiet is unknown',
      level([user('U1')]),
      facts(withUser('U1', active({ quiet: AWAY }))),
      'unknown',
    ],
    [
      'one of two is enough',
      level([user('U1'), user('U2')]),
      facts(withUser('U1', { is: 'missing' })),
      'reached',
    ],
    [
      'asleep now',
      level([user('U1')]),
      facts(withUser('U1', active({ quiet: { is: 'next', from: NOON - HOUR, to: NOON + MINUTE } }))),
      'silent',
    ],
    ['asleep tonight', level([user('U1')]), facts(withUser('U1', active({ quiet: NIGHTLY }))), 'reached'],
    [
      'asleep, and Slack is asked first: it takes the page',
      level([user('U1')], { pagers: ['slack', 'duty'] }),
      facts({
        ...withUser('U1', active({ quiet: { is: 'next', from: NOON - HOUR, to: NOON + MINUTE } })),
        pagers: pager('answering'),
      }),
      'silent',
    ],
    [
      'asleep, and a pager that rings is asked first',
      level([user('U1')], { pagers: ['duty', 'slack'] }),
      facts({
        ...withUser('U1', active({ quiet: { is: 'next', from: NOON - HOUR, to: NOON + MINUTE } })),
        pagers: pager('answering'),
      }),
      'reached',
    ],
    [
      'deactivated in Slack, and reached by the next pager',
      level([user('U1')], { pagers: ['slack', 'duty'] }),
      facts({ ...withUser('U1', { is: 'deactivated' }), pagers: pager('answering') }),
      'reached',
    ],
    [
      'its pager is away',
      level([user('U1')], { pagers: ['duty'] }),
      facts({ pagers: pager('failing') }),
      'nobody',
    ],
    [
      'its pager is unknown',
      level([user('U1')], { pagers: ['duty'] }),
      facts({ pagers: pager('unknown') }),
      'unknown',
    ],
    [
      'its pager has no number of them',
      level([user('U1')], { pagers: ['duty'] }),
      facts({ pagers: pager('answering', 'phone') }),
      'nobody',
    ],
    [
      'its pager has their number',
      level([user('U1')], { pagers: ['duty'] }),
      facts({ pagers: pager('answering', 'phone'), contacts: new Map([['U1', ['phone']]]) }),
      'reached',
    ],
    ['a group', level([group('S2')]), facts(), 'reached'],
    [
      'an empty group',
      level([group('S2')]),
      facts({ groups: new Map([['S2', { is: 'active', members: [] }]]) }),
      'nobody',
    ],
    [
      'a disabled group',
      level([group('S2')]),
      facts({ groups: new Map([['S2', { is: 'disabled' }]]) }),
      'nobody',
    ],
    [
      'a group whose channel is archived',
      level([group('S2')]),
      facts({ channels: new Map([['CHOME', { is: 'archived' }]]) }),
      'nobody',
    ],
    ['a channel', level([channel('C3')]), facts(), 'reached'],
    [
      'a channel that Paksa may post to',
      level([channel('C3')]),
      facts({ channels: new Map([['C3', { is: 'open' }]]) }),
      'reached',
    ],
    [
      'an archived channel',
      level([channel('C3')]),
      facts({ channels: new Map([['C3', { is: 'archived' }]]) }),
      'nobody',
    ],
    ['who is on call', onSchedule(), scheduled(inTurn), 'reached'],
  ])('%s', (_, of, known, expected) => {
    expect(levelReach(of, known, NOON)).toBe(expected);
  });
});

describe('over the days', () => {
  const changes = (of: Level, known: Facts, span = FORTNIGHT) =>
    reachOver(of, known, span).map(({ from, to, reach }) => [
      (from - NOON) / HOUR,
      (to - NOON) / HOUR,
      reach,
    ]);

  test('nights in do-not-disturb are silent, each of them', () => {
    const known = facts(withUser('U1', active({ quiet: NIGHTLY })));
    expect(changes(level([user('U1')]), known, { from: NOON, to: NOON + 2 * DAY })).toEqual([
      [0, 10, 'reached'],
      [10, 20, 'silent'],
      [20, 34, 'reached'],
      [34, 44, 'silent'],
      [44, 48, 'reached'],
    ]);
  });

  test('tonight’s was ended: Slack tells of tomorrow’s, and it begins then', () => {
    const quiet = { is: 'next', from: NIGHTLY.from + DAY, to: NIGHTLY.to + DAY } as const;
    const known = facts(withUser('U1', active({ quiet })));
    expect(changes(level([user('U1')]), known, { from: NOON, to: NOON + 2 * DAY })).toEqual([
      [0, 34, 'reached'],
      [34, 44, 'silent'],
      [44, 48, 'reached'],
    ]);
  });

  test('a snooze is once', () => {
    const quiet = { is: 'next', from: NOON, to: NOON + 43 * MINUTE } as const;
    expect(changes(level([user('U1')]), facts(withUser('U1', active({ quiet }))))).toEqual([
      [0, 43 / 60, 'silent'],
      [43 / 60, 14 * 24, 'reached'],
    ]);
  });

  test('a schedule’s gaps, and the turns of whoever is deactivated', () => {
    expect(changes(onSchedule(), scheduled(byDay), { from: NOON, to: NOON + DAY })).toEqual([
      [0, 8, 'reached'],
      [8, 20, 'nobody'],
      [20, 24, 'reached'],
    ]);
    const gone = scheduled(inTurn, withUser('U2', { is: 'deactivated' }));
    expect(
      changes(onSchedule(), gone, { from: NOON, to: NOON + 2 * DAY }).map(([, , reach]) => reach),
    ).toEqual(expect.arrayContaining(['reached', 'nobody']));
  });
});

describe('if ignored', () => {
  const check = (of: Parameters<typeof escalation>[0], known = facts()) =>
    checkLadder({ name: 'ladder', escalation: escalation(of) }, known, NOON);
  const shown = (of: Parameters<typeof escalation>[0], known?: Facts) => {
    const { ignored } = check(of, known);
    return [
      ...ignored.steps.map(
        ({ afterMs, level: at, attempt, paged }) =>
          `${elapsed(afterMs)} ${at}.${attempt} ${paged.map(({ to, reach }) => `${to?.id ?? 'nobody'} ${reach}`)}`,
      ),
      `${elapsed(ignored.endsAfterMs)} ${ignored.end}`,
    ];
  };

  test('each page with its time, to the end', () => {
    const levels = [level([user('U1')], { repeats: 2 }), level([]), level([channel('C3')])];
    expect(shown({ levels })).toEqual([
      '00:05 1.1 U1 reached',
      '00:15 1.2 U1 reached',
      '00:25 3.1 C3 reached',
      '00:35 stop',
    ]);
    expect(shown({ levels, afterLast: 'repeat' }).at(-1)).toBe('00:35 repeat');
  });

  test.each(['repeat', 'stop'] as const)('nobody anywhere, %s: it ends at its first step', (afterLast) => {
    expect(shown({ levels: [level([])], afterLast })).toEqual(['00:05 stop']);
  });

  test('of a schedule, whoever is on call by then', () => {
    const levels = [onSchedule({ delayMs: DAY, repeats: 2 })];
    expect(shown({ levels }, scheduled(inTurn)).map((line) => line.split(' ').at(-2))).toContain('U2');
    expect(shown({ levels, firstPageAfterMs: 9 * HOUR }, scheduled(byDay))[0]).toBe(
      '09:00 1.1 nobody nobody',
    );
  });

  test.each([
    ['healthy', facts()],
    ['problem', facts({ channels: new Map(), ...withUser('U1', { is: 'deactivated' }) })],
    ['inconclusive', facts({ channels: new Map() })],
  ] as const)('verdict: %s', (verdict, known) => {
    expect(check({}, known).verdict).toBe(verdict);
  });
});

test.each([
  [0, '00:00'],
  [90_000, '00:01:30'],
  [26 * HOUR, '1 d 02:00'],
])('%d ms: %s', (ms, expected) => {
  expect(elapsed(ms)).toBe(expected);
});
