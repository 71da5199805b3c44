/** What people ask of an incident: a fix, a decision on it, its undo, an answer to a page, more people, its end. */
import type { AttemptRef } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { type Actor, mayAnswer, mayDecide, mayDeny, type Permission } from '../policy/permission.ts';
import { type Applied, apply } from './apply.ts';
import type { Checkpoint, Store } from './ports.ts';

export interface DecideDeps {
  readonly store: Store;
  readonly checkpoint: Checkpoint;
}

export type Decision =
  | { readonly decision: 'request-fix'; readonly fix: string }
  | ({ readonly decision: 'approve' } & AttemptRef)
  | ({ readonly decision: 'deny'; readonly reason?: string } & AttemptRef)
  | ({ readonly decision: 'undo' } & AttemptRef)
  | { readonly decision: 'acknowledge' }
  | { readonly decision: 'escalate'; readonly step?: number }
  | { readonly decision: 'resolve' };

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
    ...(cause === undefined ? {} : { cause }),
    permit: (held) => permission(held, decision, actor),
  });
  deps.checkpoint('decided');
  return applied;
}

function eventOf(decision: Decision) {
  switch (decision.decision) {
    case 'request-fix':
      return { type: 'fix-requested', fix: decision.fix } as const;
    case 'approve':
      return { type: 'approved', fix: decision.fix, round: decision.round } as const;
    case 'deny': {
      const { fix, round, reason } = decision;
      return { type: 'denied', fix, round, ...(reason === undefined ? {} : { reason }) } as const;
    }
    case 'undo':
      return { type: 'undo-requested', fix: decision.fix, round: decision.round } as const;
    case 'acknowledge':
      return { type: 'acknowledged' } as const;
    case 'escalate':
      return { type: 'escalated', ...(decision.step === undefined ? {} : { step: decision.step }) } as const;
    case 'resolve':
      return { type: 'resolved' } as const;
  }
}

/** Anybody may ask for a fix (nothing happens before a decision) and for more people. */
function permission(incident: Incident, decision: Decision, actor: Actor): Permission {
  switch (decision.decision) {
    case 'request-fix':
    case 'escalate':
      return { allowed: true };
    case 'approve':
      return mayDecide(incident, actor, incident.attempts[decision.fix]?.requestedBy);
    case 'deny':
      return mayDeny(incident, actor, incident.attempts[decision.fix]?.requestedBy ?? '');
    case 'undo':
      return mayDecide(incident, actor);
    case 'acknowledge':
    case 'resolve':
      return mayAnswer(incident, actor);
  }
}
