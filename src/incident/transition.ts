/**
 * The only place where an incident changes: `transition(incident, event)` says what it becomes and what follows, or why
 * not. Pure: no clock, no database. A refused event of a job is a late one and is dropped; of a person, it is answered.
 */
import { HAND_OVER, stepOf } from '../policy/ladder.ts';
import { overall } from '../runbook/finding.ts';
import { alerted, lookedForAlerts, withAlerts } from './alerted.ts';
import { attempted } from './attempt.ts';
import { type Move, nobodyReached, raise, raiseUnanswered, rearm, resolve } from './escalation.ts';
import type { Happening } from './event.ts';
import { type Incident, type PageRef, workInHand } from './incident.ts';
import { lived, settled } from './life.ts';
import { graverOf, isOverElsewhere, merging } from './merging.ts';
import { having, moved, refuse, type Transition } from './outcome.ts';
import { currentStep, underway } from './plan.ts';
import { proceeded } from './procedure.ts';
import { pursue } from './pursue.ts';
import { quieted } from './quieted.ts';
import { requested } from './request.ts';
import { reviewDue } from './review.ts';
import { roomChanged, roomDue, roomed } from './room.ts';
import { keptQuiet, knowing, lift, quietedDown, seen, timed } from './silenced.ts';
import { becameGraver, raiseUnlessSnoozed, snoozeDue, woken } from './snooze.ts';
import { put } from './step.ts';

export function transition(before: Incident, event: Happening): Transition {
  const incident = knowing(before, event);
  const result = changed(incident, event);
  if (!result.moved) return result;
  // Whatever happened, a procedure may go on from it, in the same commit.
  const { next, effects } = pursue(result, event.at, event.actor);
  const move = { next: settled(incident, next, event.at), effects };
  const done = timed(incident, quietedDown(move, event.at));
  return { moved: true, ...roomed(incident, quieted(incident, done, event), event) };
}

function changed(incident: Incident, event: Happening): Transition {
  if (incident.status === 'resolved' && !mayFollow(event))
    return refuse(`${incident.id} is resolved already.`);
  switch (event.type) {
    case 'opened': {
      const { next, effects } = rearm(incident, event.at);
      return event.alerts ? alerted({ next, effects }, event.alerts, { looks: true }) : moved(next, effects);
    }
    case 'alerted': {
      const result = alerted({ next: incident, effects: [] }, event.alerts, { looks: false });
      return result.moved
        ? awake(result, event.at, becameGraver(incident, result.next, event.alerts))
        : result;
    }
    case 'alert-resolved':
      return incident.alerts && incident.alerts.firing > 0
        ? alerted({ next: incident, effects: [] }, event.alerts, { looks: true })
        : refuse('No alert of this incident fires.');
    case 'diagnosed':
      return diagnosed(incident, event);
    case 'fix-requested':
      return requested(incident, event);
    case 'acknowledged':
    case 'unacknowledged':
    case 'snoozed':
    case 'reassigned':
    case 'reopened':
    case 'noted':
    case 'refused':
      return lived(incident, event);
    case 'merged':
    case 'absorbed':
    case 'parted':
    case 'seen-elsewhere':
      return merging(incident, event);
    case 'room-opened':
    case 'room-failed':
    case 'room-joined':
      return roomChanged(incident, event);
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
    case 'page-sent': {
      const next = reached(incident, event.page);
      return moved(event.reached === undefined ? next : reaching(next, event.page, event.reached));
    }
    case 'page-dropped':
      return dropped(incident, event.at);
    case 'quiet-failed':
    case 'heard':
    case 'caught-up':
      return moved(incident);
    case 'page-failed': {
      if (event.page.level === HAND_OVER) return handOverFailed(incident, event);
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

const mayFollow = (event: Happening): boolean =>
  OF_A_RESOLVED_ONE.has(event.type) ||
  (event.type === 'timer-due' && (event.timer === 'room' || event.timer.startsWith('review/')));

/**
 * What may still happen to a resolved incident: work and pages already under way end, a fix can be taken back, and people
 * note, review, merge and open it again.
 */
const OF_A_RESOLVED_ONE: ReadonlySet<Happening['type']> = new Set([
  'reviewed',
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
  'noted',
  'heard',
  'refused',
  'reopened',
  'merged',
  'parted',
  'room-opened',
  'room-failed',
  'room-joined',
  'caught-up',
]);

/** One that was late has come all the same. */
const reached = ({ pagesFailed, ...incident }: Incident, page: PageRef): Incident =>
  pagesFailed === undefined
    ? incident
    : { ...incident, pagesFailed: pagesFailed.filter((failed) => !isSamePage(failed, page)) };

const isSamePage = (one: PageRef, other: PageRef): boolean =>
  one.level === other.level && one.attempt === other.attempt && one.responder === other.responder;

const reaching = (incident: Incident, { level, responder }: PageRef, user: string): Incident => ({
  ...incident,
  reached: [...(incident.reached ?? []), { responder: level === HAND_OVER ? 'hand-over' : responder, user }],
});

/** Whom it was handed to cannot be told: waiting for them would be waiting for nobody. */
function handOverFailed(incident: Incident, event: Extract<Happening, { type: 'page-failed' }>): Transition {
  const isMeant = incident.handedTo !== undefined && incident.ladder.paged[HAND_OVER] === event.page.attempt;
  if (!isMeant || incident.status !== 'open') return moved(incident);
  const { next, effects } = raiseUnanswered(
    incident,
    event.at,
    'Whoever it was handed to could not be told.',
  );
  return moved(next, effects);
}

/** A snooze ends where it has become worse; nothing else does. */
function awake(move: Move, at: number, why: string | undefined): Transition {
  const { next, effects } = woken(move, at, why);
  return { moved: true, next, effects };
}

function diagnosed(incident: Incident, event: Extract<Happening, { type: 'diagnosed' }>): Transition {
  const run = underway(incident);
  const severity = run?.emergency ? incident.severity : graverOf(incident, event.severity);
  const { undiagnosed: _, ...known } = incident;
  const seen = withAlerts({ ...known, findings: event.findings, severity, fixes: event.fixes });
  // Nothing looked at is not health; what fires is not over; and a procedure is gone through to its end.
  const isOver =
    overall(event.findings) === 'healthy' &&
    overall(seen.findings) === 'healthy' &&
    isOverElsewhere(seen) &&
    !run &&
    !workInHand(incident);
  const next = isOver ? resolve(seen, event.actor) : seen;
  const looked = lookedForAlerts(next, event.findings, event.actor);
  const { next: awake, effects } = woken(looked, event.at, becameGraver(incident, seen));
  return moved(awake, effects);
}

type TimerDue = Extract<Happening, { type: 'timer-due' }>;

function timerDue(incident: Incident, event: TimerDue): Transition {
  if (event.timer === 'ladder') return ladderDue(incident, event);
  if (event.timer === 'silence') return refuse('What silences it has to be looked up for that.');
  if (event.timer === 'snooze') return snoozeDue(incident, event);
  if (event.timer === 'room') return roomDue(incident, event.due);
  if (event.timer.startsWith('review/'))
    return reviewDue(incident, event.timer.slice('review/'.length), event.due);
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
  const { next, effects } = raiseUnlessSnoozed(late, event.at, `Step “${step.title}” is overdue.`);
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
  const { next, effects } = raiseUnlessSnoozed(expired, event.at, 'Nobody decided on a fix in time.');
  return moved(next, effects);
}
