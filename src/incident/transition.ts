/**
 * The only place where an incident changes: `transition(incident, event)` says what it becomes and what follows, or why
 * not. Pure: no clock, no database. A refused event of a job is a late one and is dropped; of a person, it is answered.
 */
import { stepOf } from '../policy/ladder.ts';
import { overall } from '../runbook/finding.ts';
import { alerted, lookedForAlerts, withAlerts } from './alerted.ts';
import { attempted } from './attempt.ts';
import { nobodyReached, raise, raiseUnanswered, rearm, resolve, rest } from './escalation.ts';
import type { Happening } from './event.ts';
import { type Incident, workInHand } from './incident.ts';
import { having, moved, refuse, type Transition } from './outcome.ts';
import { currentStep, underway } from './plan.ts';
import { proceeded } from './procedure.ts';
import { pursue } from './pursue.ts';
import { quieted } from './quieted.ts';
import { requested } from './request.ts';
import { keptQuiet, knowing, lift, quietedDown, seen, timed } from './silenced.ts';
import { put } from './step.ts';
import { takenBack } from './taken-back.ts';

export function transition(before: Incident, event: Happening): Transition {
  const incident = knowing(before, event);
  const result = changed(incident, event);
  // Whatever happened, a procedure may go on from it, in the same commit.
  if (!result.moved) return result;
  const done = quietedDown(pursue(result, event.at, event.actor), event.at);
  return { moved: true, ...quieted(incident, timed(incident, done), event) };
}

function changed(incident: Incident, event: Happening): Transition {
  if (incident.status === 'resolved' && !OF_A_RESOLVED_ONE.has(event.type))
    return refuse(`${incident.id} is resolved already.`);
  switch (event.type) {
    case 'opened': {
      const { next, effects } = rearm(incident, event.at);
      return event.alerts ? alerted({ next, effects }, event.alerts, { looks: true }) : moved(next, effects);
    }
    case 'alerted':
      return alerted({ next: incident, effects: [] }, event.alerts, { looks: false });
    case 'alert-resolved':
      return incident.alerts && incident.alerts.firing > 0
        ? alerted({ next: incident, effects: [] }, event.alerts, { looks: true })
        : refuse('No alert of this incident fires.');
    case 'diagnosed':
      return diagnosed(incident, event);
    case 'fix-requested':
      return requested(incident, event);
    case 'acknowledged':
      return incident.status === 'acknowledged'
        ? refuse('It has been acknowledged already.', incident.answeredBy)
        : moved({ ...rest(incident), status: 'acknowledged', answeredBy: event.actor });
    case 'unacknowledged':
    case 'reopened':
      return takenBack(incident, event);
    case 'escalated': {
      if (event.step !== undefined && event.step !== stepOf(incident.ladder))
        return refuse(`Level ${incident.ladder.level} has been paged since: look at the card again.`);
      const { next, effects } = raise(lift(incident, event.at), event.at, 'More people were asked for.');
      return moved(next, effects);
    }
    case 'resolved':
      return workInHand(incident)
        ? refuse('A fix is under way: wait until it has been verified.')
        : moved(resolve(incident, event.actor));
    case 'silences-seen':
      return seen(incident, event);
    case 'timer-due':
      return timerDue(incident, event);
    case 'procedure-started':
    case 'procedure-stopped':
    case 'step-looked':
    case 'step-taken':
    case 'step-done':
    case 'step-failed':
    case 'step-retried':
    case 'step-skipped':
      return proceeded(incident, event);
    case 'page-sent':
      return moved(
        event.reached === undefined
          ? incident
          : {
              ...incident,
              reached: [
                ...(incident.reached ?? []),
                { responder: event.page.responder, user: event.reached },
              ],
            },
      );
    case 'page-dropped':
      return dropped(incident, event.at);
    case 'quiet-failed':
    case 'noted':
    case 'heard':
    case 'caught-up':
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

/** A page that has not gone out yet does not any more: somebody has answered, or a silence has begun. */
function dropped(incident: Incident, at: number): Transition {
  if (incident.status !== 'open') return moved(incident);
  const { next, effects } = keptQuiet(incident, at, 'A page had not gone out yet.') ?? {};
  return next ? moved(next, effects) : refuse('Nobody has answered it.');
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
  'page-dropped',
  'quiet-failed',
  'reopened',
  'noted',
  'heard',
  'caught-up',
]);

function diagnosed(incident: Incident, event: Extract<Happening, { type: 'diagnosed' }>): Transition {
  const run = underway(incident);
  const severity = run?.emergency ? incident.severity : event.severity;
  const { undiagnosed: _, ...known } = incident;
  const seen = withAlerts({ ...known, findings: event.findings, severity, fixes: event.fixes });
  // Nothing looked at is not health; what fires is not over; and a procedure is gone through to its end.
  const isOver =
    overall(event.findings) === 'healthy' &&
    overall(seen.findings) === 'healthy' &&
    !run &&
    !workInHand(incident);
  const next = isOver ? resolve(seen, event.actor) : seen;
  const looked = lookedForAlerts(next, event.findings, event.actor);
  return moved(looked.next, looked.effects);
}

type TimerDue = Extract<Happening, { type: 'timer-due' }>;

function timerDue(incident: Incident, event: TimerDue): Transition {
  if (event.timer === 'ladder') return ladderDue(incident, event);
  if (event.timer === 'silence') return refuse('What silences it has to be looked up for that.');
  return event.timer.startsWith('step/') ? stepDue(incident, event) : decisionDue(incident, event);
}

/** Overdue: more people are called, and the step stays open. */
function stepDue(incident: Incident, event: TimerDue): Transition {
  const run = underway(incident);
  const step = run && currentStep(run);
  const isMeant = step?.id === event.timer.slice('step/'.length) && step.dueAt === event.due;
  if (!run || !isMeant || step.state !== 'doing' || step.isOverdue)
    return refuse('That step is not due any more.');
  const late = put(incident, run, { ...step, isOverdue: true });
  const { next, effects } = raise(late, event.at, `Step “${step.title}” is overdue.`);
  return moved(next, effects);
}

function ladderDue(incident: Incident, event: TimerDue): Transition {
  if (incident.ladder.nextAt !== event.due) return refuse('That step of the ladder is not due any more.');
  const { next, effects } = raiseUnanswered(incident, event.at);
  return moved(next, effects);
}

function decisionDue(incident: Incident, event: TimerDue): Transition {
  const attempt = incident.attempts[event.timer.slice('approval/'.length)];
  if (attempt?.stage !== 'awaiting-approval' || attempt.expiresAt !== event.due)
    return refuse('That decision is not due any more.');
  const expired = having(incident, { ...attempt, stage: 'expired' });
  const { next, effects } = raise(expired, event.at, 'Nobody decided on a fix in time.');
  return moved(next, effects);
}
