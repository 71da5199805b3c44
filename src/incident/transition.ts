/**
 * The only place where an incident changes: `transition(incident, event)` says what it becomes and what follows, or why
 * not. Pure: no clock, no database. A refused event of a job is a late one and is dropped; of a person, it is answered.
 */
import { nobodyReached, raise, raiseUnanswered, rearm, rest } from './escalation.ts';
import type { AttemptRef, Effect, Happening } from './event.ts';
import {
  type Attempt,
  type AttemptStage,
  canBeUndone,
  type Incident,
  proposedFix,
  workInHand,
} from './incident.ts';

export type Transition =
  | { readonly moved: true; readonly next: Incident; readonly effects: readonly Effect[] }
  | { readonly moved: false; readonly why: string };

const refuse = (why: string): Transition => ({ moved: false, why });

const moved = (next: Incident, effects: readonly Effect[] = []): Transition => ({
  moved: true,
  next: { ...next, version: next.version + 1 },
  effects,
});

const having = (incident: Incident, attempt: Attempt): Incident => ({
  ...incident,
  attempts: { ...incident.attempts, [attempt.fix]: attempt },
});

/** The attempt meant, if it is still the latest of its fix and at one of these stages. */
function attemptAt(incident: Incident, ref: AttemptRef, ...stages: readonly AttemptStage[]): Attempt | string {
  const attempt = incident.attempts[ref.fix];
  if (!attempt) return 'That fix has not been asked for.';
  if (attempt.round !== ref.round) return 'That preview is no longer the latest one: look at the card again.';
  return stages.includes(attempt.stage) ? attempt : `That fix is ${describeStage(attempt)} already.`;
}

const STAGE_WORDS: Record<AttemptStage, string> = {
  previewing: 'being previewed',
  'awaiting-approval': 'waiting for a decision',
  approved: 'approved',
  running: 'running',
  verifying: 'being verified',
  succeeded: 'done',
  undoing: 'being undone',
  'undo-running': 'being undone',
  'verifying-undo': 'being undone',
  undone: 'undone',
  'preview-failed': 'without a preview',
  withdrawn: 'withdrawn',
  denied: 'denied',
  expired: 'expired',
  failed: 'failed',
  'undo-failed': 'undone without success',
};

const describeStage = (attempt: Attempt): string =>
  attempt.decidedBy !== undefined && attempt.decidedBy !== attempt.requestedBy && attempt.stage !== 'awaiting-approval'
    ? `${STAGE_WORDS[attempt.stage]} (decided by <@${attempt.decidedBy}>)`
    : STAGE_WORDS[attempt.stage];

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
        ? refuse(`<@${incident.answeredBy}> has acknowledged it already.`)
        : moved({ ...rest(incident), status: 'acknowledged', answeredBy: event.actor });
    case 'escalated': {
      const { next, effects } = raise(incident, event.at, `<@${event.actor}> asked for the next level.`);
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
      return moved({ ...raised.next, pagesFailed: [] }, raised.effects);
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

function resolve(incident: Incident, by: string): Incident {
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

function diagnosed(incident: Incident, event: Extract<Happening, { type: 'diagnosed' }>): Transition {
  const seen = { ...incident, findings: event.findings, severity: event.severity, fixes: event.fixes };
  const isWell = event.findings.every((finding) => finding.status === 'healthy');
  return moved(isWell && !workInHand(incident) ? resolve(seen, event.actor) : seen);
}

function requested(incident: Incident, event: Extract<Happening, { type: 'fix-requested' }>): Transition {
  const fix = proposedFix(incident, event.fix);
  if (!fix) return refuse('That fix is not part of this runbook any more: diagnose again.');
  if (fix.unavailable !== undefined) return refuse(`“${fix.title}” cannot be used here: ${fix.unavailable}.`);
  const former = incident.attempts[event.fix];
  if (former && (former.stage === 'previewing' || former.stage === 'awaiting-approval'))
    return refuse(`“${fix.title}” is ${describeStage(former)} already.`);
  if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
  const round = (former?.round ?? 0) + 1;
  const attempt: Attempt = { fix: event.fix, round, stage: 'previewing', requestedBy: event.actor };
  return moved(having(incident, attempt), [{ do: 'preview', fix: event.fix, round }]);
}

function ladderDue(incident: Incident, event: Extract<Happening, { type: 'timer-due' }>): Transition {
  if (incident.ladder.nextAt !== event.due) return refuse('That step of the ladder is not due any more.');
  const { next, effects } = raiseUnanswered({ ...incident, pagesFailed: [] }, event.at);
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

type AttemptHappening = Extract<Happening, AttemptRef>;

function attempted(incident: Incident, event: AttemptHappening): Transition {
  const { fix, round } = event;
  const at = (...stages: readonly AttemptStage[]) => attemptAt(incident, event, ...stages);
  /** The step as a whole: which stages it may leave, and what the attempt becomes. */
  const step = (
    from: readonly AttemptStage[],
    change: (attempt: Attempt) => Attempt,
    effects: readonly Effect[] = [],
  ): Transition => {
    const attempt = at(...from);
    return typeof attempt === 'string' ? refuse(attempt) : moved(having(incident, change(attempt)), effects);
  };
  const fall = (from: readonly AttemptStage[], change: (attempt: Attempt) => Attempt, why: string): Transition => {
    const attempt = at(...from);
    if (typeof attempt === 'string') return refuse(attempt);
    const raised = raise(having(incident, change(attempt)), event.at, why);
    return moved(raised.next, raised.effects);
  };
  const expiresAt = event.at + incident.policy.approval.expiresMs;

  switch (event.type) {
    case 'previewed':
      return step(
        ['previewing'],
        (attempt) => ({ ...attempt, stage: 'awaiting-approval', preview: event.preview, expiresAt }),
        [{ do: 'set-timer', timer: `approval/${fix}`, due: expiresAt }],
      );
    case 'preview-failed':
      return step(['previewing'], (attempt) => ({ ...attempt, stage: 'preview-failed', outcome: event.reason }));
    case 'approved':
      if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
      return step(
        ['awaiting-approval'],
        (attempt) => ({ ...attempt, stage: 'approved', decidedBy: event.actor }),
        [{ do: 'run', fix, round }],
      );
    case 'denied': {
      const attempt = at('awaiting-approval');
      if (typeof attempt === 'string') return refuse(attempt);
      const outcome = event.reason === undefined ? {} : { outcome: event.reason };
      if (attempt.requestedBy === event.actor)
        return moved(having(incident, { ...attempt, ...outcome, stage: 'withdrawn', decidedBy: event.actor }));
      return fall(
        ['awaiting-approval'],
        () => ({ ...attempt, ...outcome, stage: 'denied', decidedBy: event.actor }),
        `<@${event.actor}> denied a fix.`,
      );
    }
    case 'drifted':
      // The approval was given for another state: it counts for nothing, and the buttons of that round are void.
      return step(
        ['approved'],
        ({ decidedBy: _, ...attempt }) => ({
          ...attempt,
          round: round + 1,
          stage: 'awaiting-approval',
          preview: event.preview,
          expiresAt,
        }),
        [{ do: 'set-timer', timer: `approval/${fix}`, due: expiresAt }],
      );
    case 'started':
      return step(['approved', 'undoing'], (attempt) => ({
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
          stage: toVerify(attempt),
        }),
        [{ do: 'verify', fix, round }],
      );
    case 'failed':
      return fall(
        ['approved', 'running', 'undoing', 'undo-running'],
        (attempt) => ({ ...attempt, outcome: event.reason, stage: isUndo(attempt) ? 'undo-failed' : 'failed' }),
        'A fix failed.',
      );
    case 'verified':
      return verified(incident, event);
    case 'undo-requested': {
      const attempt = at('succeeded', 'failed');
      if (typeof attempt === 'string') return refuse(attempt);
      if (!canBeUndone(attempt)) return refuse('That attempt left nothing that could be put back.');
      const irreversible = proposedFix(incident, fix)?.irreversible;
      if (irreversible !== undefined) return refuse(`It cannot be undone: ${irreversible}.`);
      if (workInHand(incident)) return refuse('Another fix is under way: one at a time.');
      return moved(having(incident, { ...attempt, stage: 'undoing', decidedBy: event.actor }), [
        { do: 'undo', fix, round },
      ]);
    }
  }
}

const isUndo = (attempt: Attempt): boolean => attempt.stage === 'undoing' || attempt.stage === 'undo-running';
const toVerify = (attempt: Attempt): AttemptStage => (isUndo(attempt) ? 'verifying-undo' : 'verifying');

/** Looked again: a fix that helped ends the incident if nothing else is wrong, an undo opens it again, the rest climbs. */
function verified(incident: Incident, event: Extract<Happening, { type: 'verified' }>): Transition {
  const attempt = attemptAt(incident, event, 'verifying', 'verifying-undo');
  if (typeof attempt === 'string') return refuse(attempt);
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
  return moved(findings.every(({ status }) => status !== 'problem') ? resolve(next, 'paksa') : next);
}
