/** `/paksa oncall …` and `/paksa override …`. */
import { describe, expect, test } from 'vitest';
import { topics } from '../../commands/index.ts';
import { parse } from '../../src/slack/parse.ts';

describe('who is on call', () => {
  test.each(['oncall', 'On-Call', '  oncall  '])('%j', (text) => {
    expect(parse(text, topics)).toEqual({ command: 'oncall' });
  });

  test('of one schedule', () => {
    expect(parse('oncall “Primary”', topics)).toEqual({ command: 'oncall', schedule: 'primary' });
  });
});

describe('an override', () => {
  const override = (of: object) => ({ command: 'override', moments: [], ...of });

  test.each([
    ['override', {}],
    ['override primary', { schedule: 'primary' }],
    ['override primary <@U0DANA0003|dana>', { schedule: 'primary', user: 'U0DANA0003' }],
    ['override <@U0DANA0003> primary', { schedule: 'primary', user: 'U0DANA0003' }],
    ['override primary U0DANA0003 2h', { schedule: 'primary', user: 'U0DANA0003', moments: ['2h'] }],
    ['override primary 18:00 22:00', { schedule: 'primary', moments: ['18:00', '22:00'] }],
    [
      'override primary <@U0DANA0003> 2026-12-24T18:00 – 22:00',
      { schedule: 'primary', user: 'U0DANA0003', moments: ['2026-12-24t18:00', '-', '22:00'] },
    ],
  ])('%s', (text, expected) => {
    expect(parse(text, topics)).toEqual(override(expected));
  });
});

test('whom somebody mentions beside another command is no environment', () => {
  expect(parse('diagnose ssl <@U0DANA0003|dana>', topics)).toEqual({ command: 'diagnose', topic: 'ssl' });
});

test('a slip of the finger finds them', () => {
  expect(parse('oncal', topics)).toMatchObject({ said: expect.stringContaining('“/paksa oncall”') });
  expect(parse('overide', topics)).toMatchObject({ said: expect.stringContaining('“/paksa override”') });
});
