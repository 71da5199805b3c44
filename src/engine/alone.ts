/**
 * What a replica goes by while the database is away (ADR 17): the picture of what the database last said, and the entries of
 * what has happened since. Both are plain data that survive the process on disk.
 */
import type { Effect, Happening } from '../incident/event.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import type {
  HeldMessage,
  KeptTry,
  PageDelivery,
  Receipt,
  RecordedOverride,
  Reply,
  RoutedAlert,
} from './ports.ts';
import type { RecordedSilence } from './recorded-silence.ts';

/** An incident as the database last had it, and what belongs to it. */
export interface Pictured {
  readonly incident: Incident;
  /** Where its card stands in Slack. */
  readonly card?: { readonly channel: string; readonly ts: string };
  /** Pages that were decided on and of which nothing was known. */
  readonly owed: readonly PageRef[];
  readonly deliveries: readonly PageDelivery[];
  /** Whom pages of schedules are for, by the page's key. */
  readonly recipients: Readonly<Record<string, string>>;
  /** Known from a commit of this replica's own: the rest of it may be older. */
  readonly isHearsay?: true;
}

export interface Picture {
  readonly installation: string;
  /** The database's clock when it was taken, and this machine's; epoch milliseconds. */
  readonly at: number;
  readonly machineAt: number;
  /** The replicas that looked after the incidents then, this one among them, in an order that all of them see. */
  readonly replicas: readonly string[];
  /** Those of them that have been heard a moment ago, and have nothing left to take over. */
  readonly settled: readonly string[];
  /** Those that were not resolved. */
  readonly incidents: readonly Pictured[];
  /** In force then or later, in the order in which they were made. */
  readonly overrides: readonly RecordedOverride[];
  /** Likewise. */
  readonly silences: readonly RecordedSilence[];
}

/** A page as its pager delivers it, written down again at each step. */
export interface SpooledDelivery extends PageDelivery {
  readonly owedAt: number;
  readonly begunAt?: number;
}

export interface SpooledMessage {
  readonly key: string;
  readonly channel: string;
  readonly state: HeldMessage['state'];
  readonly ts?: string;
  readonly content?: string;
}

/** A line of the spool. Times are the database's clock as it was reckoned; epoch milliseconds. */
export type Entry =
  /** The first. `id` names the spool; `since`: when the database was last heard. */
  | { readonly entry: 'begun'; readonly id: string; readonly since: number }
  /** `step`: the ladder's before it happened. */
  | {
      readonly entry: 'happened';
      readonly incident: string;
      readonly step: number;
      readonly happening: Happening;
      readonly effects: readonly Effect[];
      readonly cause?: string;
    }
  | { readonly entry: 'delivery'; readonly delivery: SpooledDelivery }
  /** As it begins, and again with what came of it. */
  | { readonly entry: 'tried'; readonly tried: KeptTry }
  | { readonly entry: 'message'; readonly message: SpooledMessage }
  | { readonly entry: 'settled'; readonly page: string; readonly user: string }
  /** Another replica that is cut off as well has seen to this step's pages. */
  | { readonly entry: 'elsewhere'; readonly page: string }
  | { readonly entry: 'received'; readonly at: number; readonly receipt: Receipt }
  /** It was worked on from memory. */
  | { readonly entry: 'answered'; readonly receipt: string }
  /** An answer that came from where a page was received. */
  | { readonly entry: 'reply'; readonly id: string; readonly reply: Reply }
  | { readonly entry: 'alerts'; readonly alerts: readonly RoutedAlert[] };

export type EntryOf<Kind extends Entry['entry']> = Extract<Entry, { entry: Kind }>;

/** Takes the picture, from the one before: what has not changed since is not read again. */
export interface Picturing {
  /** `owes`: this replica has what the database does not know of yet, as the others hear. Rejects with a `DatabaseAway` when the database cannot be reached or does not answer in time. */
  take(owes: boolean, before?: Picture): Promise<Picture>;
  close(): Promise<void>;
}

/** Nothing can be asked of the database or written to it: it may be back later, and nobody did anything wrong. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
}

/** What other replicas have left of an incident in Slack, since the database was last heard. */
export interface SeenElsewhere {
  /** The version that the latest message of its thread tells of: somebody reaches the database. */
  readonly version: number;
  /** `level/attempt` of the steps whose pages a replica without the database has sent. */
  readonly claimed: ReadonlySet<string>;
  /** Somebody has answered, to a replica without the database. */
  readonly isStopped: boolean;
}

/** What is taken over into the database as it is: rows that say what has left the house, and what came in. */
export interface Imports {
  /** Before any event of theirs: whoever works on a page then finds it sent, or looks for it. */
  pages(rows: {
    readonly deliveries: readonly SpooledDelivery[];
    readonly tries: readonly KeptTry[];
    readonly messages: readonly SpooledMessage[];
    readonly recipients: readonly EntryOf<'settled'>[];
  }): Promise<void>;
  /** `isAnswered`: it was worked on from memory, and is only known from now on. */
  receipt(receipt: Receipt, isAnswered: boolean): Promise<void>;
}
