/** A fix is asked for, by a person or by a procedure's step: its preview is drawn. */
import { STAGE_WORDS } from './attempt-ref.ts';
import type { Move } from './escalation.ts';
import type { Happening } from './event.ts';
import { type Attempt, type Incident, isUndecided, proposedFix, workInHand } from './incident.ts';
import { having, moved, refuse, type Transition } from './outcome.ts';

export function requested(
  incident: Incident,
  event: Extract<Happening, { type: 'fix-requested' }>,
): Transition {
  const fix = proposedFix(incident, event.fix);
  if (!fix) return refuse('That fix is not part of this runbook any more: diagnose again.');
  if (fix.unavailable !== undefined) return refuse(`“${fix.title}” cannot be used here: ${fix.unavailable}.`);
  const former = incident.attempts[event.fix];
  if (former && isUndecided(former))
    return refuse(`“${fix.title}” is ${STAGE_WORDS[former.stage]} already.`, former.requestedBy);
  if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
  const { next, effects } = ask(incident, event.fix, event.actor);
  return moved(next, effects);
}

/** The next round of a fix that may be asked for. */
export function ask(incident: Incident, fix: string, requestedBy: string): Move {
  const round = (incident.attempts[fix]?.round ?? 0) + 1;
  const attempt: Attempt = { fix, round, stage: 'previewing', requestedBy };
  return { next: having(incident, attempt), effects: [{ do: 'preview', fix, round }] };
}

/** What nobody has decided on is not waited for any more. */
export function withdraw(incident: Incident, fix: string, outcome: string): Incident {
  const attempt = incident.attempts[fix];
  return attempt && isUndecided(attempt)
    ? having(incident, { ...attempt, stage: 'withdrawn', outcome })
    : incident;
}
