/** What holds whatever happens to a procedure, in whatever order: shown on random walks through an incident's life. */
import { describe, expect, test } from 'vitest';
import { isWorking } from '../../src/incident/incident.ts';
import { currentStep, isLooking, underway } from '../../src/incident/plan.ts';
import { onEveryStep, onEveryWalk, timersOf } from './every-walk.ts';

describe('a procedure', () => {
  const ENDED = ['done', 'skipped'];

  test('is at one step at a time, in order', () => {
    onEveryStep(({ after: { procedure } }) => {
      const states = procedure?.steps.map(({ state }) => state) ?? [];
      const at = states.findIndex((state) => !ENDED.includes(state));
      const open = procedure?.ended ? ['failed', 'left'] : ['doing', 'failed'];
      if (at >= 0) expect(open).toContain(states[at]);
      for (const state of at >= 0 ? states.slice(at + 1) : [])
        expect(state).toBe(procedure?.ended ? 'left' : 'waiting');
    });
  });

  test('never goes back, and its rounds only grow', () => {
    onEveryStep(({ before, after }) => {
      expect(after.procedure?.round ?? 0).toBeGreaterThanOrEqual(before.procedure?.round ?? 0);
      if (before.procedure?.from !== after.procedure?.from) return;
      before.procedure?.steps.forEach((step, index) => {
        if (ENDED.includes(step.state)) expect(after.procedure?.steps[index]).toEqual(step);
      });
    });
  });

  test('ends with its last step, or with the incident, and then nothing changes it', () => {
    onEveryStep(({ before, after }) => {
      const { procedure } = after;
      if (procedure?.steps.every(({ state }) => ENDED.includes(state)))
        expect(procedure.ended?.how).toBe('finished');
      if (after.status === 'resolved') expect(underway(after)).toBeUndefined();
      if (before.procedure?.ended && before.procedure.from === procedure?.from)
        expect(procedure).toEqual(before.procedure);
    });
  });

  test('keeps the incident from being resolved by anybody but people', () => {
    onEveryStep(({ before, after, happening }) => {
      if (underway(before) && after.status === 'resolved') expect(happening.type).toBe('resolved');
    });
  });

  test('never waits in silence: a step that is being done has a timer until it is overdue', () => {
    onEveryWalk((steps) => {
      const due = new Map<string, number>();
      for (const { after, effects } of steps)
        for (const step of after.procedure?.steps ?? []) {
          for (const time of timersOf(effects, `step/${step.id}`)) due.set(step.id, time);
          if (step.state === 'doing') expect(due.get(step.id)).toBe(step.dueAt);
        }
    });
  });

  test('calls more people for each step that fails or is late, or says that it is silenced', () => {
    onEveryStep(({ before, after, effects }) => {
      const was = new Map(before.procedure?.steps.map((step) => [step.id, step]));
      const called = effects.some(
        (effect) => effect.do === 'tell' && ['climbed', 'exhausted', 'kept-quiet'].includes(effect.text.news),
      );
      for (const step of after.procedure?.steps ?? []) {
        const former = before.procedure?.from === after.procedure?.from ? was.get(step.id) : undefined;
        const isNew =
          (step.state === 'failed' && former?.state !== 'failed') ||
          (step.isOverdue && step.state === 'doing' && !former?.isOverdue);
        // Silence does not end a rest that somebody asked for; a failure does.
        if (isNew && !(before.snoozed && step.isOverdue)) expect(called).toBe(true);
      }
    });
  });

  test('has Paksa at work, or somebody to wait for: a look is owed, a fix is asked for or cannot be yet', () => {
    onEveryStep(({ before, after, effects }) => {
      const run = underway(after);
      const step = run && currentStep(run);
      if (step?.state !== 'doing') return;
      const former = before.procedure?.steps.find(({ id }) => id === step.id);
      if (isLooking(step) && former?.round !== step.round)
        expect(effects).toContainEqual({ do: 'look', step: step.id, round: step.round });
      if (step.kind !== 'fix' || isLooking(step)) return;
      const attempt = after.attempts[step.fix];
      if (step.attempt === undefined) expect(Object.values(after.attempts).some(isWorking)).toBe(true);
      else
        expect(['previewing', 'awaiting-approval', 'approved', 'running', 'verifying']).toContain(
          attempt?.stage,
        );
    });
  });
});
