/** What Paksa is made of: under licences that somebody has looked at, and on the page. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAllowed, licencePage, packagesOf } from '../../scripts/licences.ts';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

test('every package, also those for development, comes under a licence that is allowed', () => {
  const all = packagesOf(lock);
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['GPL-3.0', false],
  ['AGPL-3.0-only', false],
  ['unknown', false],
])('%s is allowed: %s', (licence, allowed) => {
  expect(isAllowed(licence)).toBe(allowed);
});

test('the page is of the lock file as it is: npm run licences', () => {
  expect(readFileSync('docs/licences.md', 'utf8')).toBe(licencePage(lock));
});
