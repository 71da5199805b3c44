/** What was found out about those whom a ladder names. What could not be looked at is unknown, with why; never well. */
import type { Override, Schedule, Span } from './schedule.ts';

export interface Unknown {
  readonly is: 'unknown';
  readonly why: string;
}

export type UserFact =
  | {
      readonly is: 'active' | 'guest';
      readonly timeZone: string;
      readonly quiet: Quiet;
    }
  | { readonly is: 'deactivated' | 'bot' | 'missing' }
  | Unknown;

/** Do-not-disturb: pages by Slack make no sound then. Of other people Slack tells the next time alone. */
export type Quiet =
  | { readonly is: 'never' }
  | ({ readonly is: 'next' } & Span)
  /** Worked out for a span. */
  | { readonly is: 'times'; readonly times: readonly Span[] }
  | Unknown;

export type GroupFact =
  | { readonly is: 'active'; readonly members: readonly string[] }
  | { readonly is: 'disabled' | 'missing' }
  | Unknown;

/** `open`: a public channel that Paksa is not in, to which it may post all the same. */
export type ChannelFact = { readonly is: 'joined' | 'open' | 'archived' | 'missing' } | Unknown;

/** `how`: what it answered to, such as `logged in`. */
export type PagerFact =
  | { readonly is: 'answering'; readonly how: string }
  | { readonly is: 'failing'; readonly why: string }
  | Unknown;

export type ContactWay = 'email' | 'phone';

export interface PagerTraits {
  /** What it needs of a person; it reaches nobody else then. */
  readonly needs?: ContactWay;
  readonly fact: PagerFact;
}

export interface Facts {
  readonly users: ReadonlyMap<string, UserFact>;
  readonly groups: ReadonlyMap<string, GroupFact>;
  readonly channels: ReadonlyMap<string, ChannelFact>;
  /** Beside Slack, by name. */
  readonly pagers: ReadonlyMap<string, PagerTraits>;
  /** By which ways paksa.yaml says that a user is reached. */
  readonly contacts: ReadonlyMap<string, readonly ContactWay[]>;
  readonly schedules: ReadonlyMap<
    string,
    { readonly schedule: Schedule; readonly overrides: readonly Override[] }
  >;
  /** Where a user group is mentioned, unless the incident's card stands elsewhere. */
  readonly channel?: string | undefined;
}

/** One of several ladders that an environment may have. */
export interface NamedLadder<Escalation> {
  readonly name: string;
  readonly escalation: Escalation;
}

const UNASKED: Unknown = { is: 'unknown', why: 'nobody has asked' };

export const userFact = ({ users }: Facts, id: string): UserFact => users.get(id) ?? UNASKED;
export const groupFact = ({ groups }: Facts, id: string): GroupFact => groups.get(id) ?? UNASKED;
export const channelFact = ({ channels }: Facts, id: string): ChannelFact => channels.get(id) ?? UNASKED;
