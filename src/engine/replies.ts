/** What people answer where a page was received, and where that is kept until it is worked on. */
import type { Deed } from '../incident/event.ts';
import type { IncidentStatus } from '../incident/incident.ts';
import type { PageDelivery } from './ports.ts';

/** Which page is answered. */
export type Answered =
  /** By the key that the provider was given with it. `known`: its own name for it, under which later replies may come. */
  | { readonly key: string; readonly known?: string }
  | { readonly known: string }
  /** Any that went to one of these users by one of these pagers: of this incident, or else the latest. */
  | { readonly users: readonly string[]; readonly pagers: readonly string[]; readonly incident?: string };

export interface Reply {
  /** Its name in paksa.yaml. */
  readonly pager: string;
  readonly of: Answered;
  /** Absent: nothing was done, and only the provider's name for the page is learnt. */
  readonly deed?: Deed;
  /** As the log names them (`at:PagerDuty/Dana`); absent for whoever was paged. */
  readonly actor?: string;
  /** The service did it by itself: its time ran out, or it was told to by a machine. */
  readonly byItself?: true;
  /** By what means, such as `SMS`. */
  readonly via?: string;
  /** A note's. */
  readonly text?: string;
  /** When it was given, by the clock of where it was, epoch milliseconds; absent where replies cannot overtake each other. */
  readonly at?: number;
}

/** A delivery, and how its incident stands. */
export interface AnsweredPage {
  readonly delivery: PageDelivery;
  readonly incident: string;
  readonly status: IncidentStatus;
}

export interface Replies {
  /** Keeps it and owes the work on it, so much later, in one commit. False when it was there already. */
  keep(id: string, reply: Reply, afterMs?: number): Promise<boolean>;
  /** What is kept and not yet worked on. */
  open(id: string): Promise<Reply | undefined>;
  close(id: string): Promise<void>;
  /** The pages that may be meant, the latest first; of several, all but the first are further incidents. */
  answered(pager: string, of: Answered): Promise<readonly AnsweredPage[]>;
  /** The provider's own name for it. */
  learn(delivery: string, known: string): Promise<void>;
  /** Notes when the latest reply was given. False for one that a later one has overtaken. */
  hear(delivery: string, at: number): Promise<boolean>;
}

/** What came of it. */
export type ReplyOutcome =
  | {
      readonly outcome: 'done';
      readonly deed: Deed;
      readonly incident: string;
      readonly others: readonly string[];
    }
  | { readonly outcome: 'refused'; readonly deed: Deed; readonly incident: string; readonly why: string }
  /** No page is known so; or it had been done, and was sent again. */
  | { readonly outcome: 'unknown' | 'again' }
  /** It is worked on in a moment. */
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'not-kept' };

/** A request as it came in. */
export interface RawReply {
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** With its question mark; empty without a query. */
  readonly search: string;
}

export type ReadReply =
  /** 401 says nothing to whoever sent it: `why` is for the log. */
  | { readonly refused: 400 | 401; readonly why: string }
  /** Authentic, and nothing for Paksa. `answer`: TwiML. */
  | { readonly ignored: string; readonly answer?: string }
  /** `id`: the same however often it is delivered. `say`: TwiML, where a person waits to hear what came of it. */
  | { readonly id: string; readonly reply: Reply; readonly say?: (outcome: ReplyOutcome) => string };

/** How a provider tells Paksa of a reply. */
export interface ReplySource {
  /** Whether it is authentic is asked before anything is read. */
  read(request: RawReply): ReadReply;
}
