/** What a preview's figures make of a fix's risk. */
import { expect, test } from 'vitest';
import { ALONE, type Rated, weigh } from '../../src/policy/risk.ts';
import type { Extent, Risk } from '../../src/runbook/fix.ts';
import { preview } from './sample-incident.ts';

const weighed = (extent: Extent, of: Partial<Rated> = {}, unseen: readonly string[] = []) =>
  weigh({ risk: 'medium', ...of }, { ...preview('x'), extent, unseen }, ALONE);
const LOST = { irreversible: 'what was there is gone' };

const CASES: readonly (readonly [string, Extent, Partial<Rated>, Risk, readonly string[]])[] = [
  ['nothing counted', {}, {}, 'medium', []],
  ['a fix of high risk', {}, { risk: 'high' }, 'high', []],
  ['as many rows as one may decide on', { rows: 1_000 }, {}, 'medium', []],
  ['one more', { rows: 1_001 }, {}, 'high', ['1,001 rows, more than 1,000']],
  ['a row that cannot be put back', { rows: 1 }, LOST, 'high', ['1 row that cannot be put back']],
  ['keys that come back by themselves', { keys: 10_000 }, LOST, 'medium', []],
  ['too many of them', { keys: 10_001 }, LOST, 'high', ['10,001 keys, more than 10,000']],
  ['sessions', { sessions: 11 }, LOST, 'high', ['11 sessions, more than 10']],
  ['half of the replicas', { replicas: { away: 1, of: 2 } }, {}, 'medium', []],
  ['more than half', { replicas: { away: 2, of: 3 } }, {}, 'high', ['2 of 3 replicas are away at once']],
  ['the only replica', { replicas: { away: 1, of: 1 } }, {}, 'medium', []],
  ['none away', { replicas: { away: 0, of: 3 } }, {}, 'medium', []],
];
test.each(CASES)('%s', (_, extent, of, risk, why) => {
  expect(weighed(extent, of)).toEqual({ risk, why });
});

test('all that is too much is said', () => {
  expect(weighed({ rows: 5_000, keys: 50_000 }).why).toHaveLength(2);
});

test.each([
  ['low', 'medium'],
  ['medium', 'high'],
  ['high', 'high'],
] as const)('what could not be looked at makes %s risk %s', (risk, more) => {
  expect(weighed({}, { risk }, ['how many rows: permission denied'])).toEqual({
    risk: more,
    why: ['not all of it could be looked at'],
  });
});
