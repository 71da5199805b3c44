/**
 * What Paksa asks of the system's PostgreSQL (its own database is another matter, in src/store). Every probe runs in a
 * read-only transaction with a statement timeout. Query texts have their literals taken out.
 */
import type { DatabaseSecret } from '../kubernetes/port.ts';
import type { HeldRole, PasswordTrial } from './role-login.ts';

export type { HeldRole, PasswordTrial, ReadLogin, RoleLogin } from './role-login.ts';

/** Where the database is; the password is the adapter's alone. */
export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export type Login =
  | { readonly ok: true; readonly ms: number; readonly version: string; readonly user: string }
  | {
      readonly ok: false;
      /** The server's five characters, or Node's code where no server answered, such as `ECONNREFUSED`. */
      readonly code: string;
      readonly message: string;
    };

export interface Connections {
  readonly max: number;
  /** Of `max`, kept back for superusers. */
  readonly reserved: number;
  readonly used: number;
  /** Of `used`, Paksa's own: they count neither as active nor as idle, since nobody frees them. */
  readonly own: number;
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
  /** Of `used`, those whose state the role may not see: without pg_monitor, every other role's. */
  readonly hidden: number;
  /** The greediest first, at most ten, as `application (user) from address`. */
  readonly byClient: readonly {
    readonly client: string;
    readonly connections: number;
    /** Paksa's. */
    readonly own: boolean;
  }[];
}

export interface Standing {
  readonly version: string;
  readonly startedAt: Date;
  readonly inRecovery: boolean;
  /** Of a standby, how far it is behind, in seconds; absent while it has replayed no transaction yet. */
  readonly replayLagSeconds?: number;
  /** Whether new transactions are read-only unless they say otherwise. */
  readonly readOnlyByDefault: boolean;
  /** Where its log goes; `stderr` alone is what the log of its container or pod shows. */
  readonly logsTo: 'stderr' | 'files' | 'syslog';
  /** Absolute path on the server; absent where the role may not see it. */
  readonly dataDirectory?: string;
  /** Absolute paths of what lies elsewhere. */
  readonly tablespaces: readonly string[];
}

export interface Session {
  readonly pid: number;
  readonly backendStart: Date;
  readonly queryStart?: Date;
  readonly transactionStart?: Date;
  readonly state: string;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** Such as `client backend`, `walsender`, `autovacuum worker`. */
  readonly kind: string;
  readonly waitsFor?: string;
  /** Pids that hold what it waits for; 0 for a prepared transaction. */
  readonly blockedBy: readonly number[];
  /** At most 300 characters, literals taken out. */
  readonly query: string;
  /** Since the query began; since the transaction began when idle in it. */
  readonly seconds: number;
  /** One of Paksa's own, by the mark in its application name: such are never ended. */
  readonly own: boolean;
  /** Of another database of the server, which is another application's: such are never ended. */
  readonly elsewhere: boolean;
}

export type Statements =
  | {
      readonly available: true;
      /** The slowest by mean time first. */
      readonly statements: readonly Statement[];
      /** How many there are, and the time of all of them, those that are not among the above too. */
      readonly counted: number;
      readonly totalMs: number;
      readonly since?: Date;
    }
  | {
      readonly available: false;
      /** What to do about it, such as a setting to change and whether that takes a restart. */
      readonly enable: string;
    };

export interface Statement {
  /** Normalised: parameters in place of literals; at most 500 characters. */
  readonly query: string;
  readonly calls: number;
  readonly meanMs: number;
  readonly totalMs: number;
  readonly rows: number;
}

export interface IndexName {
  readonly schema: string;
  readonly name: string;
}

/** An index that is not there, and why it should be. */
export interface IndexProposal {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Complete, such as `CREATE INDEX CONCURRENTLY "idx_…" ON …`. */
  readonly ddl: string;
  /** What it was found by: the plan of a costly statement, a foreign key without an index, or the guide, which names one. */
  readonly basis: 'plan' | 'foreign-key' | 'guide';
  /** What speaks for it: a plan that reads the whole table, its cost and calls; or the guide. */
  readonly reason: string;
  readonly tableRows: number;
  readonly tableBytes: number;
}

export interface MissingIndexes {
  /** The best founded first: by plans of the costliest statements, by the guide, by foreign keys, the larger tables before. */
  readonly proposals: readonly IndexProposal[];
  /** Why the plans could not be looked at, and what to do about it, where they could not. */
  readonly unseen?: string;
}

export interface InvalidIndex {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** Whether a session is building it at this moment. */
  readonly inProgress: boolean;
}

export interface TableHealth {
  readonly schema: string;
  readonly table: string;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly bytes: number;
  /** Of `bytes`, estimated to hold nothing. */
  readonly bloatBytes: number;
  readonly modifiedSinceAnalyze: number;
  /** Whether the planner has statistics of it; they outlive a crash, after which nobody knows when they were made. */
  readonly hasStatistics: boolean;
  readonly lastAnalyze?: Date;
  readonly lastVacuum?: Date;
}

/** Invoices whose figures cannot be right. */
export interface InvoiceTotals {
  readonly invoices: number;
  /** `total_amount` below zero. */
  readonly negative: number;
  /** `total_amount` other than `subtotal + tax_amount`; null counts as other. */
  readonly mismatched: number;
  /** Mismatched ones that subtotal or tax leave undecidable, being null. */
  readonly undecidable: number;
  /** Ids with before and after, at most five. */
  readonly sample: readonly { readonly id: string; readonly before: string; readonly after: string }[];
  /** Negative ones that adding up would leave negative, undecidable ones among them. */
  readonly negativeAfter: number;
  /** All that would be negative once added up, those among them that are not now. */
  readonly negativeRepaired: number;
}

export interface ForeignKey {
  readonly name: string;
  /** With its schema where that is not `public`. */
  readonly table: string;
  readonly references: string;
  readonly validated: boolean;
  /** Rows that point at nothing; undefined when counting took too long. */
  readonly orphans?: number;
  /** Keys of such rows, at most five. */
  readonly sample: readonly string[];
}

export type IndexVerification =
  | {
      readonly available: true;
      /** Indexes looked at. */
      readonly indexes: number;
      /** `name: what is wrong`. */
      readonly broken: readonly string[];
      /** Those beyond the time allowed, and those that somebody had locked. */
      readonly unseen: number;
    }
  | { readonly available: false; readonly enable: string };

/** A role that can log in. */
export interface LoginRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly sessions: number;
  /** When its password ends, if it does. */
  readonly validUntil?: Date;
}

/** Every call: @throws AdapterError not-configured, unreachable, refused (with the SQLSTATE), forbidden (naming the privilege), timed-out */
export interface PostgresProbe {
  /** A connection of its own, closed at once. Never throws for what the server or the network answers. */
  login(signal: AbortSignal): Promise<Login>;
  /** `SELECT 1` on a pooled connection, in milliseconds. */
  ping(signal: AbortSignal): Promise<number>;
  connections(signal: AbortSignal): Promise<Connections>;
  standing(signal: AbortSignal): Promise<Standing>;
  /** All but idle client sessions that hold no transaction. This database's first, the longest of them first, at most 200. */
  sessions(signal: AbortSignal): Promise<readonly Session[]>;
  /** Of those called at least so often, up to `limit` by mean time, and as many by the time that they took in all. */
  statements(limit: number, leastCalls: number, signal: AbortSignal): Promise<Statements>;
  /** At most 500. There are no plans without pg_stat_statements, nor before PostgreSQL 12. */
  missingIndexes(signal: AbortSignal): Promise<MissingIndexes>;
  /** Of these indexes, those that there are, finished or not. */
  presentIndexes(indexes: readonly IndexName[], signal: AbortSignal): Promise<readonly IndexName[]>;
  invalidIndexes(signal: AbortSignal): Promise<readonly InvalidIndex[]>;
  /** The largest first, at most 200. */
  tables(signal: AbortSignal): Promise<readonly TableHealth[]>;
  /** @throws AdapterError not-found when there is no table `invoices` with these columns */
  invoiceTotals(signal: AbortSignal): Promise<InvoiceTotals>;
  /** Those of another database of the server. */
  invoiceTotalsIn(database: string, signal: AbortSignal): Promise<InvoiceTotals>;
  /** Whether `repairTotals` keeps old figures under this label, which are put back and let go of in one transaction. */
  keepsTotals(label: string, signal: AbortSignal): Promise<boolean>;
  foreignKeys(signal: AbortSignal): Promise<readonly ForeignKey[]>;
  /** Those of another database of the server. */
  foreignKeysIn(database: string, signal: AbortSignal): Promise<readonly ForeignKey[]>;
  verifyIndexes(signal: AbortSignal): Promise<IndexVerification>;
  /** Databases of the server that are not templates. */
  databases(signal: AbortSignal): Promise<readonly string[]>;
  /** Exact rows of each table of a database beside the configured one, or of that one itself. */
  rowCounts(database: string, signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  loginRoles(signal: AbortSignal): Promise<readonly LoginRole[]>;
  /**
   * @throws AdapterError not-found when this server has no such role or database, refused when Paksa itself logs in with it,
   * forbidden naming what Paksa's role needs to give it a password; and what reading the secret throws
   */
  heldRole(secret: DatabaseSecret, signal: AbortSignal): Promise<HeldRole>;
  /** Logs in with what a secret holds, and leaves at once. Throws for the secret only, never for what the server answers. */
  tryPassword(secret: DatabaseSecret, signal: AbortSignal): Promise<PasswordTrial>;
  /** The locks, by table, that other sessions hold in a mode which conflicts with ACCESS EXCLUSIVE: everyone using it. */
  usersOf(table: string, signal: AbortSignal): Promise<number>;
}

/** A session as it was previewed: a pid alone may be somebody else's by now. */
export interface SessionRef {
  readonly pid: number;
  readonly backendStart: Date;
  /** When its statement began, where it had begun one: a session that has gone on to another is another matter. */
  readonly queryStart?: Date;
}

/** Every call acts once. @throws AdapterError as a probe does */
export interface PostgresActuator {
  /** Drops an invalid leftover of the same name first. Removes what an interrupted build leaves behind. */
  createIndex(proposal: IndexProposal, signal: AbortSignal): Promise<void>;
  /** DROP INDEX CONCURRENTLY. */
  dropIndex(index: IndexName, signal: AbortSignal): Promise<void>;
  analyze(
    tables: readonly { readonly schema: string; readonly table: string }[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Only those of this database whose pid and starts still agree; never Paksa's own. Resolves with how many ended. */
  terminate(sessions: readonly SessionRef[], signal: AbortSignal): Promise<number>;
  /**
   * Sets `total_amount = subtotal + tax_amount` where it differs, in one transaction that also keeps the old figures in
   * the table `paksa_kept.<label>`. Resolves with how many rows changed.
   */
  repairTotals(label: string, signal: AbortSignal): Promise<number>;
  /** Puts the kept figures back where nobody has changed the row since, and drops the kept table. Resolves with how many. */
  restoreTotals(label: string, signal: AbortSignal): Promise<number>;
  /** ALTER TABLE … VALIDATE CONSTRAINT of the constraints that are not validated and have no orphans. Resolves with their names. */
  validateForeignKeys(signal: AbortSignal): Promise<readonly string[]>;
  /** New transactions of the database become read-only, or not; running sessions are ended, so that it holds for all. */
  setReadOnly(readOnly: boolean, signal: AbortSignal): Promise<void>;
  /** Gives the role of a secret the password that it holds: as often as one likes. @throws AdapterError as `heldRole` does */
  setPassword(secret: DatabaseSecret, signal: AbortSignal): Promise<void>;
  /** Ends every client session of the database but Paksa's own. Resolves with how many. */
  terminateAll(signal: AbortSignal): Promise<number>;
}
