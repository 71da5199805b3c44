/** A fix: shows what it would change, acts once, is verified, and can be taken back, or says why it cannot. */
import type { Service, Target } from './target.ts';
import type { CheckContext, FixContext } from './tools.ts';

export type Risk = 'low' | 'medium' | 'high';

/** What a fix changes of an environment. Where the service itself goes on, what in it: `schema` are its indexes, keys and revisions. */
export type Part = Service | 'certificate' | 'schema' | 'rows' | 'sessions' | 'restored copy';

export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** How much of what cannot be shrugged off: what is not counted is left out. */
export interface Extent {
  /** Rows that are written. */
  readonly rows?: number;
  /** Keys of Redis that are dropped. */
  readonly keys?: number;
  /** Sessions of the database that are ended. */
  readonly sessions?: number;
  /** How many of the service's replicas are away at once, at most. */
  readonly replicas?: { readonly away: number; readonly of: number };
}

/** What a fix would do, in numbers, without having done any of it. */
export interface Preview {
  /** One line. */
  readonly summary: string;
  readonly changes: readonly Change[];
  /** What a person should know before approving: side effects, limits, time. */
  readonly notes: readonly string[];
  readonly extent?: Extent;
  /** What could not be looked at, and why: the risk is taken to be higher. */
  readonly unseen?: readonly string[];
  /** The state that was looked at, such as a certificate's serial. Approval holds only while a new preview says the same. */
  readonly boundTo: string;
}

/** JSON that `capture` leaves for `apply`: references, never secrets. */
export type UndoData = unknown;

export type Undo =
  | {
      readonly reversible: true;
      /** Says what taking it back does, for the button's confirmation. */
      readonly title: string;
      /** Runs before the fix acts. */
      readonly capture: (context: FixContext) => Promise<UndoData>;
      readonly apply: (context: FixContext, data: UndoData) => Promise<string>;
      /** Looks whether what was captured is back. */
      readonly isBack: (context: CheckContext, data: UndoData) => Promise<boolean>;
      /**
       * The state that an undo starts from, read after the fix and again before the undo: what differs is somebody else's
       * work. The preview's `boundTo` when unset, which will not do where there is nothing left to preview.
       */
      readonly startsFrom?: (context: CheckContext, data: UndoData) => Promise<string>;
    }
  | { readonly reversible: false; readonly why: string };

/** What is known of an attempt when it is looked at afterwards. */
export interface Trace {
  /** The `boundTo` that was approved. */
  readonly approved: string;
  /** Whether `run` came to its end; where it did not, nobody knows how far it got. */
  readonly finished: boolean;
}

export interface Fix {
  readonly title: string;
  readonly risk: Risk;
  /** Two fixes that change the same part of an environment never run at once, whichever incidents they are of. */
  readonly touches: readonly Part[];
  /** What the target lacks for this fix, such as `no cluster configured`; undefined when it can be used. */
  readonly unavailable: (target: Target) => string | undefined;
  /** Given probes alone: a preview cannot change anything. */
  readonly preview: (context: CheckContext) => Promise<Preview>;
  /** Acts once. Resolves with one line of what was done. */
  readonly run: (context: FixContext) => Promise<string>;
  readonly undo: Undo;
  /** Ids of the runbook's checks that must be healthy afterwards. */
  readonly verifiedBy: readonly string[];
  /** Whether it has acted at all, where its checks may have been healthy before: they alone would call nothing a success. */
  readonly hasActed?: (context: CheckContext, trace: Trace) => Promise<boolean>;
  /** Those of `verifiedBy` that this fix alone cannot make healthy on such a target: another one follows it. */
  readonly leaves: (target: Target) => readonly string[];
  /** Longest that `run` may take, in seconds. */
  readonly timeoutSeconds: number;
}

export type FixOptions = Omit<Fix, 'title' | 'unavailable' | 'leaves' | 'timeoutSeconds'> &
  Partial<Pick<Fix, 'unavailable' | 'leaves' | 'timeoutSeconds'>>;

export const fix = (title: string, options: FixOptions): Fix => ({
  unavailable: () => undefined,
  leaves: () => [],
  timeoutSeconds: 120,
  ...options,
  title,
});

export const irreversible = (why: string): Undo => ({ reversible: false, why });

/** An undo whose data is read back through `parse`, because it comes out of a database. */
export const undoWith = <Data>(options: {
  title: string;
  capture: (context: FixContext) => Promise<Data>;
  parse: (data: unknown) => Data;
  apply: (context: FixContext, data: Data) => Promise<string>;
  isBack: (context: CheckContext, data: Data) => Promise<boolean>;
  startsFrom?: (context: CheckContext, data: Data) => Promise<string>;
}): Undo => {
  const { parse, startsFrom } = options;
  return {
    reversible: true,
    title: options.title,
    capture: options.capture,
    apply: (context, data) => options.apply(context, parse(data)),
    isBack: (context, data) => options.isBack(context, parse(data)),
    ...(startsFrom ? { startsFrom: (context, data) => startsFrom(context, parse(data)) } : {}),
  };
};
