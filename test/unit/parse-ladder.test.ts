/** `/paksa ladder …`. */
import { expect, test } from 'vitest';
import { topics } from '../../commands/index.ts';
import { parse } from '../../src/slack/parse.ts';

test.each([
  ['ladder', { command: 'ladder-check' }],
  ['Ladder Check', { command: 'ladder-check' }],
  ['ladder check production', { command: 'ladder-check', environment: 'production' }],
  ['ladder check --env production', { command: 'ladder-check', environment: 'production' }],
  ['ladder drill', { command: 'ladder-drill' }],
  ['ladder drill level 2', { command: 'ladder-drill', level: 2 }],
  ['ladder drill production level 2', { command: 'ladder-drill', environment: 'production', level: 2 }],
  ['ladder drill level 2 —env=production', { command: 'ladder-drill', environment: 'production', level: 2 }],
])('%s', (text, expected) => {
  expect(parse(text, topics)).toEqual(expected);
});

test.each([
  ['ladder climb', /ladder check/],
  ['ladder check production please', /ladder check/],
  ['ladder drill now please', /ladder check/],
  ['ladder drill level', /Which level/],
  ['ladder drill level two', /Which level/],
  ['ladder drill level 0', /Which level/],
])('%s: says what would be right', (text, words) => {
  expect(parse(text, topics)).toEqual({ command: 'ladder-unknown', said: expect.stringMatching(words) });
});

test('a slip of the finger is answered with the command that was meant', () => {
  expect(parse('lader check', topics)).toMatchObject({
    command: 'unknown',
    said: expect.stringContaining('“/paksa ladder”'),
  });
});
