/** What is said to be wrong with a level: a row a defect, the worst first, each with what to do. */
import { describe, expect, test } from 'vitest';
import { type Defect, defectsOf } from '../../src/policy/defect.ts';
import { defectWords, type Words } from '../../src/policy/defect-words.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { Level } from '../../src/policy/policy.ts';
import { HOUR, MINUTE } from '../../src/policy/wall-clock.ts';
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
import { channel, group, level, user } from './sample-incident.ts';

const words: Words = { name: ({ id }) => id, at: (ms) => `${(ms - NOON) / HOUR}h`, say: (text) => text };
const said = (of: Level, known: Facts) =>
  defectsOf(of, known, FORTNIGHT).map(
    (defect: Defect) => `${defect.severity}: ${defectWords(defect, 1, words)}`,
  );

describe('defects', () => {
  test.each<[string, Level, Facts, readonly (string | RegExp)[]]>([
    ['all is well', level([user('U1'), group('S2'), channel('C3')]), facts(), []],
    ['nobody is in it', level([]), facts(), [/^problem: has nobody: add ladder.levels\[0\]/]],
    [
      'deactivated',
      level([user('U1')]),
      facts(withUser('U1', { is: 'deactivated' })),
      ['problem: reaches nobody at any time', /^problem: U1 is deactivated/],
    ],
    [
      'deactivated, beside somebody',
      level([user('U1'), user('U2')]),
      facts(withUser('U1', { is: 'deactivated' })),
      [/^problem: U1 is deactivated/],
    ],
    [
      'a guest and a snooze: remarks',
      level([user('U1'), user('U2')]),
      facts(
        withUser('U1', active({ is: 'guest', quiet: { is: 'next', from: NOON, to: NOON + 43 * MINUTE } })),
      ),
      [/^warning: U1 is a guest/, /^warning: U1 is in do-not-disturb until/],
    ],
    [
      'nights',
      level([user('U1'), user('U2')]),
      facts(withUser('U1', active({ quiet: NIGHTLY }))),
      [/^warning: U1 has do-not-disturb in 14 nights of theirs, the first from 10h to 20h/],
    ],
    [
      'nights of the only one',
      level([user('U1')]),
      facts(withUser('U1', active({ quiet: NIGHTLY }))),
      [
        /^problem: wakes nobody from 10h to 20h, 34h to 44h, 58h to 68h, and 11 more times/,
        /^warning: U1 has/,
      ],
    ],
    [
      'a gap',
      onSchedule(),
      scheduled(byDay),
      [/^problem: reaches nobody from 8h to 20h/, /^problem: nobody is on call in primary from 8h to 20h/],
    ],
    [
      'in a schedule',
      onSchedule(),
      scheduled(inTurn, withUser('U2', { is: 'missing' })),
      [/^problem: reaches nobody from/, /^problem: U2 \(in primary\) is not known to Slack/],
    ],
    [
      'an empty group',
      level([group('S2')]),
      facts({ groups: new Map([['S2', { is: 'active', members: [] }]]) }),
      ['problem: reaches nobody at any time', /^problem: S2 has no members/],
    ],
    [
      'a group of whom all are deactivated',
      level([group('S2')]),
      facts({ users: new Map(['U2', 'U3'].map((id) => [id, { is: 'deactivated' } as const])) }),
      ['problem: reaches nobody at any time', /^problem: every member of S2 is deactivated/],
    ],
    [
      'a group without a channel to mention it in',
      level([group('S2')]),
      facts({ channel: undefined }),
      [/^problem: there is no channel to mention S2 in/],
    ],
    [
      'a channel that Paksa is not in',
      level([channel('C3')]),
      facts({ channels: new Map([['C3', { is: 'open' }]]) }),
      [/^warning: Paksa is not in C3/],
    ],
    [
      'a pager that does not answer',
      level([user('U1')], { pagers: ['slack', 'duty'] }),
      facts({ pagers: pager('failing') }),
      ['problem: duty does not answer: away'],
    ],
    [
      'nobody to call',
      level([group('S2'), user('U1')], { pagers: ['slack', 'duty'] }),
      facts({ pagers: pager('answering', 'phone') }),
      [
        /^problem: U1 has no phone for duty: add people.U1.phone/,
        /^warning: duty reaches persons, and not S2/,
      ],
    ],
    [
      'what nobody could look at, once for each reason',
      level([user('U1'), group('S2'), channel('C3')], { pagers: ['slack', 'duty'] }),
      facts({
        users: new Map([['U1', AWAY]]),
        groups: new Map([['S2', AWAY]]),
        channels: new Map([
          ['C3', AWAY],
          ['CHOME', AWAY],
        ]),
        pagers: pager('unknown'),
      }),
      [
        'unknown: could not look at U1, S2, CHOME, C3: Slack was away',
        'unknown: could not look at duty: away',
      ],
    ],
  ])('%s', (_, of, known, expected) => {
    expect(said(of, known)).toEqual(
      expected.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
    );
  });
});
