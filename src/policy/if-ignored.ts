/** What becomes of an incident that everybody ignores: each page of its ladder with its time, by the ladder's own steps. */
import type { Facts } from './facts.ts';
import { armed, type Ladder, unanswered } from './ladder.ts';
import type { EscalationPolicy, Recipient, Responder } from './policy.ts';
import { pagersOf } from './policy.ts';
import { type Reach, recipientAt, responderReach } from './reach.ts';

export interface Paged {
  readonly responder: Responder;
  /** Of a schedule, who is on call then. */
  readonly to?: Recipient;
  readonly reach: Reach;
}

export interface Step {
  /** Since the incident was opened, in milliseconds. */
  readonly afterMs: number;
  readonly level: number;
  readonly name: string;
  /** How often the level has been paged by then. */
  readonly attempt: number;
  readonly paged: readonly Paged[];
  readonly pagers: readonly string[];
}

export interface IfIgnored {
  readonly steps: readonly Step[];
  /** When it begins again, or ends with nobody left to page. */
  readonly endsAfterMs: number;
  readonly end: 'repeat' | 'stop';
}

/** For an incident that opens at `at`, once through. */
export function ifIgnored(policy: EscalationPolicy, facts: Facts, at: number): IfIgnored {
  const steps: Step[] = [];
  let ladder = armed(policy, at);
  for (;;) {
    const due = ladder.nextAt ?? at;
    const next = unanswered(ladder, policy, due);
    if (next.state === 'exhausted') return { steps, endsAfterMs: due - at, end: 'stop' };
    if (hasBegunAgain(ladder, next)) return { steps, endsAfterMs: due - at, end: 'repeat' };
    const level = policy.levels[next.level - 1];
    steps.push({
      afterMs: due - at,
      level: next.level,
      name: level?.name ?? '',
      attempt: next.attempt,
      paged: (level?.responders ?? []).map((responder) => pagedAt(responder, pagersOf(level), facts, due)),
      pagers: pagersOf(level),
    });
    ladder = next;
  }
}

/** A level that was left before is reached anew. */
const hasBegunAgain = (before: Ladder, { level, repeat, attempt }: Ladder): boolean =>
  before.state === 'climbing' && repeat === 1 && attempt > 1 && level <= before.level;

function pagedAt(responder: Responder, pagers: readonly string[], facts: Facts, at: number): Paged {
  const to = recipientAt(responder, facts, at);
  return {
    responder,
    ...(to === undefined ? {} : { to }),
    reach: responderReach(responder, pagers, facts, at),
  };
}
