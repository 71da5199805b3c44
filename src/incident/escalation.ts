/** How an incident moves on its ladder: raised by a failure or by silence, put at rest by an answer. */
import { climb, type Ladder, rearmed, stopped, unanswered } from '../policy/ladder.ts';
import { refOf } from '../policy/policy.ts';
import type { Effect } from './event.ts';
import type { Incident, PageRef } from './incident.ts';
import { keptQuiet, silencedBy } from './silenced.ts';

export interface Move {
  readonly next: Incident;
  readonly effects: readonly Effect[];
}

/** The ladder as it has become: who is paged for it, or that nobody is left. Whoever it was handed to has had their time. */
export function climbOnto({ handedTo: _, ...before }: Incident, ladder: Ladder, why: string): Move {
  const incident: Incident = { ...before, pagesFailed: [] };
  if (ladder.state === 'exhausted')
    return {
      next: { ...incident, ladder },
      effects: [{ do: 'tell', text: { news: 'exhausted', why, passedOver: ladder.passedOver } }],
    };
  const { level, attempt, nextAt } = ladder;
  // Whoever stands twice in a level is paged once.
  const responders = new Set(incident.policy.escalation.levels[level - 1]?.responders.map(refOf));
  return {
    next: { ...incident, ladder },
    effects: [
      { do: 'tell', text: { news: 'climbed', level, attempt, why, passedOver: ladder.passedOver } },
      ...[...responders].map((responder): Effect => ({ do: 'page', page: { level, attempt, responder } })),
      ...(nextAt === undefined ? [] : [{ do: 'set-timer', timer: 'ladder', due: nextAt } as const]),
    ],
  };
}

/** A step failed, or somebody asked for more people: the next level is paged, and an earlier answer no longer stands. */
export function raise(incident: Incident, at: number, why: string): Move {
  const open: Incident = { ...incident, status: 'open' };
  const { ladder, policy } = open;
  return keptQuiet(open, at, why) ?? climbOnto(open, climb(ladder, policy.escalation, at), why);
}

/** Nobody answered in time, or nobody can. */
export const raiseUnanswered = (incident: Incident, at: number, because?: string): Move => {
  const { ladder, policy } = incident;
  if (because !== undefined)
    return (
      keptQuiet(incident, at, because) ??
      climbOnto(incident, unanswered(ladder, policy.escalation, at), because)
    );
  // One that has just begun stops the ladder: its job may come after this one.
  if (silencedBy(incident, at)) return { next: incident, effects: [] };
  const why = incident.handedTo
    ? 'Whoever it was handed to has not acknowledged it.'
    : ladder.state === 'waiting'
      ? 'Nobody has acknowledged the incident.'
      : `Level ${ladder.level} did not answer.`;
  return climbOnto(incident, unanswered(ladder, policy.escalation, at), why);
};

/** Somebody is at it. */
export const rest = (incident: Incident): Incident => ({ ...incident, ladder: stopped(incident.ladder) });

/** Open once more: the ladder waits again before it goes on from where it stood. */
export function rearm(incident: Incident, at: number): Move {
  const ladder = rearmed(incident.ladder, incident.policy.escalation, at);
  return {
    next: { ...incident, status: 'open', ladder },
    effects: ladder.nextAt === undefined ? [] : [{ do: 'set-timer', timer: 'ladder', due: ladder.nextAt }],
  };
}

/** Every page of the ladder's present step has failed: waiting for an answer would be waiting for nobody. */
export function nobodyReached(incident: Incident, failed: readonly PageRef[]): boolean {
  const { level, attempt, state } = incident.ladder;
  const responders = incident.policy.escalation.levels[level - 1]?.responders ?? [];
  const unreached = new Set(
    failed.filter((page) => page.level === level && page.attempt === attempt).map((page) => page.responder),
  );
  return state === 'climbing' && responders.every((responder) => unreached.has(refOf(responder)));
}

/** Resolved: the ladder rests, and what still waits for a decision is withdrawn. */
export function resolve(incident: Incident, by: string): Incident {
  const attempts = Object.fromEntries(
    Object.entries(incident.attempts).map(([fix, attempt]) => [
      fix,
      attempt.stage === 'previewing' || attempt.stage === 'awaiting-approval'
        ? { ...attempt, stage: 'withdrawn' as const }
        : attempt,
    ]),
  );
  return { ...rest(incident), attempts, status: 'resolved', answeredBy: by };
}
