/** How one step of a procedure begins and ends, and how the whole ends. Each says what follows, and what the thread is told. */
import { type Move, raise } from './escalation.ts';
import type { Effect } from './event.ts';
import type { Incident } from './incident.ts';
import { isLooking, numberOf, type ProcedureRun, type StepRun } from './plan.ts';
import { withdraw } from './request.ts';

const MINUTE_MS = 60_000;

/** The incident with this step as it is now. */
export const put = (incident: Incident, run: ProcedureRun, step: StepRun): Incident => ({
  ...incident,
  procedure: { ...run, steps: run.steps.map((each) => (each.id === step.id ? step : each)) },
});

const place = (run: ProcedureRun, step: StepRun) => ({
  title: step.title,
  number: numberOf(run, step),
  of: run.steps.length,
});

/** Begun, or begun once more: what the last try left is forgotten, but not when the first one began. */
export function begin(incident: Incident, run: ProcedureRun, step: StepRun, at: number): Move {
  const { endedAt: _ended, by: _by, assignee: _who, note: _note, ...rest } = step;
  const { findings: _seen, attempt: _attempt, isOverdue: _late, ...planned } = rest;
  const round = run.round + 1;
  const dueAt = at + step.minutes * MINUTE_MS;
  const begun: StepRun = { ...planned, state: 'doing', round, startedAt: step.startedAt ?? at, dueAt };
  return {
    next: put(incident, { ...run, round }, begun),
    effects: [
      ...(step.state === 'waiting'
        ? [{ do: 'tell', text: { news: 'step-begun', ...place(run, step) } } as const]
        : []),
      { do: 'set-timer', timer: `step/${step.id}`, due: dueAt },
      ...(isLooking(begun) ? [{ do: 'look', step: step.id, round } as const] : []),
    ],
  };
}

export interface End {
  readonly at: number;
  readonly by: string;
  readonly note?: string;
}

export function end(
  incident: Incident,
  run: ProcedureRun,
  step: StepRun,
  state: 'done' | 'failed' | 'skipped',
  { at, by, note }: End,
): Move {
  const said = note === undefined ? {} : { note };
  const { note: _, ...rest } = step;
  const startedAt = step.startedAt ?? at;
  const ended: StepRun = { ...rest, state, startedAt, endedAt: at, by, ...said };
  const seen = step.kind === 'look' && step.findings ? { findings: step.findings } : {};
  return {
    next: put(incident, run, ended),
    effects: [
      {
        do: 'tell',
        text: {
          news: 'step-ended',
          ...place(run, step),
          state,
          by,
          tookMs: at - startedAt,
          ...said,
          ...seen,
        },
      },
    ],
  };
}

/** Or would have, were it not silenced. */
const CLIMBS: ReadonlySet<string> = new Set(['climbed', 'exhausted', 'kept-quiet']);
const hasClimbed = (effect: Effect): boolean => effect.do === 'tell' && CLIMBS.has(effect.text.news);

/** Failed: the ladder climbs, unless what led to it has made it climb already. */
export function fail({ next, effects }: Move, run: ProcedureRun, step: StepRun, how: End): Move {
  const failed = end(next, run, step, 'failed', how);
  const told = [...effects, ...failed.effects];
  if (effects.some(hasClimbed)) return { next: failed.next, effects: told };
  const raised = raise(failed.next, how.at, `Step “${step.title}” failed.`);
  return { next: raised.next, effects: [...told, ...raised.effects] };
}

/** Ended before its last step: what has not been done is left, and no decision is waited for. */
export function stop(incident: Incident, run: ProcedureRun, how: End): Move {
  const steps = run.steps.map(
    (step): StepRun =>
      step.state === 'waiting' || step.state === 'doing' ? { ...step, state: 'left' } : step,
  );
  const { at, by, note } = how;
  const why = note === undefined ? {} : { why: note };
  const asked = run.steps.find((step) => step.kind === 'fix' && step.state === 'doing');
  const freed = asked?.kind === 'fix' ? withdraw(incident, asked.fix, 'the procedure was stopped') : incident;
  return {
    next: { ...freed, procedure: { ...run, steps, ended: { at, by, how: 'stopped', ...why } } },
    effects: [ended(run, 'stopped', at, why)],
  };
}

export const finish = (incident: Incident, run: ProcedureRun, at: number, by: string): Move => ({
  next: { ...incident, procedure: { ...run, ended: { at, by, how: 'finished' } } },
  effects: [ended(run, 'finished', at)],
});

const ended = (
  run: ProcedureRun,
  how: 'finished' | 'stopped',
  at: number,
  why: { readonly why?: string } = {},
): Effect => ({
  do: 'tell',
  text: { news: 'procedure-ended', title: run.title, how, tookMs: at - run.startedAt, ...why },
});
