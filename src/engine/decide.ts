/** What people ask of an incident: a fix, a decision on it, its undo, a step ticked, an answer to a page, more people, its end. */
import type { AttemptRef, IncidentEvent } from '../incident/event.ts';
import { type Incident, takesTwo } from '../incident/incident.ts';
import type { StepRef } from '../incident/plan.ts';
import { freezeLine } from '../policy/freeze.ts';
import {
  type Actor,
  mayAnswer,
  mayAsk,
  mayBreakGlass,
  mayDecide,
  mayDeny,
  mayLook,
  mayReview,
  type Permission,
  sceneOf,
} from '../policy/permission.ts';
import { type Applied, apply } from './apply.ts';
import { freezeOver } from './frozen.ts';
import type { Checkpoint, Store, Transaction } from './ports.ts';
import { triedOf } from './tried.ts';

export interface DecideDeps {
  readonly store: Store;
  readonly checkpoint: Checkpoint;
}

/** What is done with an incident beside its fixes. Merging and opening again concern two incidents: merge.ts and reopen.ts. */
export type LifeDecision =
  /** Epoch milliseconds. */
  | { readonly decision: 'snooze'; readonly until: number }
  /** A Slack user. */
  | { readonly decision: 'reassign'; readonly to: string }
  /** Without secrets. */
  | { readonly decision: 'note'; readonly text: string };

export type Decision =
  | { readonly decision: 'request-fix'; readonly fix: string }
  /** `breakGlass`: why one person decides alone; without secrets. */
  | ({ readonly decision: 'approve'; readonly breakGlass?: string } & AttemptRef)
  | ({ readonly decision: 'review'; readonly remark: string } & AttemptRef)
  | ({ readonly decision: 'deny'; readonly reason?: string } & AttemptRef)
  | ({ readonly decision: 'undo' } & AttemptRef)
  | ({ readonly decision: 'take-step' | 'tick-step' | 'retry-step' } & StepRef)
  | ({ readonly decision: 'fail-step' | 'skip-step'; readonly reason: string } & StepRef)
  | { readonly decision: 'stop-procedure'; readonly round: number; readonly reason: string }
  | { readonly decision: 'acknowledge' }
  | { readonly decision: 'escalate'; readonly step?: number }
  | { readonly decision: 'resolve' }
  | LifeDecision;

/** Does it, or says why not and who may. `cause` is the payload's id: delivered twice, it is done once. */
export async function decide(
  deps: DecideDeps,
  incident: string,
  decision: Decision,
  actor: Actor,
  cause?: string,
): Promise<Applied> {
  const applied = await apply(deps.store, incident, eventOf(decision), {
    actor: actor.id,
    cause,
    permit: (held, tx) => permission(held, decision, actor, tx),
    tried: triedOf(decision),
  });
  deps.checkpoint('decided');
  return applied;
}

function eventOf(decision: Decision): IncidentEvent {
  switch (decision.decision) {
    case 'request-fix':
      return { type: 'fix-requested', fix: decision.fix };
    case 'approve': {
      const { fix, round, breakGlass } = decision;
      return { type: 'approved', fix, round, ...(breakGlass === undefined ? {} : { breakGlass }) };
    }
    case 'review':
      return { type: 'reviewed', fix: decision.fix, round: decision.round, remark: decision.remark };
    case 'deny': {
      const { fix, round, reason } = decision;
      return { type: 'denied', fix, round, ...(reason === undefined ? {} : { reason }) };
    }
    case 'undo':
      return { type: 'undo-requested', fix: decision.fix, round: decision.round };
    case 'take-step':
    case 'tick-step':
    case 'retry-step':
      return { type: TICKS[decision.decision], step: decision.step, round: decision.round };
    case 'fail-step':
    case 'skip-step': {
      const { step, round, reason } = decision;
      return {
        type: decision.decision === 'fail-step' ? 'step-failed' : 'step-skipped',
        step,
        round,
        reason,
      };
    }
    case 'stop-procedure':
      return { type: 'procedure-stopped', round: decision.round, reason: decision.reason };
    case 'acknowledge':
      return { type: 'acknowledged' };
    case 'escalate':
      return { type: 'escalated', ...(decision.step === undefined ? {} : { step: decision.step }) };
    case 'resolve':
      return { type: 'resolved' };
    case 'snooze':
      return { type: 'snoozed', until: decision.until };
    case 'reassign':
      return { type: 'reassigned', to: decision.to };
    case 'note':
      return { type: 'noted', text: decision.text };
  }
}

const TICKS = {
  'take-step': 'step-taken',
  'tick-step': 'step-done',
  'retry-step': 'step-retried',
} as const;

/** Anybody may ask for a fix (nothing happens before a decision) and for more people, and note what they know, unless roles say who. */
function permission(
  incident: Incident,
  decision: Decision,
  actor: Actor,
  tx: Pick<Transaction, 'now' | 'freezes'>,
): Permission {
  switch (decision.decision) {
    case 'request-fix':
      return mayAsk(sceneOf(incident), actor, decision.fix);
    case 'escalate':
    case 'note':
      return mayLook(sceneOf(incident), actor);
    case 'approve': {
      if (decision.breakGlass !== undefined) return mayBreakGlass(incident, actor, decision.fix);
      const attempt = incident.attempts[decision.fix];
      const may = mayDecide(
        incident,
        actor,
        decision.fix,
        attempt && { ...attempt, takesTwo: takesTwo(incident, attempt) },
      );
      const freeze = freezeOver(incident, tx);
      return may.allowed && freeze ? { allowed: false, why: `${freezeLine(freeze)}.` } : may;
    }
    case 'review':
      return mayReview(incident, actor, decision.fix);
    case 'deny':
      return mayDeny(incident, actor, decision.fix, incident.attempts[decision.fix]?.requestedBy ?? '');
    case 'undo':
      return mayDecide(incident, actor, decision.fix);
    case 'take-step':
    case 'tick-step':
    case 'retry-step':
    case 'fail-step':
    case 'skip-step':
    case 'stop-procedure':
    case 'acknowledge':
    case 'resolve':
    case 'snooze':
    case 'reassign':
      return mayAnswer(incident, actor);
  }
}
