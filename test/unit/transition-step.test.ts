/** A procedure's steps, one after the other: looked at, done by people, overdue, failed, tried again, skipped. */
import { describe, expect, test } from 'vitest';
import type { StepFinding } from '../../src/incident/plan.ts';
import { transition } from '../../src/incident/transition.ts';
import { at, follow, MINUTE, OPENED, pageKeys } from './sample-incident.ts';
import { PROVE, refOf, running, SURVEY, stepOf, TELL } from './sample-procedure.ts';
import {
  again,
  couldNot,
  done,
  LOOKED,
  looked,
  news,
  overdue,
  skipped,
  states,
  stop,
} from './sample-steps.ts';

describe('a look', () => {
  const ENDS: readonly (readonly [string, typeof SURVEY, StepFinding['status'][], string])[] = [
    ['healthy', SURVEY, ['healthy', 'healthy'], 'done'],
    ['a problem is written down', SURVEY, ['healthy', 'problem'], 'done'],
    ['what could not be looked at too', SURVEY, ['inconclusive'], 'done'],
    ['nothing to look at here', SURVEY, ['skipped', 'skipped'], 'skipped'],
    ['must be healthy: is', PROVE, ['healthy', 'skipped'], 'done'],
    ['must be healthy: a problem', PROVE, ['healthy', 'problem'], 'failed'],
    ['must be healthy: could not look', PROVE, ['healthy', 'inconclusive'], 'failed'],
    ['must be healthy: nothing to look at here', PROVE, ['skipped'], 'skipped'],
  ];
  test.each(ENDS)('%s', (_, step, statuses, state) => {
    const before = running([step, TELL]);
    const { next, effects } = follow(before, looked(before, ...statuses));
    expect(next.procedure?.steps[0]).toMatchObject({
      state,
      by: 'paksa',
      endedAt: LOOKED,
      findings: statuses.map((status) => ({ status })),
    });
    expect(stepOf(next).id).toBe(state === 'failed' ? step.id : 'tell');
    expect(news({ effects })[0]).toMatchObject({ news: 'step-ended', state, tookMs: 2 * MINUTE });
    expect(pageKeys(effects)).toEqual(state === 'failed' ? ['1.1 user/U1'] : []);
  });

  test('says what it missed', () => {
    const before = running([PROVE]);
    const { next } = follow(before, looked(before, 'problem', 'problem', 'inconclusive', 'healthy'));
    expect(stepOf(next).note).toBe('2 of 4 checks see a problem, 1 could not look');
    const other = running([SURVEY]);
    const { next: passed } = follow(other, looked(other, 'skipped'));
    expect(passed.procedure?.steps[0]?.note).toBe('nothing to look at here: check 0: it is skipped');
  });

  test('of an earlier try, or a second one, changes nothing', () => {
    const before = running([PROVE, TELL]);
    const { next: failed } = follow(before, looked(before, 'problem'));
    const { next: retried } = follow(failed, again(failed));
    expect(transition(retried, looked(before, 'healthy'))).toMatchObject({ moved: false });
    const { next: passed } = follow(retried, looked(retried, 'healthy'));
    expect(transition(passed, looked(retried, 'healthy'))).toMatchObject({ moved: false });
  });

  test('that Paksa cannot do, because a check is gone, fails with that reason', () => {
    const before = running([SURVEY, TELL]);
    const gone = { ...couldNot(before, 'no check “expiry” any more'), actor: 'paksa' };
    const { next } = follow(before, gone);
    expect(stepOf(next)).toMatchObject({ state: 'failed', by: 'paksa', note: 'no check “expiry” any more' });
  });

  test('is nobody’s to tick', () => {
    const before = running([SURVEY]);
    for (const tick of [done(before), couldNot(before), at({ type: 'step-taken', ...refOf(before) })])
      expect(transition(before, tick)).toMatchObject({ moved: false, why: 'That step is Paksa’s own.' });
  });
});

describe('what a person does', () => {
  const before = running([TELL, SURVEY]);

  test('is taken by one, and ticked by anybody', () => {
    const taken = at({ type: 'step-taken', ...refOf(before) }, undefined, 'U1');
    const { next } = follow(before, taken);
    expect(stepOf(next)).toMatchObject({ state: 'doing', assignee: 'U1' });
    expect(transition(next, { ...taken, actor: 'U2' })).toMatchObject({ moved: false, by: 'U1' });
    const { next: ticked } = follow(next, done(next, 'U2'));
    expect(ticked.procedure?.steps[0]).toMatchObject({ state: 'done', by: 'U2', assignee: 'U1' });
    expect(stepOf(ticked).id).toBe('survey');
  });

  test('ticked by two at once, is ticked by one, and the other is told who', () => {
    const { next } = follow(before, done(before, 'U1'));
    expect(transition(next, done(before, 'U2'))).toEqual({
      moved: false,
      why: '“Tell people” is done already.',
      by: 'U1',
    });
    const { next: failed } = follow(before, couldNot(before));
    expect(transition(failed, done(before, 'U2'))).toMatchObject({ moved: false, by: 'U1' });
  });

  test('that could not be done, climbs the ladder, and is waited for', () => {
    const { next, effects } = follow(before, couldNot(before));
    expect(states(next)).toEqual(['failed', 'waiting']);
    expect(stepOf(next)).toMatchObject({ by: 'U1', note: 'the desk is closed' });
    expect(next.ladder).toMatchObject({ state: 'climbing', level: 1 });
    expect(news({ effects }).at(-1)).toMatchObject({ news: 'climbed', why: 'Step “Tell people” failed.' });
  });

  test.each(['', '  \n'])('without a reason (%j) nothing fails, is skipped or stopped', (reason) => {
    expect(transition(before, couldNot(before, reason))).toMatchObject({ moved: false });
    const { next: late } = follow(before, overdue(before));
    expect(transition(late, skipped(late, reason))).toMatchObject({ moved: false });
    expect(transition(before, stop(before, reason))).toMatchObject({ moved: false });
  });
});

describe('overdue', () => {
  const before = running([TELL, SURVEY]);
  const { next: late, effects } = follow(before, overdue(before));

  test('the ladder climbs, once, and the step stays open', () => {
    expect(stepOf(late)).toMatchObject({ state: 'doing', isOverdue: true });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
    expect(news({ effects })[0]).toMatchObject({ why: 'Step “Tell people” is overdue.' });
    expect(transition(late, overdue(before))).toMatchObject({ moved: false });
    expect(follow(late, done(late)).next.procedure?.steps[0]?.state).toBe('done');
  });

  test('however the incident stands: an acknowledgement stops the ladder, not the steps', () => {
    const { next: answered } = follow(before, at({ type: 'acknowledged' }));
    const course = follow(answered, overdue(answered));
    expect(course.next.status).toBe('open');
    expect(pageKeys(course.effects)).toEqual(['1.1 user/U1']);
  });

  test('tried again, the time begins anew, and nobody has it', () => {
    const { next: taken } = follow(late, at({ type: 'step-taken', ...refOf(late) }));
    const { next, effects: set } = follow(taken, again(taken));
    const due = OPENED + 50 * MINUTE;
    expect(stepOf(next)).toMatchObject({ state: 'doing', startedAt: OPENED, dueAt: due });
    expect(stepOf(next)).not.toHaveProperty('assignee');
    expect(stepOf(next)).not.toHaveProperty('isOverdue');
    expect(set).toEqual([{ do: 'set-timer', timer: 'step/tell', due }]);
    expect(transition(next, overdue(before))).toMatchObject({ moved: false });
    expect(transition(next, done(late))).toMatchObject({
      moved: false,
      why: expect.stringContaining('again'),
    });
  });

  test('a timer of a step that has ended, or of an incident that is resolved, does nothing', () => {
    expect(transition(follow(before, done(before)).next, overdue(before))).toMatchObject({ moved: false });
    const { next: over } = follow(before, at({ type: 'resolved' }));
    expect(transition(over, overdue(before))).toMatchObject({ moved: false });
  });
});

describe('stuck', () => {
  const before = running([TELL, SURVEY]);
  const { next: failed } = follow(before, couldNot(before));

  test('only then it is tried again or skipped', () => {
    for (const event of [again(before), skipped(before)])
      expect(transition(before, event)).toMatchObject({
        moved: false,
        why: expect.stringContaining('not overdue'),
      });
  });

  test('failed, and tried again: what the last try left is gone', () => {
    const { next } = follow(failed, again(failed));
    expect(stepOf(next)).toMatchObject({ state: 'doing', startedAt: OPENED });
    for (const left of ['note', 'by', 'endedAt']) expect(stepOf(next)).not.toHaveProperty(left);
  });

  test('failed, and skipped with a reason: the next step begins', () => {
    const { next, effects } = follow(failed, skipped(failed));
    expect(next.procedure?.steps[0]).toMatchObject({ state: 'skipped', by: 'U2', note: 'done by phone' });
    expect(stepOf(next).id).toBe('survey');
    expect(news({ effects })[0]).toMatchObject({ state: 'skipped', tookMs: 30 * MINUTE });
  });

  test('failed, its timer does nothing more', () => {
    expect(transition(failed, overdue(before))).toMatchObject({ moved: false });
  });
});
