/** What is known of a small ladder's people, all of it well: each test spoils what it is about. */
import type { Facts, UserFact } from '../../src/policy/facts.ts';
import type { Level } from '../../src/policy/policy.ts';
import { DAY, HOUR } from '../../src/policy/wall-clock.ts';
import { level } from './sample-incident.ts';

/** Monday, 30 November 2026, 12:00 in UTC. */
export const NOON = Date.UTC(2026, 10, 30, 12);
export const FORTNIGHT = { from: NOON, to: NOON + 14 * DAY };

export const active = (of: Partial<Extract<UserFact, { is: 'active' | 'guest' }>> = {}): UserFact => ({
  is: 'active',
  timeZone: 'UTC',
  quiet: { is: 'never' },
  ...of,
});

/** Do-not-disturb from 22:00 to 08:00, tonight and every night. */
export const NIGHTLY = { is: 'next', from: NOON + 10 * HOUR, to: NOON + 20 * HOUR } as const;

export const facts = (of: Partial<Facts> = {}): Facts => ({
  users: new Map(['U1', 'U2', 'U3'].map((id) => [id, active()])),
  groups: new Map([['S2', { is: 'active', members: ['U2', 'U3'] }]]),
  channels: new Map([
    ['C3', { is: 'joined' }],
    ['CHOME', { is: 'joined' }],
  ]),
  pagers: new Map(),
  contacts: new Map(),
  schedules: new Map(),
  channel: 'CHOME',
  ...of,
});

export const withUser = (id: string, fact: UserFact): Partial<Facts> => ({
  users: new Map([...facts().users, [id, fact]]),
});

/** U1 and U2 in turn, a day each, relieved at 09:00. */
export const inTurn = {
  schedule: {
    name: 'primary',
    timeZone: 'UTC',
    layers: [
      { users: ['U1', 'U2'], turnHours: 24, start: '2026-01-05', handover: { at: '09:00' }, only: [] },
    ],
  },
  overrides: [],
} as const;

/** U1 alone, on weekdays from 08:00 to 20:00. */
export const byDay = {
  schedule: {
    name: 'primary',
    timeZone: 'UTC',
    layers: [
      {
        users: ['U1'],
        turnHours: 24,
        start: '2026-01-05',
        handover: { at: '09:00' },
        only: [
          {
            days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
            from: '08:00',
            to: '20:00',
          },
        ],
      },
    ],
  },
  overrides: [],
} as const;

export const AWAY = { is: 'unknown', why: 'Slack was away' } as const;

export const onSchedule = (of: Partial<Level> = {}): Level =>
  level([{ kind: 'schedule', id: 'primary' }], of);

/** The schedule `primary` is that one. */
export const scheduled = (found: typeof inTurn | typeof byDay, of: Partial<Facts> = {}): Facts =>
  facts({ schedules: new Map([['primary', found]]), ...of });

/** A pager `duty`. */
export const pager = (is: 'answering' | 'failing' | 'unknown', needs?: 'phone'): Facts['pagers'] =>
  new Map([
    [
      'duty',
      {
        fact: is === 'answering' ? ({ is, how: 'fine' } as const) : ({ is, why: 'away' } as const),
        ...(needs ? { needs } : {}),
      },
    ],
  ]);
