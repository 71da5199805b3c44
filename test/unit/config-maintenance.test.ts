/** Maintenance windows and the settings of silences: what they become, and what is refused. */
import { expect, test } from 'vitest';
import { load, MINIMAL, problems } from './written-config.ts';

const RIGHT = `${MINIMAL}
maintenance:
  deploys:
    reason: the weekly deploy
    timeZone: Europe/Berlin
    weekly: [{ days: [tuesday], from: '22:00', to: '23:30' }]
    environments: [production]
  certificate:
    reason: replaced
    timeZone: Europe/Berlin
    once: { from: '2026-12-24 18:00', to: '2026-12-24 20:00' }
    topics: [ssl]
    labels: { team: billing }
`;

test('become windows; of one day in instants', () => {
  expect(load(RIGHT).maintenance).toEqual([
    {
      name: 'deploys',
      reason: 'the weekly deploy',
      environments: ['production'],
      times: {
        timeZone: 'Europe/Berlin',
        weekly: [{ days: ['tuesday'], from: '22:00', to: '23:30' }],
      },
    },
    {
      name: 'certificate',
      reason: 'replaced',
      topics: ['ssl'],
      labels: { team: 'billing' },
      times: { once: { from: Date.parse('2026-12-24T17:00Z'), to: Date.parse('2026-12-24T19:00Z') } },
    },
  ]);
  expect(load(MINIMAL).maintenance).toEqual([]);
});

test.each([
  ['nothing', '', 'Etc/UTC'],
  [
    'a zone of its own',
    'silences: { timeZone: Asia/Karachi }\nbusinessHours: { timeZone: Europe/Berlin }',
    'Asia/Karachi',
  ],
  ['business hours', 'businessHours: { timeZone: Europe/Berlin }', 'Europe/Berlin'],
])('with %s, times are read on the clock of %3$s', (_, yaml, timeZone) => {
  expect(load(`${MINIMAL}\n${yaml}`).silences).toEqual({ timeZone, longestMs: 7 * 24 * 3_600_000 });
});

test.each([
  ['no reason', 'reason: replaced', 'reason: ""', 'maintenance.certificate.reason', /must be why/],
  ['neither', /weekly:.*/, '', 'maintenance.deploys', /one of once/],
  [
    'both',
    'topics: [ssl]',
    "weekly: [{ from: '01:00', to: '02:00' }]",
    'maintenance.certificate',
    /one of once/,
  ],
  ['an end before its beginning', '20:00', '17:00', 'maintenance.certificate.once.to', /later than from/],
  ['a moment that is none', '12-24 18', '02-30 18', 'maintenance.certificate.once.from', /a day and a time/],
  [
    'an environment that is not there',
    '[production]',
    '[prod]',
    'maintenance.deploys.environments[0]',
    /did you mean production\?/,
  ],
  ['a label that is none', 'team: b', '"te am": b', 'maintenance.certificate.labels.te am', /a label's name/],
])('%s is refused', (_, right, wrong, path, message) => {
  expect(problems(RIGHT.replace(right, wrong))[path]).toMatch(message);
});
