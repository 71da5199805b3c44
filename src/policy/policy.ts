/** What the configuration decides about people: the ladder's levels, and who approves. Plain data, copied into each incident. */

import type { AloneLimits } from './risk.ts';
import type { Grant } from './roles.ts';

/** Somebody, or some place, that Slack can reach. `id` is Slack's: U…, S… or C…. */
export interface Recipient {
  readonly kind: 'user' | 'usergroup' | 'channel';
  readonly id: string;
}

/** Who is to be paged. Of a schedule, `id` is its name: whoever is on call in it then. */
export type Responder = Recipient | { readonly kind: 'schedule'; readonly id: string };

/** Who may do something: also everybody whose confirmed e-mail address is of a domain. */
export type Grantee = Responder | { readonly kind: 'domain'; readonly id: string };

/** How a page names them. */
export const refOf = ({ kind, id }: Responder): string => `${kind}/${id}`;

export interface Level {
  readonly name: string;
  /** How long a page of this level may stay unanswered, in milliseconds. */
  readonly delayMs: number;
  /** How often the level is paged before the next one is, at least 1. */
  readonly repeats: number;
  readonly responders: readonly Responder[];
  /** By name, in the order in which they are tried; Slack alone when absent. */
  readonly pagers?: readonly string[];
}

/** The pager that is always there. */
export const SLACK = 'slack';

export const pagersOf = (level: Level | undefined): readonly string[] => level?.pagers ?? [SLACK];

export interface EscalationPolicy {
  /** How long an incident may stay open with nobody at it before level 1 is paged, in milliseconds. */
  readonly firstPageAfterMs: number;
  /** Level 1 first. */
  readonly levels: readonly Level[];
  /** After the last level: begin again at level 1, or stop and say so in the channel. */
  readonly afterLast: 'repeat' | 'stop';
}

export interface ApprovalPolicy {
  /** Users and user groups that approve, beside the levels already paged. */
  readonly approvers: readonly Responder[];
  /** How long a preview waits for a decision, in milliseconds. */
  readonly expiresMs: number;
  /** Whether who asked for a fix may approve it. */
  readonly selfApproval: boolean;
  /** What is of high risk takes two people, neither of them who asked for it; up to here, one decides. Always one when absent. */
  readonly twoPeople?: AloneLimits;
  /** Anybody on the ladder may decide alone, and says why; nobody when absent. How soon it is reviewed, in milliseconds. */
  readonly breakGlass?: { readonly reviewWithinMs: number };
}

/** Which incidents get a channel of their own, and what becomes of it. */
export interface RoomPolicy {
  /** Declared emergencies, or everything critical. */
  readonly for: 'emergencies' | 'critical';
  readonly isPrivate: boolean;
  /** How long after the incident is resolved it is archived, in milliseconds; it is left when absent. */
  readonly archiveAfterMs?: number;
}

export interface Policy {
  /** The ladder's name, where a rule chose it. */
  readonly ladder?: string;
  readonly escalation: EscalationPolicy;
  readonly approval: ApprovalPolicy;
  /** Everybody may look and ask, and the rest is as approvers and the ladder say, when absent. */
  readonly roles?: readonly Grant[];
  /** Nothing gets one when absent. */
  readonly rooms?: RoomPolicy;
}
