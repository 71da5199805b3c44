/** What Paksa changes in the system's database, once it was approved. */
import { analyze } from './analyze.ts';
import { createIndex, dropIndex } from './build-index.ts';
import type { Postgres } from './connect.ts';
import { validateForeignKeys } from './foreign-keys.ts';
import { setPassword } from './held-role.ts';
import { repairTotals, restoreTotals } from './invoice-repair.ts';
import type { PostgresActuator, ReadLogin } from './port.ts';
import { setReadOnly } from './read-only.ts';
import { terminate, terminateAll } from './terminate.ts';

/** `readLogin`: of a secret, where roles have theirs in one. */
export const createPostgresActuator = (db: Postgres, readLogin: ReadLogin): PostgresActuator => ({
  createIndex: (proposal, signal) => createIndex(db, proposal, signal),
  dropIndex: (index, signal) => dropIndex(db, index, signal),
  analyze: (tables, signal) => analyze(db, tables, signal),
  terminate: (sessions, signal) => terminate(db, sessions, signal),
  repairTotals: (label, signal) => repairTotals(db, label, signal),
  restoreTotals: (label, signal) => restoreTotals(db, label, signal),
  validateForeignKeys: (signal) => validateForeignKeys(db, signal),
  setReadOnly: (readOnly, signal) => setReadOnly(db, readOnly, signal),
  setPassword: (secret, signal) => setPassword(db, readLogin, secret, signal),
  terminateAll: (signal) => terminateAll(db, signal),
});
