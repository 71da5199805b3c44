/** Change freezes: what they hold back, and how they are written. */
import { expect, test } from 'vitest';
import { freezeLine, frozenBy } from '../../src/policy/freeze.ts';
import { load, MINIMAL, problems } from './written-config.ts';

const WRITTEN = `${MINIMAL}
freezes:
  year-end:
    reason: The books are closed.
    timeZone: Europe/Berlin
    once: { from: '2026-12-28 00:00', to: '2027-01-04 08:00' }
  audit:
    reason: The auditors are here
    timeZone: Europe/Berlin
    topics: [data-corruption]
    emergencies: false
    once: { from: '2026-11-01 00:00', to: '2026-11-02 00:00' }
`;
const { freezes } = load(WRITTEN);
const about = { environment: 'production', topic: 'data-corruption', isEmergency: false };
const YEAR_END = Date.parse('2026-12-31T12:00Z');
const AUDIT = Date.parse('2026-11-01T12:00Z');

test.each([
  ['a change in its time', about, YEAR_END, 'The books are closed.'],
  ['a change before it', about, Date.parse('2026-12-27T22:59Z'), undefined],
  ['a change after it', about, Date.parse('2027-01-04T07:00Z'), undefined],
  ['another topic', { ...about, topic: 'ssl' }, AUDIT, undefined],
  ['the topic', about, AUDIT, 'The auditors are here'],
  ['a declared emergency', { ...about, isEmergency: true }, YEAR_END, undefined],
  ['an emergency, where they count as well', { ...about, isEmergency: true }, AUDIT, 'The auditors are here'],
])('%s', (_, changed, at, reason) => {
  expect(frozenBy(freezes, changed, at)?.reason).toBe(reason);
});

test('says until when, and why', () => {
  const period = frozenBy(freezes, about, YEAR_END);
  expect(period && freezeLine(period)).toBe(
    'A change freeze is on until 2027-01-04 07:00 UTC: The books are closed',
  );
});

test.each([
  [
    'an environment that is not there',
    'topics: [data-corruption]',
    'environments: [prod]',
    /is no environment/,
  ],
  ['labels', 'topics: [data-corruption]', 'labels: { team: billing }', /is not a key here/],
  ['no times', /once: .*2026-11.*/, '', /one of once/],
])('%s is refused', (_, right, wrong, message) => {
  expect(Object.entries(problems(WRITTEN.replace(right, wrong)))).toEqual([
    [expect.stringMatching(/^freezes\.audit/), expect.stringMatching(message)],
  ]);
});
