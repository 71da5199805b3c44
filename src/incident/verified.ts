/** What a look after a fix, or after its undo, comes to. */
import { attemptAt } from './attempt-ref.ts';
import { raise, rearm, resolve } from './escalation.ts';
import { type Happening, PAKSA } from './event.ts';
import type { AttemptStage, Incident } from './incident.ts';
import { having, moved, type Transition } from './outcome.ts';
import { underway } from './plan.ts';

/** Looked again: a fix that helped ends the incident if nothing else is wrong, an undo opens it again, the rest climbs. */
export function verified(incident: Incident, event: Extract<Happening, { type: 'verified' }>): Transition {
  const found = attemptAt(incident, event, 'verifying', 'verifying-undo');
  if ('refusal' in found) return found.refusal;
  const { attempt } = found;
  const undoing = attempt.stage === 'verifying-undo';
  const lookedAt = new Map(event.findings.map((finding) => [finding.check, finding]));
  const findings = incident.findings.map((finding) => lookedAt.get(finding.check) ?? finding);
  const bound = event.boundAfter === undefined ? {} : { boundAfter: event.boundAfter };
  const after = (stage: AttemptStage): Incident => ({
    ...having(incident, { ...attempt, ...bound, stage }),
    findings,
  });
  if (!event.passed) {
    const why = undoing ? 'An undo did not bring back what was there.' : 'A fix ran, but did not help.';
    const raised = raise(after(undoing ? 'undo-failed' : 'failed'), event.at, why);
    return moved(raised.next, raised.effects);
  }
  if (undoing) {
    const reopened = rearm(after('undone'), event.at);
    return moved(reopened.next, reopened.effects);
  }
  const next = after('succeeded');
  // A declared emergency may have no findings, and nothing looked at is not health; a procedure is gone through to its end.
  const isOver =
    findings.length > 0 && findings.every(({ status }) => status !== 'problem') && !underway(next);
  return moved(isOver ? resolve(next, PAKSA) : next);
}
