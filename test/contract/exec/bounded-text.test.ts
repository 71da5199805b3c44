/** A stream within a bound is the same whatever pieces it comes in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedText } from '../../../src/adapters/exec/bounded-text.ts';

const pieces = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 300 }), { maxLength: 30 });

test('all of it, when it fits', () => {
  fc.assert(
    fc.property(pieces, (chunks) => {
      const text = boundedText(10_000);
      for (const chunk of chunks) text.add(Buffer.from(chunk));
      expect(text.text()).toBe(chunks.join(''));
      expect(text.truncated()).toBe(false);
    }),
  );
});

test('its two ends, when it does not', () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 2, max: 200 }), (chunks, bound) => {
      const whole = chunks.join('');
      fc.pre(whole.length > bound);
      const text = boundedText(bound);
      for (const chunk of chunks) text.add(Buffer.from(chunk));
      const head = Math.ceil(bound / 2);
      expect(text.truncated()).toBe(true);
      expect(text.text()).toBe(`${whole.slice(0, head)}\n…\n${whole.slice(whole.length - (bound - head))}`);
    }),
  );
});

test('gigabytes are not gathered', () => {
  const text = boundedText(1_000);
  const chunk = Buffer.alloc(1_000_000, 'x');
  for (let count = 0; count < 1_000; count += 1) text.add(chunk);
  expect(text.text()).toHaveLength(1_003);
});
