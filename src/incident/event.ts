/** What can happen to an incident, and what follows from it. Both are data: the log keeps them, the jobs carry them out. */

import type { Period } from '../policy/silence.ts';
import type { Finding, Severity } from '../runbook/finding.ts';
import type { Preview } from '../runbook/fix.ts';
import type { AlertSource, AlertsSeen } from './alert.ts';
import type { HeldUpBy, PageRef, ProposedFix } from './incident.ts';
import type { LifeEvent } from './life-event.ts';
import type { Plan, StepFinding, StepRef } from './plan.ts';

/** Which attempt is meant; `round` makes a late message from an earlier one harmless. */
export interface AttemptRef {
  readonly fix: string;
  readonly round: number;
}

export type IncidentEvent =
  | LifeEvent
  /** `alerts`: those that opened it. */
  | {
      readonly type: 'opened';
      readonly severity: Severity;
      readonly findings: readonly Finding[];
      readonly alerts?: AlertsSeen;
    }
  /** Alerts fire that did not, or fewer of them do; `joined`: names that did not fire before. */
  | { readonly type: 'alerted'; readonly alerts: AlertsSeen; readonly joined: readonly string[] }
  /** None of its alerts fires any more. */
  | { readonly type: 'alert-resolved'; readonly alerts: AlertsSeen }
  | {
      readonly type: 'diagnosed';
      readonly severity: Severity;
      readonly findings: readonly Finding[];
      readonly fixes: readonly ProposedFix[];
    }
  | { readonly type: 'fix-requested'; readonly fix: string }
  | ({ readonly type: 'previewed'; readonly preview: Preview } & AttemptRef)
  | ({ readonly type: 'preview-failed'; readonly reason: string } & AttemptRef)
  /** `breakGlass`: why one person decides alone. */
  | ({ readonly type: 'approved'; readonly breakGlass?: string } & AttemptRef)
  /** Somebody has looked at why the glass was broken. */
  | ({ readonly type: 'reviewed'; readonly remark: string } & AttemptRef)
  | ({ readonly type: 'denied'; readonly reason?: string } & AttemptRef)
  /** What was previewed has moved on: the new preview needs a new click. */
  | ({ readonly type: 'drifted'; readonly preview: Preview } & AttemptRef)
  /** Something else changes the same part of the environment: it waits until that has ended. */
  | ({ readonly type: 'held-up'; readonly by: HeldUpBy } & AttemptRef)
  | ({ readonly type: 'started'; readonly owner: string } & AttemptRef)
  | ({ readonly type: 'undo-captured'; readonly data: unknown } & AttemptRef)
  | ({ readonly type: 'acted'; readonly outcome: string } & AttemptRef)
  /** It failed, and is known to have: for a fix or for its undo. */
  | ({ readonly type: 'failed'; readonly reason: string } & AttemptRef)
  /** Who ran it is gone: whether it acted is not known. */
  | ({ readonly type: 'lost' } & AttemptRef)
  | ({
      readonly type: 'verified';
      readonly passed: boolean;
      readonly findings: readonly Finding[];
      readonly boundAfter?: string;
    } & AttemptRef)
  | ({ readonly type: 'undo-requested' } & AttemptRef)
  /** `round`: the last one of the procedure that was seen when it was asked for; absent where nothing was shown. */
  | {
      readonly type: 'procedure-started';
      readonly plan: Plan;
      readonly fixes: readonly ProposedFix[];
      readonly round?: number;
    }
  | ({ readonly type: 'step-looked'; readonly findings: readonly StepFinding[] } & StepRef)
  | ({ readonly type: 'step-taken' } & StepRef)
  | ({ readonly type: 'step-done' } & StepRef)
  /** A person could not; or Paksa cannot, because what it takes is gone. */
  | ({ readonly type: 'step-failed'; readonly reason: string } & StepRef)
  | ({ readonly type: 'step-retried' } & StepRef)
  | ({ readonly type: 'step-skipped'; readonly reason: string } & StepRef)
  | { readonly type: 'procedure-stopped'; readonly round: number; readonly reason: string }
  /** `via`: by what means, such as `SMS`, where it was not in Slack; likewise below. */
  | { readonly type: 'acknowledged'; readonly via?: string }
  /** Whoever acknowledged takes it back. */
  | { readonly type: 'unacknowledged' }
  /** `step`: the ladder's step that was seen when it was asked for; absent where nothing was shown. */
  | { readonly type: 'escalated'; readonly step?: number; readonly via?: string }
  | { readonly type: 'resolved'; readonly via?: string }
  /** Done where the page was received, and not here: why. */
  | { readonly type: 'heard'; readonly deed: Deed; readonly why: string }
  /** Silences and maintenance windows: what of them covers it now, or will. */
  | { readonly type: 'silences-seen'; readonly periods: readonly Period[] }
  | { readonly type: 'timer-due'; readonly timer: Timer; readonly due: number }
  /** `reached`: the user who was on call, where the responder is a schedule. */
  | {
      readonly type: 'page-sent';
      readonly page: PageRef;
      readonly by: string;
      readonly reached?: string;
    }
  | { readonly type: 'page-failed'; readonly page: PageRef; readonly reason: string }
  /** Somebody had answered, or it was silenced, before it went out. */
  | { readonly type: 'page-dropped'; readonly page: PageRef }
  /** The database is back, and has what happened without it; `untaken`: but for this. */
  | {
      readonly type: 'caught-up';
      /** When it was last heard before, epoch milliseconds. */
      readonly since: number;
      /** How many pages went out meanwhile. */
      readonly paged: number;
      readonly untaken: readonly Untaken[];
    }
  /** The service that was paged could not be told that somebody has answered. */
  | {
      readonly type: 'quiet-failed';
      readonly page: PageRef;
      readonly pager: string;
      readonly reason: string;
    };

/** What people do about an incident where its page was received. None of it changes what is looked after. */
export type Deed = 'acknowledge' | 'unacknowledge' | 'escalate' | 'resolve' | 'reopen' | 'note';

/** What happened without the database, and does not fit what the database has come to meanwhile. */
export interface Untaken {
  /** `level/2`: that level was paged. */
  readonly what: 'acknowledged' | 'resolved' | 'escalated' | 'other' | `level/${number}`;
  readonly why: string;
  /** Who did it, when it was a person. */
  readonly by?: string;
}

/**
 * `ladder`: the next page falls due. `silence`: one begins or ends. `snooze`: it is over. `room`: the channel of a resolved
 * incident is archived. `approval/<fix>`: a decision does. `review/<fix>`: a review does. `step/<step>`: the step is overdue.
 */
export type Timer =
  | 'ladder'
  | 'silence'
  | 'snooze'
  | 'room'
  | `approval/${string}`
  | `review/${string}`
  | `step/${string}`;

/** When, by whom (a user id, `cli:name`, `at:service/name`, or `paksa`), and what. */
export type Happening = {
  readonly at: number;
  readonly actor: string;
  /** What silences it, now or later, where it could not be known: of a resolved one that is not looked up. */
  readonly silences?: readonly Period[];
} & IncidentEvent;

export type Effect =
  | ({ readonly do: 'preview' } & AttemptRef)
  | ({ readonly do: 'run' } & AttemptRef)
  | ({ readonly do: 'undo' } & AttemptRef)
  | ({ readonly do: 'verify' } & AttemptRef)
  | ({ readonly do: 'look' } & StepRef)
  | { readonly do: 'page'; readonly page: PageRef }
  /** It was answered: the services that were paged stop calling people. */
  | { readonly do: 'quiet' }
  /** Its own channel is brought up to date. */
  | { readonly do: 'room' }
  | { readonly do: 'set-timer'; readonly timer: Timer; readonly due: number }
  /** The whole topic is looked at, because of alerts. */
  | { readonly do: 'diagnose'; readonly by: AlertSource }
  /** For the timeline: what the ladder did, and why; how far the procedure has come; what a look made of the alerts. */
  | { readonly do: 'tell'; readonly text: LadderNews | SilenceNews | ProcedureNews | AlertNews | GlassNews };

/** What Paksa saw when it looked because of alerts. */
export interface AlertNews {
  /** `unseen`: they fire, and no check sees a problem. The others: none fires, and it is over, or what is left. */
  readonly news: 'alerts-unseen' | 'alerts-over' | 'alerts-problem-left' | 'alerts-unknown-left';
  readonly by: AlertSource;
}

/** One person has decided alone; or nobody has reviewed that yet. */
export interface GlassNews {
  readonly news: 'glass-broken' | 'review-owed';
  /** Of the fix. */
  readonly title: string;
  readonly by: string;
  readonly reason: string;
}

export type LadderNews =
  | {
      readonly news: 'climbed';
      readonly level: number;
      readonly attempt: number;
      readonly why: string;
      readonly passedOver: readonly number[];
    }
  | { readonly news: 'exhausted'; readonly why: string; readonly passedOver: readonly number[] };

/** Instants are epoch milliseconds. */
export type SilenceNews =
  /** The ladder has stopped. `by`: who made the silence; absent of a maintenance window. */
  | { readonly news: 'silenced'; readonly until: number; readonly reason: string; readonly by?: string }
  /** More people would have been called. */
  | { readonly news: 'kept-quiet'; readonly why: string; readonly until: number }
  /** `nextAt`: when the ladder goes on; absent where it has already. */
  | { readonly news: 'silence-over'; readonly isEarly: boolean; readonly nextAt?: number };

interface StepNews {
  readonly title: string;
  /** Which step it is, from 1, and of how many. */
  readonly number: number;
  readonly of: number;
}

export type ProcedureNews =
  | ({ readonly news: 'step-begun' } & StepNews)
  | ({
      readonly news: 'step-ended';
      readonly state: 'done' | 'failed' | 'skipped';
      readonly by: string;
      readonly tookMs: number;
      readonly note?: string;
      readonly findings?: readonly StepFinding[];
    } & StepNews)
  | {
      readonly news: 'procedure-ended';
      readonly title: string;
      readonly how: 'finished' | 'stopped';
      readonly tookMs: number;
      readonly why?: string;
    };

export const PAKSA = 'paksa';
