/** What an incident waits for, and until when. The queue only calls at the time; whether something is due is decided here. */
import type { Timer } from './event.ts';
import type { Incident } from './incident.ts';
import { currentStep, underway } from './plan.ts';

export interface DueTimer {
  readonly timer: Timer;
  /** Epoch milliseconds. */
  readonly due: number;
}

/** The soonest first; none of a resolved incident. */
export function timersOf(incident: Incident): readonly DueTimer[] {
  if (incident.status === 'resolved') return [];
  const at = (timer: Timer, due: number | undefined): DueTimer[] =>
    due === undefined ? [] : [{ timer, due }];
  const run = underway(incident);
  const step = run && currentStep(run);
  return [
    ...at('ladder', incident.ladder.nextAt),
    ...at('silence', incident.silence?.nextAt),
    ...Object.values(incident.attempts).flatMap(({ fix, stage, expiresAt }) =>
      stage === 'awaiting-approval' ? at(`approval/${fix}`, expiresAt) : [],
    ),
    ...(step?.state === 'doing' && !step.isOverdue ? at(`step/${step.id}`, step.dueAt) : []),
  ].sort((a, b) => a.due - b.due);
}
