/** The life of one fix in an incident, once it is asked for: previewed, decided, run, verified, taken back. */
import { ALONE, type Weighed, weigh } from '../policy/risk.ts';
import type { Preview } from '../runbook/fix.ts';
import { attemptAt } from './attempt-ref.ts';
import { raise } from './escalation.ts';
import type { AttemptRef, Effect, Happening } from './event.ts';
import {
  type Attempt,
  type AttemptStage,
  canBeUndone,
  type Incident,
  proposedFix,
  takesTwo,
  workInHand,
} from './incident.ts';
import { having, moved, refuse, type Transition } from './outcome.ts';
import { broken, reviewed } from './review.ts';
import { verified } from './verified.ts';

export type AttemptHappening = Extract<Happening, AttemptRef>;

export function attempted(incident: Incident, event: AttemptHappening): Transition {
  const { fix, round } = event;
  const at = (...stages: readonly AttemptStage[]) => attemptAt(incident, event, ...stages);
  /** The step as a whole: which stages it may leave, and what the attempt becomes. */
  const step = (
    from: readonly AttemptStage[],
    change: (attempt: Attempt) => Attempt,
    effects: readonly Effect[] = [],
  ): Transition => {
    const found = at(...from);
    return 'refusal' in found ? found.refusal : moved(having(incident, change(found.attempt)), effects);
  };
  const fall = (
    from: readonly AttemptStage[],
    change: (attempt: Attempt) => Attempt,
    why: string,
  ): Transition => {
    const found = at(...from);
    if ('refusal' in found) return found.refusal;
    const raised = raise(having(incident, change(found.attempt)), event.at, why);
    return moved(raised.next, raised.effects);
  };
  const expiresAt = event.at + incident.policy.approval.expiresMs;

  switch (event.type) {
    case 'previewed':
      return step(
        ['previewing'],
        (attempt) => ({ ...attempt, ...awaiting(incident, fix, event.preview), expiresAt }),
        [{ do: 'set-timer', timer: `approval/${fix}`, due: expiresAt }],
      );
    case 'preview-failed':
      return step(['previewing'], (attempt) => ({
        ...attempt,
        stage: 'preview-failed',
        outcome: event.reason,
      }));
    case 'approved': {
      const found = at('awaiting-approval');
      if ('refusal' in found) return found.refusal;
      if (found.attempt.expiresAt !== undefined && event.at > found.attempt.expiresAt)
        return refuse('The time to decide is over: ask for the fix again.');
      if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
      const { approvedBy } = found.attempt;
      const { breakGlass } = event;
      if (takesTwo(incident, found.attempt) && breakGlass === undefined) {
        if (approvedBy === undefined)
          return moved(having(incident, { ...found.attempt, approvedBy: event.actor }));
        if (approvedBy === event.actor)
          return refuse('You have approved it already: it takes somebody else as well.');
      }
      const next = having(incident, { ...found.attempt, stage: 'approved', decidedBy: event.actor });
      const effects: Effect[] = [{ do: 'run', fix, round }];
      return breakGlass === undefined
        ? moved(next, effects)
        : broken({ next, effects }, event, { ...event, reason: breakGlass });
    }
    case 'reviewed':
      return reviewed(incident, event);
    case 'denied': {
      const found = at('awaiting-approval');
      if ('refusal' in found) return found.refusal;
      const { attempt } = found;
      const outcome = event.reason === undefined ? {} : { outcome: event.reason };
      if (attempt.requestedBy === event.actor)
        return moved(
          having(incident, { ...attempt, ...outcome, stage: 'withdrawn', decidedBy: event.actor }),
        );
      return fall(
        ['awaiting-approval'],
        () => ({ ...attempt, ...outcome, stage: 'denied', decidedBy: event.actor }),
        'A fix was denied.',
      );
    }
    case 'drifted':
      // The approval was given for another state: it counts for nothing, and the buttons of that round are void.
      return step(
        ['approved'],
        ({ decidedBy: _, heldUpBy: __, approvedBy: ___, ...attempt }) => ({
          ...attempt,
          ...awaiting(incident, fix, event.preview),
          round: round + 1,
          expiresAt,
        }),
        [{ do: 'set-timer', timer: `approval/${fix}`, due: expiresAt }],
      );
    case 'held-up':
      return step(['approved', 'undoing'], (attempt) => ({ ...attempt, heldUpBy: event.by }));
    case 'started':
      return step(['approved', 'undoing'], ({ heldUpBy: _, ...attempt }) => ({
        ...attempt,
        owner: event.owner,
        stage: attempt.stage === 'approved' ? 'running' : 'undo-running',
      }));
    case 'undo-captured':
      return step(['running'], (attempt) => ({ ...attempt, undo: event.data }));
    case 'acted':
      return step(
        ['running', 'undo-running'],
        (attempt) => ({ ...attempt, outcome: event.outcome, stage: toVerify(attempt) }),
        [{ do: 'verify', fix, round }],
      );
    case 'lost':
      return step(
        ['running', 'undo-running'],
        (attempt) => ({
          ...attempt,
          outcome: 'Interrupted while it ran: whether it acted is learnt by looking.',
          interrupted: true,
          stage: toVerify(attempt),
        }),
        [{ do: 'verify', fix, round }],
      );
    case 'failed':
      return fall(
        ['approved', 'running', 'verifying', 'undoing', 'undo-running', 'verifying-undo'],
        (attempt) => ({
          ...attempt,
          outcome: event.reason,
          stage: isUndo(attempt) ? 'undo-failed' : 'failed',
        }),
        'A fix failed.',
      );
    case 'verified':
      return verified(incident, event);
    case 'undo-requested': {
      const found = at('succeeded', 'failed');
      if ('refusal' in found) return found.refusal;
      const { attempt } = found;
      if (!canBeUndone(attempt)) return refuse('That attempt left nothing that could be put back.');
      const irreversible = proposedFix(incident, fix)?.irreversible;
      if (irreversible !== undefined) return refuse(`It cannot be undone: ${irreversible}.`);
      if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
      if (incident.mergedInto !== undefined)
        return refuse(`It goes on in ${incident.mergedInto}: open it again first.`);
      // A resolved incident is taken up again by who asks: what is put back may be the problem, and a diagnosis joins it.
      const reopened: Incident =
        incident.status === 'resolved'
          ? { ...incident, status: 'acknowledged', answeredBy: event.actor }
          : incident;
      return moved(having(reopened, { ...attempt, stage: 'undoing', decidedBy: event.actor }), [
        { do: 'undo', fix, round },
      ]);
    }
  }
}

const awaiting = (incident: Incident, fix: string, preview: Preview) =>
  ({ stage: 'awaiting-approval', preview, weighed: weighedIn(incident, fix, preview) }) as const;

/** By the limits that the incident opened with. A fix that it does not know any more is no small matter. */
export const weighedIn = (incident: Incident, fix: string, preview: Preview): Weighed =>
  weigh(proposedFix(incident, fix) ?? { risk: 'high' }, preview, incident.policy.approval.twoPeople ?? ALONE);

const isUndo = ({ stage }: Attempt): boolean =>
  stage === 'undoing' || stage === 'undo-running' || stage === 'verifying-undo';
const toVerify = (attempt: Attempt): AttemptStage => (isUndo(attempt) ? 'verifying-undo' : 'verifying');
