/** Carries a procedure on as far as it goes by itself, after anything that happens: the next step, and what became of its fix. */
import type { Move } from './escalation.ts';
import { PAKSA } from './event.ts';
import { isUndecided, isWorking, proposedFix, workInHand } from './incident.ts';
import { currentStep, isLooking, type ProcedureRun, type StepRun, underway } from './plan.ts';
import { ask } from './request.ts';
import { begin, end, fail, finish, put, stop } from './step.ts';

type FixStep = Extract<StepRun, { kind: 'fix' }>;

/** `by`: who did what led here. */
export function pursue(move: Move, at: number, by: string): Move {
  const { next: incident } = move;
  const run = underway(incident);
  if (!run) return move;
  if (incident.status === 'resolved')
    return after(move, stop(incident, run, { at, by, note: 'the incident was resolved' }));
  const step = currentStep(run);
  if (!step) return after(move, finish(incident, run, at, by));
  if (step.state === 'failed') return move;
  if (step.state === 'doing')
    return step.kind === 'fix' && !isLooking(step) ? pursueFix(move, run, step, at, by) : move;
  const unavailable = step.kind === 'fix' ? proposedFix(incident, step.fix)?.unavailable : undefined;
  const begun =
    unavailable === undefined
      ? begin(incident, run, step, at)
      : end(incident, run, step, 'skipped', { at, by: PAKSA, note: unavailable });
  return pursue(after(move, begun), at, by);
}

const after = (move: Move, { next, effects }: Move): Move => ({
  next,
  effects: [...move.effects, ...effects],
});

function pursueFix(move: Move, run: ProcedureRun, step: FixStep, at: number, by: string): Move {
  const { next: incident } = move;
  const attempt = incident.attempts[step.fix];
  if (step.attempt === undefined || !attempt) return request(move, run, step, at, by);
  const failed = (note: string) => fail(move, run, step, { at, by, note });
  const because = attempt.outcome === undefined ? '' : `: ${attempt.outcome}`;
  switch (attempt.stage) {
    case 'succeeded': {
      const note = attempt.outcome === undefined ? {} : { note: attempt.outcome };
      const decider = attempt.decidedBy ?? by;
      return pursue(after(move, end(incident, run, step, 'done', { at, by: decider, ...note })), at, by);
    }
    case 'failed':
      return failed(`the fix did not help${because}`);
    case 'denied':
      return failed(`the fix was denied${because}`);
    case 'withdrawn':
      return failed(`the fix was withdrawn${because}`);
    case 'expired':
      return failed('nobody decided on the fix in time');
    case 'preview-failed':
      return failed(`the fix cannot be previewed${because}`);
    default:
      return move;
  }
}

/** As by whoever runs the procedure. What somebody has asked for already is waited for, and so is another fix's end. */
function request(move: Move, run: ProcedureRun, step: FixStep, at: number, by: string): Move {
  const { next: incident } = move;
  const fix = proposedFix(incident, step.fix);
  if (!fix) {
    const note = 'its fix is not part of this runbook any more';
    return fail(move, run, step, { at, by: PAKSA, note });
  }
  if (fix.unavailable !== undefined) {
    const skipped = end(incident, run, step, 'skipped', { at, by: PAKSA, note: fix.unavailable });
    return pursue(after(move, skipped), at, by);
  }
  const former = incident.attempts[step.fix];
  const isAsked = former && (isUndecided(former) || (isWorking(former) && !UNDOING.has(former.stage)));
  if (isAsked) return { ...move, next: put(incident, run, { ...step, attempt: former.round }) };
  if (workInHand(incident)) return move;
  const asked = ask(incident, step.fix, run.startedBy);
  const attempt = asked.next.attempts[step.fix]?.round ?? 0;
  return after(move, { ...asked, next: put(asked.next, run, { ...step, attempt }) });
}

const UNDOING: ReadonlySet<string> = new Set(['undoing', 'undo-running', 'verifying-undo']);
