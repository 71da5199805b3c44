/** What an incident waits for, and until when. The queue only calls at the time; whether something is due is decided here. */
import type { Timer } from './event.ts';
import type { Incident } from './incident.ts';
import { currentStep, underway } from './plan.ts';
import { owedReviews } from './review.ts';
import { archivedAt } from './room.ts';

export interface DueTimer {
  readonly timer: Timer;
  /** Epoch milliseconds. */
  readonly due: number;
}

const at = (timer: Timer, due: number | undefined): DueTimer[] => (due === undefined ? [] : [{ timer, due }]);

/** The soonest first; of a resolved incident, that of its channel, and reviews. */
export function timersOf(incident: Incident): readonly DueTimer[] {
  const reviews = owedReviews(incident).flatMap(({ fix, due }) => at(`review/${fix}`, due));
  if (incident.status === 'resolved')
    return [...at('room', archivedAt(incident)), ...reviews].sort((a, b) => a.due - b.due);
  const run = underway(incident);
  const step = run && currentStep(run);
  return [
    ...at('ladder', incident.ladder.nextAt),
    ...at('silence', incident.silence?.nextAt),
    ...at('snooze', incident.snoozed?.until),
    ...Object.values(incident.attempts).flatMap(({ fix, stage, expiresAt }) =>
      stage === 'awaiting-approval' ? at(`approval/${fix}`, expiresAt) : [],
    ),
    ...reviews,
    ...(step?.state === 'doing' && !step.isOverdue ? at(`step/${step.id}`, step.dueAt) : []),
  ].sort((a, b) => a.due - b.due);
}

export interface OverdueTimer extends DueTimer {
  readonly incident: string;
  /** By how much, in milliseconds. */
  readonly lateMs: number;
}

/** At most so many, the longest overdue first, of what is late by more than `byMs`. */
export function overdueOf(
  incidents: Iterable<Incident>,
  now: number,
  byMs: number,
  most: number,
): OverdueTimer[] {
  return [...incidents]
    .flatMap((incident) =>
      timersOf(incident).map((each) => ({ ...each, incident: incident.id, lateMs: now - each.due })),
    )
    .filter(({ lateMs }) => lateMs > byMs)
    .sort((a, b) => a.due - b.due)
    .slice(0, most);
}
