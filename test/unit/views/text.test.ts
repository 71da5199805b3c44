/** Cutting and escaping: what every view relies on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePoints } from '../../../sandbox/workspace/fields.ts';
import { decode, encode } from '../../../src/slack/views/button-value.ts';
import { clip, clipLines, escaped, person, took } from '../../../src/slack/views/text.ts';
import { hostileText } from './hostile.ts';

describe('clip', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['one too long', 11, 'one too lo…'],
    ['🔥🔥🔥', 3, '🔥🔥🔥'],
    ['🔥🔥🔥', 2, '🔥…'],
    ['a &amp; b', 5, 'a …'],
    ['a &amp; b', 8, 'a &amp;…'],
    ['by <@U123> now', 8, 'by …'],
    ['by <@U123> now', 12, 'by <@U123> …'],
  ])('%j to %d is %j', (text, limit, cut) => {
    expect(clip(text, limit)).toBe(cut);
  });

  test('never exceeds its limit, and never cuts an entity in two', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 200 }), (text, limit) => {
        const cut = clip(escaped(text), limit);
        expect(codePoints(cut)).toBeLessThanOrEqual(limit);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut).not.toMatch(/&(?!(?:amp|lt|gt);)/);
      }),
    );
  });
});

describe('clipLines', () => {
  test('leaves what fits as it is', () => {
    expect(clipLines(['one', 'two'], 100)).toBe('one\ntwo');
  });

  test('counts what it leaves out', () => {
    expect(clipLines(['a'.repeat(40), 'b'.repeat(40), 'c'], 100)).toBe(`${'a'.repeat(40)}\n_… and 2 more_`);
  });

  test('counts them behind a first line that is too long by itself', () => {
    const cut = clipLines(['a'.repeat(400), 'b', 'c'], 100);
    expect(cut).toMatch(/^a+…\n_… and 2 more_$/);
    expect(codePoints(cut)).toBeLessThanOrEqual(100);
  });

  test('never exceeds its limit', () => {
    fc.assert(
      fc.property(fc.array(hostileText), fc.integer({ min: 40, max: 3000 }), (lines, limit) => {
        expect(codePoints(clipLines(lines, limit))).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('escaped', () => {
  test.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['a & b', 'a &amp; b'],
    ['&lt;', '&amp;lt;'],
    ['a\u202eb\u0000c\u200bd', 'abcd'],
    ['half a pair \ud83d', 'half a pair \ufffd'],
    ['a tab\tand\na line', 'a tab\tand\na line'],
  ])('%j is %j', (text, harmless) => {
    expect(escaped(text)).toBe(harmless);
  });
});

test.each([
  ['paksa', 'Paksa'],
  ['U123', '<@U123>'],
  ['cli:<root>', '&lt;root&gt; (terminal)'],
])('%s is shown as %s', (actor, shown) => {
  expect(person(actor)).toBe(shown);
});

test.each([
  [0, '0 s'],
  [12_400, '12 s'],
  [59_600, '1 min'],
  [754_000, '13 min'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
])('%d ms are %s', (ms, words) => {
  expect(took(ms)).toBe(words);
});

describe('a button’s value', () => {
  test.each([
    { incident: 'INC-1', part: 'renew', version: 2 },
    { incident: 'INC-123456', part: '', version: 0 },
    { incident: 'INC-1', part: 'update-secret', version: 999_999 },
  ])('%o comes back', (value) => {
    expect(decode(encode(value))).toEqual(value);
  });

  test.each([
    '',
    'INC-1',
    'INC-1:renew',
    'INC-1:renew:2:3',
    'INC-1:re new:2',
    'INC-x:renew:2',
    'INC-1:renew:-1',
  ])('%j is not one', (value) => {
    expect(decode(value)).toBeUndefined();
  });

  test('nothing makes it throw', () => {
    fc.assert(fc.property(fc.oneof(hostileText, fc.string()), (value) => void decode(value)));
  });
});
