/** Dumps of the database in a folder, and restoring one into a second database beside the first. */

export interface BackupSettings {
  /** Absolute path of a folder of `pg_dump` files: custom format (`.dump`) or plain SQL (`.sql`). */
  readonly directory: string;
  /** Absolute paths of the programs. */
  readonly pgRestore: string;
  readonly psql: string;
}

export interface Backup {
  /** The file's name within the folder. */
  readonly name: string;
  readonly madeAt: Date;
  readonly sizeBytes: number;
}

export interface BackupProbe {
  /** The newest first. @throws AdapterError not-configured, not-found (no such folder), forbidden */
  list(signal: AbortSignal): Promise<readonly Backup[]>;
}

export interface BackupActuator {
  /** Creates the database `into` beside the configured one and restores a backup into it; that name must be free. Once. @throws AdapterError */
  restore(backup: string, into: string, signal: AbortSignal): Promise<void>;
  /** Drops a database that `restore` made, and no other. @throws AdapterError */
  drop(database: string, signal: AbortSignal): Promise<void>;
}
