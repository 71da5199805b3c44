/** An incident: one problem of one topic in one environment, from the diagnosis that found it until it is resolved. */
import type { Ladder } from '../policy/ladder.ts';
import type { Policy } from '../policy/policy.ts';
import type { Weighed } from '../policy/risk.ts';
import type { Finding, Severity } from '../runbook/finding.ts';
import type { Preview, Risk } from '../runbook/fix.ts';
import type { IncidentAlerts } from './alert.ts';
import type { HandOver, MergedIncident, Snooze } from './life-event.ts';
import type { ProcedureRun } from './plan.ts';
import type { Room } from './room.ts';
import type { Silencing } from './silenced.ts';

export type IncidentStatus = 'open' | 'acknowledged' | 'resolved';

/** A fix as the incident knows it: copied from the runbook when it was proposed, so that a card needs no runbook. */
export interface ProposedFix {
  readonly id: string;
  readonly title: string;
  readonly risk: Risk;
  /** Why it cannot be used here, such as `no cluster configured`. */
  readonly unavailable?: string;
  /** Why it cannot be taken back; absent when it can. */
  readonly irreversible?: string;
  /** What taking it back does, in a line. */
  readonly undo?: string;
  /** Whether a problem's finding suggests it. */
  readonly suggested: boolean;
}

/** The fix of another incident that is under way. */
export interface HeldUpBy {
  readonly incident: string;
  /** Its title. */
  readonly fix: string;
}

/** One run of one fix: from its request to its end. `round` counts previews; a button carries it. */
export interface Attempt {
  readonly fix: string;
  readonly round: number;
  readonly stage: AttemptStage;
  readonly requestedBy: string;
  readonly preview?: Preview;
  /** What the preview makes of the fix's risk. */
  readonly weighed?: Weighed;
  /** The first of two, where it takes two. */
  readonly approvedBy?: string;
  /** When a decision is due, epoch milliseconds. */
  readonly expiresAt?: number;
  readonly decidedBy?: string;
  /** Why it has not begun, though it was decided on. */
  readonly heldUpBy?: HeldUpBy;
  /** The process that runs it. */
  readonly owner?: string;
  /** What undoing it needs: references, never secrets. */
  readonly undo?: unknown;
  /** What was done, or why it failed, in one line. */
  readonly outcome?: string;
  /** Whether it was cut off while it ran: how far it got is not known. */
  readonly interrupted?: true;
  /** The previewed state, read again once it was verified: what undo expects to find. */
  readonly boundAfter?: string;
}

/**
 * previewing → awaiting-approval → approved → running → verifying → succeeded → undoing → verifying-undo → undone.
 * The rest are ends; `failed` and `undo-failed` climb the ladder, as do `denied` and `expired`.
 */
export type AttemptStage =
  | 'previewing'
  | 'awaiting-approval'
  | 'approved'
  | 'running'
  | 'verifying'
  | 'succeeded'
  | 'undoing'
  | 'undo-running'
  | 'verifying-undo'
  | 'undone'
  | 'preview-failed'
  | 'withdrawn'
  | 'denied'
  | 'expired'
  | 'failed'
  | 'undo-failed';

/** A page's key: incident, level, responder, attempt. */
export interface PageRef {
  /** 0 for whom it is handed over to. */
  readonly level: number;
  readonly attempt: number;
  /** `user/U…`, `usergroup/S…`, `channel/C…`, `schedule/primary`. */
  readonly responder: string;
}

/** The user who was on call when a schedule's page was sent, or whom it was handed over to. */
export interface Reached {
  /** `schedule/primary`, or `hand-over`. */
  readonly responder: string;
  readonly user: string;
}

/** A fix that one person approved alone, by breaking the glass. Instants are epoch milliseconds. */
export interface Review {
  readonly fix: string;
  readonly round: number;
  readonly by: string;
  readonly at: number;
  readonly reason: string;
  /** When it is asked for again. */
  readonly due: number;
  readonly reviewedBy?: string;
  readonly remark?: string;
}

export interface Incident {
  /** It is none: the pages of a drill speak of it, and nothing of it is kept. */
  readonly drill?: true;
  /** `INC-12`. */
  readonly id: string;
  /** Counts changes. */
  readonly version: number;
  readonly topic: string;
  readonly title: string;
  readonly environment: string;
  /** What makes two problems the same one. */
  readonly fingerprint: string;
  readonly status: IncidentStatus;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly answeredBy?: string;
  /** When somebody was at it for the first time, epoch milliseconds. */
  readonly answeredAt?: number;
  /** Of a resolved one. */
  readonly resolvedAt?: number;
  /** Acknowledged only until then. */
  readonly snoozed?: Snooze;
  /** To whom it was handed, while nobody has acknowledged since. */
  readonly handedTo?: HandOver;
  /** Of a resolved one: the incident in which it goes on. */
  readonly mergedInto?: string;
  /** The incidents that go on in this one. */
  readonly merged?: readonly MergedIncident[];
  /** The channel of its own. */
  readonly room?: Room;
  readonly findings: readonly Finding[];
  /** Only verifications have looked: `findings` is what they saw, and nothing is known of the topic's other checks. */
  readonly undiagnosed?: true;
  readonly fixes: readonly ProposedFix[];
  /** The latest attempt of each fix. */
  readonly attempts: Readonly<Record<string, Attempt>>;
  /** What was approved by breaking the glass, the latest last. */
  readonly reviews?: readonly Review[];
  /** What monitoring says, once it has said something: a firing alert is a finding too, `alert/NAME`. */
  readonly alerts?: IncidentAlerts;
  /** The latest procedure. */
  readonly procedure?: ProcedureRun;
  readonly ladder: Ladder;
  /** When nobody is paged for it; absent where nothing silences it, now or later. */
  readonly silence?: Silencing;
  /** Pages of the ladder's present step that reached nobody. */
  readonly pagesFailed?: readonly PageRef[];
  /** Whom pages of schedules have reached, the latest last. */
  readonly reached?: readonly Reached[];
  /** As it was when the incident opened. */
  readonly policy: Policy;
}

const WORKING: ReadonlySet<AttemptStage> = new Set([
  'approved',
  'running',
  'verifying',
  'undoing',
  'undo-running',
  'verifying-undo',
]);

/** Whether Paksa has its hands on the infrastructure for this attempt. */
export const isWorking = (attempt: Attempt): boolean => WORKING.has(attempt.stage);

/** Whether it is asked for, and nobody has decided. */
export const isUndecided = ({ stage }: Attempt): boolean =>
  stage === 'previewing' || stage === 'awaiting-approval';

/** Whether one person's approval is not enough. */
export const takesTwo = ({ policy }: Incident, { weighed }: Attempt): boolean =>
  policy.approval.twoPeople !== undefined && weighed?.risk === 'high';

/** The attempt under way, of any fix: one at a time. */
export const workInHand = (incident: Incident): Attempt | undefined =>
  Object.values(incident.attempts).find(isWorking);

export const proposedFix = (incident: Incident, id: string): ProposedFix | undefined =>
  incident.fixes.find((fix) => fix.id === id);

export const titleOfFix = (incident: Incident, id: string): string => proposedFix(incident, id)?.title ?? id;

export const fingerprintOf = (environment: string, topic: string): string => `${environment}/${topic}`;

/** It acted, what was there is kept, and what it left is known: taking it back has a beginning and an end. */
export const canBeUndone = ({ stage, undo, boundAfter }: Attempt): boolean =>
  (stage === 'succeeded' || stage === 'failed') && undo !== undefined && boundAfter !== undefined;
