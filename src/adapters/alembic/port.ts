/** Alembic inside a container, a pod, or on this host: where the database stands, and where the code wants it. */
import type { Place } from '../exec/port.ts';

export interface AlembicSettings {
  readonly place: Place;
  /** Arguments that start alembic, such as `['alembic']` or `['python3', '-m', 'alembic']`. */
  readonly program: readonly [string, ...string[]];
  /** Absolute path of alembic.ini, as seen in its place. */
  readonly config: string;
}

export interface Revision {
  readonly id: string;
  /** What it builds on; several for a merge, none for the first. */
  readonly parents: readonly string[];
  readonly message: string;
  readonly isHead: boolean;
  /** The file that holds it, as seen in its place, where alembic says. */
  readonly file?: string;
}

export interface Migrations {
  /** What `alembic_version` holds; empty for a database that was never migrated. */
  readonly current: readonly string[];
  /** The code's newest revisions; more than one is a conflict. */
  readonly heads: readonly string[];
  /** All of the code's, newest first. */
  readonly revisions: readonly Revision[];
}

export interface AlembicProbe {
  /** Reads the scripts and the database. Revisions in `current` that the code does not have are in it all the same. @throws AdapterError not-configured, unreachable, not-found, failed (with alembic's words) */
  migrations(signal: AbortSignal): Promise<Migrations>;
  /** The SQL that going back one revision from where the database is would run (`--sql`). @throws AdapterError */
  downgradeSql(signal: AbortSignal): Promise<string>;
}

export interface AlembicActuator {
  /** `alembic merge heads`; resolves with the new revision and its file. Once. @throws AdapterError */
  mergeHeads(message: string, signal: AbortSignal): Promise<{ readonly id: string; readonly file: string }>;
  /** Removes a merge that was made, if the database does not stand on it. @throws AdapterError */
  removeRevision(file: string, signal: AbortSignal): Promise<void>;
  /** Takes the database to this revision, `heads`, or `-1`. Once. @throws AdapterError with alembic's words */
  upgrade(revision: string, signal: AbortSignal): Promise<void>;
  downgrade(revision: string, signal: AbortSignal): Promise<void>;
}
