/** What people do with an incident beside its fixes: rest, hand over, open again, merge, note; and what its channel comes to. */
import type { Finding, Severity } from '../runbook/finding.ts';

/** The ladder rests until then, epoch milliseconds. */
export interface Snooze {
  readonly until: number;
  readonly by: string;
}

export interface HandOver {
  /** A Slack user. */
  readonly user: string;
  readonly by: string;
}

/** An incident that goes on in another one, as that one knows it. */
export interface MergedIncident {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  readonly fingerprint: string;
  /** What was last seen of it: checks, and alerts. */
  readonly findings: readonly Finding[];
}

export type LifeEvent =
  | { readonly type: 'snoozed'; readonly until: number }
  | { readonly type: 'reassigned'; readonly to: string }
  /** Without a reason where it was done at a service that was paged. */
  | { readonly type: 'reopened'; readonly reason?: string }
  | { readonly type: 'noted'; readonly text: string; readonly via?: string }
  /** Somebody has tried `what`, in words, and nothing came of it: why; absent where it is they who may not. */
  | { readonly type: 'refused'; readonly what: string; readonly why?: string }
  | { readonly type: 'merged'; readonly into: string }
  /** The other side of it: these go on here from now on. */
  | {
      readonly type: 'absorbed';
      readonly incidents: readonly MergedIncident[];
      readonly severity: Severity;
    }
  /** An incident that went on here was opened again. */
  | { readonly type: 'parted'; readonly incident: string }
  /** Something was seen of an incident that goes on here; `of`: its fingerprint. */
  | {
      readonly type: 'seen-elsewhere';
      readonly of: string;
      readonly findings: readonly Finding[];
      readonly severity: Severity;
    }
  | { readonly type: 'room-opened'; readonly number: number; readonly channel: string; readonly name: string }
  | { readonly type: 'room-failed'; readonly number: number; readonly reason: string }
  /** Who was invited, and who could not be. */
  | {
      readonly type: 'room-joined';
      readonly users: readonly string[];
      readonly leftOut: readonly { readonly user: string; readonly reason: string }[];
    };
