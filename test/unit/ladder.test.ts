/** The ladder by itself: which level is next, how often, and when. */
import { describe, expect, test } from 'vitest';
import { armed, climb, type Ladder, rearmed, stepOf, stopped, unanswered } from '../../src/policy/ladder.ts';
import type { EscalationPolicy } from '../../src/policy/policy.ts';
import { escalation, level, MINUTE, OPENED, user } from './sample-incident.ts';

const SOMEBODY = [user('U1')];
const NOBODY = level([]);

/** `level.attempt` of each step while nobody answers, or how it ends. */
function climbed(policy: EscalationPolicy, steps: number, from = armed(policy, OPENED)): readonly string[] {
  let ladder = from;
  return Array.from({ length: steps }, () => {
    ladder = unanswered(ladder, policy, ladder.nextAt ?? OPENED);
    return ladder.state === 'climbing' ? `${ladder.level}.${ladder.attempt}` : ladder.state;
  });
}

test('armed, it waits: nobody is paged yet', () => {
  expect(armed(escalation(), OPENED)).toEqual({
    state: 'waiting',
    level: 0,
    attempt: 0,
    repeat: 0,
    nextAt: OPENED + 5 * MINUTE,
    paged: {},
    passedOver: [],
  });
});

describe('while nobody answers', () => {
  const levels = [level(SOMEBODY), level(SOMEBODY, { repeats: 3 }), level(SOMEBODY)];

  test('each level in turn, as often as it repeats, and then no more', () => {
    expect(climbed(escalation({ levels }), 7)).toEqual([
      '1.1',
      '2.1',
      '2.2',
      '2.3',
      '3.1',
      'exhausted',
      'exhausted',
    ]);
  });

  test('or from the first again, and no attempt has the number of an earlier one', () => {
    const policy = escalation({ levels, afterLast: 'repeat' });
    expect(climbed(policy, 11)).toEqual([
      ...['1.1', '2.1', '2.2', '2.3', '3.1'],
      ...['1.2', '2.4', '2.5', '2.6', '3.2'],
      '1.3',
    ]);
  });

  test('each level waits as long as it says', () => {
    const policy = escalation({
      levels: [level(SOMEBODY, { delayMs: 7 * MINUTE }), level(SOMEBODY, { delayMs: 2 * MINUTE })],
    });
    const first = unanswered(armed(policy, OPENED), policy, OPENED + 5 * MINUTE);
    expect(first.nextAt).toBe(OPENED + 12 * MINUTE);
    expect(unanswered(first, policy, OPENED + 12 * MINUTE).nextAt).toBe(OPENED + 14 * MINUTE);
  });

  test('a step that comes late counts its delay from when it came', () => {
    const policy = escalation();
    expect(unanswered(armed(policy, OPENED), policy, OPENED + 60 * MINUTE).nextAt).toBe(OPENED + 70 * MINUTE);
  });
});

describe('levels with nobody in them', () => {
  test('are passed over, and named', () => {
    const policy = escalation({ levels: [NOBODY, NOBODY, level(SOMEBODY), NOBODY] });
    const third = climb(armed(policy, OPENED), policy, OPENED);
    expect(third).toMatchObject({ state: 'climbing', level: 3, attempt: 1, passedOver: [1, 2] });
    const end = climb(third, policy, OPENED);
    expect(end).toMatchObject({ state: 'exhausted', level: 3, passedOver: [4] });
    expect(end).not.toHaveProperty('nextAt');
  });

  test('are passed over on the way round too', () => {
    const policy = escalation({ levels: [NOBODY, level(SOMEBODY), NOBODY], afterLast: 'repeat' });
    expect(climbed(policy, 3)).toEqual(['2.1', '2.2', '2.3']);
    const second = climb(armed(policy, OPENED), policy, OPENED);
    expect(climb(second, policy, OPENED).passedOver).toEqual([3, 1]);
  });

  test.each(['stop', 'repeat'] as const)('and nothing else: exhausted at once (%s)', (afterLast) => {
    const policy = escalation({ levels: [NOBODY, NOBODY], afterLast });
    expect(climb(armed(policy, OPENED), policy, OPENED)).toEqual({
      state: 'exhausted',
      level: 0,
      attempt: 0,
      repeat: 0,
      paged: {},
      passedOver: [1, 2],
    });
  });

  test.each(['stop', 'repeat'] as const)('no level at all is exhausted too (%s)', (afterLast) => {
    const policy = escalation({ levels: [], afterLast });
    expect(climb(armed(policy, OPENED), policy, OPENED)).toMatchObject({
      state: 'exhausted',
      passedOver: [],
    });
  });
});

describe('a failure', () => {
  test('goes to the next level whatever repeats are left', () => {
    const policy = escalation({ levels: [level(SOMEBODY, { repeats: 5 }), level(SOMEBODY)] });
    const first = climb(armed(policy, OPENED), policy, OPENED);
    expect(climb(first, policy, OPENED)).toMatchObject({ level: 2, attempt: 1, repeat: 1 });
  });

  test('above the last level finds nobody left, or the first again', () => {
    const top: Ladder = { ...armed(escalation(), OPENED), state: 'climbing', level: 3, paged: { 3: 1 } };
    expect(climb(top, escalation(), OPENED).state).toBe('exhausted');
    expect(climb(top, escalation({ afterLast: 'repeat' }), OPENED)).toMatchObject({ level: 1, attempt: 1 });
  });
});

describe('stopped and armed again', () => {
  const policy = escalation({
    levels: [level(SOMEBODY, { repeats: 2 }), level(SOMEBODY)],
    afterLast: 'repeat',
  });
  const first = climb(armed(policy, OPENED), policy, OPENED);

  test('stopped, nothing is due', () => {
    expect(stopped(first)).toMatchObject({ state: 'stopped', level: 1, paged: { 1: 1 } });
    expect(stopped(first)).not.toHaveProperty('nextAt');
  });

  test('armed, it begins again at the bottom, its numbers unbroken', () => {
    const again = rearmed(stopped(first), policy, OPENED);
    expect(again).toMatchObject({ state: 'waiting', level: 0, nextAt: OPENED + 5 * MINUTE });
    expect(climbed(policy, 4, again)).toEqual(['1.2', '1.3', '2.1', '1.4']);
  });

  test('its steps are counted over its whole life', () => {
    expect(stepOf(armed(policy, OPENED))).toBe(0);
    expect(stepOf(stopped(first))).toBe(1);
    expect(stepOf(climb(rearmed(stopped(first), policy, OPENED), policy, OPENED))).toBe(2);
  });
});
