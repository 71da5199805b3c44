/** What a terminal says where whoever is at it cannot decide alone. */
import { expect, test } from 'vitest';
import { waitsFor } from '../../src/cli/two-people.ts';
import type { Attempt } from '../../src/incident/incident.ts';
import { ALONE } from '../../src/policy/risk.ts';
import { attempt, incident, policy } from './sample-incident.ts';

const { approval, ...rest } = policy();
const held = incident({ policy: { ...rest, approval: { ...approval, twoPeople: ALONE } } });
const of = (more: Partial<Attempt>) =>
  attempt('awaiting-approval', {
    requestedBy: 'cli:root',
    weighed: { risk: 'high', why: ['5,000 rows, more than 1,000'] },
    ...more,
  });

test.each([
  [
    'what they asked for',
    of({}),
    'High risk (5,000 rows, more than 1,000): it takes two others to approve it',
  ],
  [
    'what they have approved',
    of({ requestedBy: 'UANA', approvedBy: 'cli:root' }),
    'it takes one more to approve it',
  ],
  ['what one has approved', of({ approvedBy: 'UBILAL' }), 'it takes one more to approve it'],
])('%s waits for others', (_, waiting, words) => {
  expect(waitsFor(held, waiting, 'cli:root')).toContain(words);
});

test.each([
  ['somebody else asked for, they approve as the first', of({ requestedBy: 'UANA' })],
  [
    'somebody else asked for and approved, they approve as the second',
    of({ requestedBy: 'UANA', approvedBy: 'UBILAL' }),
  ],
  ['is of less risk, they approve', of({ weighed: { risk: 'medium', why: [] } })],
])('what %s', (_, waiting) => {
  expect(waitsFor(held, waiting, 'cli:root')).toBeUndefined();
});
