/** What the terminal prints of findings and previews: all of the words, and nothing that a terminal would obey. */
import { expect, test } from 'vitest';
import { duration, findingLines, previewLines } from '../../src/cli/print.ts';
import { finding, preview } from './sample-incident.ts';

test('a problem comes with its evidence', () => {
  const found = {
    ...finding('expiry', 'problem'),
    summary: 'expired',
    evidence: { names: ['a', 'b'], days: -2 },
  };
  expect(findingLines(found)).toEqual(['  !!  expiry: expired', '       names: a, b', '       days: -2']);
});

test('a healthy finding is one line', () => {
  expect(findingLines({ ...finding('expiry', 'healthy'), evidence: { days: 80 } })).toEqual([
    '  ok  expiry: healthy',
  ]);
});

test('nothing that a terminal would obey', () => {
  const text = 'red \u001b[31m, cleared \u009b2J, turned \u202e, rung \u0007';
  const lines = [
    ...findingLines({ ...finding('name', 'problem'), summary: text, evidence: { [text]: text } }),
    ...previewLines({ ...preview(text), summary: text, notes: [text] }),
  ];
  expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test.each([
  [0, '0 s'],
  [45_000, '45 s'],
  [600_000, '10 min'],
  [5_400_000, '1 h 30 min'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
