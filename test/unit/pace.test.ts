/** How fast one person may ask. */
import { expect, test } from 'vitest';
import { createPace } from '../../src/slack/pace.ts';

const times = (pace: (user: string) => string, user: string, count: number) =>
  Array.from({ length: count }, () => pace(user));

test('sixty in a minute go on; the next is told, the others are not', () => {
  const pace = createPace(() => 0);
  expect(new Set(times(pace, 'UANA', 60))).toEqual(new Set(['goes on']));
  expect(times(pace, 'UANA', 3)).toEqual(['told', 'dropped', 'dropped']);
});

test('others are not held up by it, and after a minute nobody is', () => {
  let now = 0;
  const pace = createPace(() => now);
  times(pace, 'UANA', 100);
  expect(pace('UBILAL')).toBe('goes on');
  now = 60_000;
  expect(pace('UANA')).toBe('goes on');
});

test('of many people the old ones are forgotten', () => {
  let now = 0;
  const pace = createPace(() => now);
  for (let user = 0; user < 10_000; user += 1) pace(`U${user}`);
  now = 60_000;
  expect(times(pace, 'UNEW', 61).at(-1)).toBe('told');
});
