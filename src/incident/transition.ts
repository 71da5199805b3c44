/**
 * The only place where an incident changes: `transition(incident, event)` says what it becomes and what follows, or why
 * not. Pure: no clock, no database. A refused event of a job is a late one and is dropped; of a person, it is answered.
 */
import { stepOf } from '../policy/ladder.ts';
import { overall } from '../runbook/finding.ts';
import { attempted, requested } from './attempt.ts';
import { nobodyReached, raise, raiseUnanswered, rearm, resolve, rest } from './escalation.ts';
import type { Happening } from './event.ts';
import { type Incident, workInHand } from './incident.ts';
import { having, moved, refuse, type Transition } from './outcome.ts';

export function transition(incident: Incident, event: Happening): Transition {
  if (incident.status === 'resolved' && !OF_A_RESOLVED_ONE.has(event.type))
    return refuse(`${incident.id} is resolved already.`);
  switch (event.type) {
    case 'opened': {
      const { next, effects } = rearm(incident, event.at);
      return moved(next, effects);
    }
    case 'diagnosed':
      return diagnosed(incident, event);
    case 'fix-requested':
      return requested(incident, event);
    case 'acknowledged':
      return incident.status === 'acknowledged'
        ? refuse('It has been acknowledged already.', incident.answeredBy)
        : moved({ ...rest(incident), status: 'acknowledged', answeredBy: event.actor });
    case 'escalated': {
      if (event.step !== undefined && event.step !== stepOf(incident.ladder))
        return refuse(`Level ${incident.ladder.level} has been paged since: look at the card again.`);
      const { next, effects } = raise(incident, event.at, 'More people were asked for.');
      return moved(next, effects);
    }
    case 'resolved':
      return workInHand(incident)
        ? refuse('A fix is under way: wait until it has been verified.')
        : moved(resolve(incident, event.actor));
    case 'timer-due':
      return event.timer === 'ladder' ? ladderDue(incident, event) : decisionDue(incident, event);
    case 'page-sent':
      return moved(incident);
    case 'page-failed': {
      const pagesFailed = [...(incident.pagesFailed ?? []), event.page];
      const next = { ...incident, pagesFailed };
      if (!nobodyReached(next, pagesFailed)) return moved(next);
      const raised = raise(next, event.at, `Nobody of level ${event.page.level} could be reached.`);
      return moved(raised.next, raised.effects);
    }
    default:
      return attempted(incident, event);
  }
}

/** What may still happen to a resolved incident: work and pages already under way end, and a fix can be taken back. */
const OF_A_RESOLVED_ONE: ReadonlySet<Happening['type']> = new Set([
  'undo-requested',
  'started',
  'acted',
  'failed',
  'lost',
  'verified',
  'page-sent',
  'page-failed',
]);

function diagnosed(incident: Incident, event: Extract<Happening, { type: 'diagnosed' }>): Transition {
  const seen = { ...incident, findings: event.findings, severity: event.severity, fixes: event.fixes };
  // Nothing looked at is not health.
  const isWell = overall(event.findings) === 'healthy';
  return moved(isWell && !workInHand(incident) ? resolve(seen, event.actor) : seen);
}

function ladderDue(incident: Incident, event: Extract<Happening, { type: 'timer-due' }>): Transition {
  if (incident.ladder.nextAt !== event.due) return refuse('That step of the ladder is not due any more.');
  const { next, effects } = raiseUnanswered(incident, event.at);
  return moved(next, effects);
}

function decisionDue(incident: Incident, event: Extract<Happening, { type: 'timer-due' }>): Transition {
  const attempt = incident.attempts[event.timer.slice('approval/'.length)];
  if (attempt?.stage !== 'awaiting-approval' || attempt.expiresAt !== event.due)
    return refuse('That decision is not due any more.');
  const expired = having(incident, { ...attempt, stage: 'expired' });
  const { next, effects } = raise(expired, event.at, 'Nobody decided on a fix in time.');
  return moved(next, effects);
}
