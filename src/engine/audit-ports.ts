/** What the engine needs of the audit log, which the database writes by itself. */
import type { AuditEntry } from '../incident/audit-entry.ts';

/** An entry as it was sealed. */
export interface SealedEntry {
  /** From 1, without a gap. */
  readonly seq: number;
  /** The entry as JSON, exactly as it was sealed. */
  readonly body: string;
  /** The hash of the entry before; empty for the first one. */
  readonly previous: string;
  /** SHA-256, in hex, of `previous`, a newline, and `body`. */
  readonly hash: string;
}

/** All of it has to be so. */
export interface AuditSearch {
  readonly incident?: string | undefined;
  /** A user's id, or `cli:name`. */
  readonly actor?: string | undefined;
  /** Each somewhere in the entry, whatever its case. */
  readonly words: readonly string[];
}

export interface AuditLog {
  /** In their order. */
  after(seq: number, most: number): Promise<readonly SealedEntry[]>;
  /** Newest first. */
  latest(search: AuditSearch, most: number): Promise<readonly AuditEntry[]>;
  /** What the incidents' logs hold, and no entry says in the same way. */
  strays(most: number): Promise<readonly { readonly incident: string; readonly version: number }[]>;
  /** Whether Paksa's own role could change the log all the same: it owns it, or is a superuser. */
  isOwn(): Promise<boolean>;
}
