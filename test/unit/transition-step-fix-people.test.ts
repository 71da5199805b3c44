/** A procedure's fix step beside what people do: ask for the same fix or another one, try again, skip, stop, resolve. */
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { at, attempt, follow, incident, OPENED } from './sample-incident.ts';
import { plan, RENEW, RESTART, refOf, running, STARTER, started, stepOf } from './sample-procedure.ts';
import { acted, approved, asked, begun, first, paksa, verified, waiting } from './sample-step-fix.ts';
import { again, looked, overdue, skipped, stop } from './sample-steps.ts';

describe('beside what people ask for', () => {
  const request = (fix: string) => at({ type: 'fix-requested', fix }, OPENED, 'UOTHER');

  test('the same fix by hand is refused while the step has it, and names who runs the procedure', () => {
    for (const before of [asked, waiting])
      expect(transition(before, request('restart'))).toMatchObject({ moved: false, by: STARTER });
  });

  test.each(['previewing', 'awaiting-approval', 'approved', 'running', 'verifying'] as const)(
    'what somebody has asked for already, and is %s, is the step’s own',
    (stage) => {
      const theirs: Attempt = attempt(stage, { fix: 'restart', round: 4, requestedBy: 'UOTHER' });
      const before = incident({ attempts: { restart: theirs } });
      const { next, effects } = follow(before, started(plan(RESTART)));
      expect(next.attempts.restart).toEqual(theirs);
      expect(stepOf(next)).toMatchObject({ attempt: 4 });
      expect(effects.some((effect) => effect.do === 'preview')).toBe(false);
    },
  );

  test.each(['succeeded', 'failed', 'denied', 'undone', 'withdrawn'] as const)(
    'what is over, and was %s, is asked for anew',
    (stage) => {
      const before = incident({ attempts: { restart: attempt(stage, { fix: 'restart', round: 4 }) } });
      const { next } = follow(before, started(plan(RESTART)));
      expect(next.attempts.restart).toMatchObject({ stage: 'previewing', round: 5 });
      expect(stepOf(next)).toMatchObject({ state: 'doing', attempt: 5 });
    },
  );

  test.each(['running', 'undo-running'] as const)('another fix that is %s is waited for', (stage) => {
    const before = incident({ attempts: { renew: attempt(stage) } });
    const { next } = follow(before, started(plan(RESTART)));
    expect(stepOf(next)).toMatchObject({ state: 'doing' });
    expect(next.attempts.restart).toBeUndefined();
    const { next: free } = follow(next, paksa({ type: 'failed', fix: 'renew', round: 2, reason: 'x' }));
    expect(free.attempts.restart).toMatchObject({ stage: 'previewing', requestedBy: STARTER });
  });

  test('its own fix that is being taken back is waited for too', () => {
    const before = incident({ attempts: { restart: attempt('undo-running', { fix: 'restart', round: 4 }) } });
    const { next } = follow(before, started(plan(RESTART)));
    expect(stepOf(next)).not.toHaveProperty('attempt');
    const { next: free } = follow(next, paksa({ type: 'failed', fix: 'restart', round: 4, reason: 'x' }));
    expect(free.attempts.restart).toMatchObject({ stage: 'previewing', round: 5 });
  });
});

describe('overdue', () => {
  const { next: late } = follow(waiting, overdue(waiting));

  test('it can still be approved', () => {
    const { next } = follow(late, approved, begun, acted, verified(true));
    expect(first(next)?.state).toBe('done');
  });

  test('tried again: what nobody decided on is withdrawn, and asked for anew', () => {
    const { next, effects } = follow(late, again(late));
    expect(next.attempts.restart).toMatchObject({ stage: 'previewing', round: 2, requestedBy: STARTER });
    expect(effects).toContainEqual({ do: 'preview', fix: 'restart', round: 2 });
    expect(transition(next, approved)).toMatchObject({ moved: false });
  });

  test('skipped: its preview cannot be approved any more', () => {
    const { next } = follow(late, skipped(late));
    expect(next.attempts.restart).toMatchObject({ stage: 'withdrawn', outcome: 'the step was skipped' });
    expect(transition(next, approved)).toMatchObject({ moved: false });
    expect(stepOf(next).id).toBe('tell');
  });

  test('while it acts, it is neither begun again, skipped nor stopped', () => {
    const { next: acting } = follow(late, approved, begun);
    for (const event of [again(acting), skipped(acting), stop(acting)])
      expect(transition(acting, event)).toMatchObject({
        moved: false,
        why: expect.stringContaining('under way'),
      });
  });
});

test('failed and tried again: looked at again first, and asked for in a new round', () => {
  const before = running([RENEW]);
  const problem = follow(before, looked(before, 'problem')).next;
  const { next: failed } = follow(
    problem,
    paksa({ type: 'preview-failed', fix: 'renew', round: 1, reason: 'gone' }),
  );
  const { next, effects } = follow(failed, again(failed));
  expect(effects).toContainEqual({ do: 'look', ...refOf(next) });
  const { next: anew } = follow(next, looked(next, 'problem'));
  expect(anew.attempts.renew).toMatchObject({ stage: 'previewing', round: 2 });
});

test('stopped or resolved, its preview is withdrawn', () => {
  for (const event of [stop(waiting), at({ type: 'resolved' })]) {
    const { next } = follow(waiting, event);
    expect(next.attempts.restart?.stage).toBe('withdrawn');
    expect(next.procedure?.ended?.how).toBe('stopped');
  }
});
