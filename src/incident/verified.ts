/** What a look after a fix, or after its undo, comes to. */
import type { Finding } from '../runbook/finding.ts';
import { isOfAlert } from './alert.ts';
import { attemptAt } from './attempt-ref.ts';
import { raise, rearm, resolve } from './escalation.ts';
import { type Happening, PAKSA } from './event.ts';
import type { AttemptStage, Incident } from './incident.ts';
import { isOverElsewhere } from './merging.ts';
import { having, moved, type Transition } from './outcome.ts';
import { underway } from './plan.ts';

/** Looked again: a fix that helped ends the incident if nothing else is wrong, an undo opens it again, the rest climbs. */
export function verified(incident: Incident, event: Extract<Happening, { type: 'verified' }>): Transition {
  const found = attemptAt(incident, event, 'verifying', 'verifying-undo');
  if ('refusal' in found) return found.refusal;
  const { attempt } = found;
  const undoing = attempt.stage === 'verifying-undo';
  const bound = event.boundAfter === undefined ? {} : { boundAfter: event.boundAfter };
  const after = (stage: AttemptStage): Incident => ({
    ...having(incident, { ...attempt, ...bound, stage }),
    ...foundBy(incident, event.findings),
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
  const { findings, undiagnosed } = next;
  // Of a declared emergency, or by an alert, nothing may have been looked at, which is not health; a procedure is gone
  // through to its end.
  const isOver =
    !findings.every(isOfAlert) &&
    !undiagnosed &&
    findings.every(({ status }) => status !== 'problem') &&
    isOverElsewhere(next) &&
    !underway(next);
  return moved(isOver ? resolve(next, PAKSA) : next);
}

/** What was known, as it is now, and after it what was seen besides and is not well. */
function foundBy(
  { findings: known, undiagnosed }: Incident,
  seen: readonly Finding[],
): Pick<Incident, 'findings' | 'undiagnosed'> {
  const lookedAt = new Map(seen.map((finding) => [finding.check, finding]));
  const news = seen.filter(
    ({ check, status }) => status !== 'healthy' && !known.some((finding) => finding.check === check),
  );
  const isFirst = known.every(isOfAlert) && news.length > 0;
  return {
    findings: [...known.map((finding) => lookedAt.get(finding.check) ?? finding), ...news],
    ...(undiagnosed || isFirst ? { undiagnosed: true } : {}),
  };
}
