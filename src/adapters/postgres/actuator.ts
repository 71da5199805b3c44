/** What Paksa changes in the system's database, once it was approved. */
import { analyze } from './analyze.ts';
import { createIndex, dropIndex } from './build-index.ts';
import type { Postgres } from './connect.ts';
import { validateForeignKeys } from './foreign-keys.ts';
import { repairTotals, restoreTotals } from './invoice-repair.ts';
import type { PostgresActuator } from './port.ts';
import { setReadOnly } from './read-only.ts';
import { terminate, terminateAll } from './terminate.ts';

export const createPostgresActuator = (db: Postgres): PostgresActuator => ({
  createIndex: (proposal, signal) => createIndex(db, proposal, signal),
  dropIndex: (index, signal) => dropIndex(db, index, signal),
  analyze: (tables, signal) => analyze(db, tables, signal),
  terminate: (sessions, signal) => terminate(db, sessions, signal),
  repairTotals: (label, signal) => repairTotals(db, label, signal),
  restoreTotals: (label, signal) => restoreTotals(db, label, signal),
  validateForeignKeys: (signal) => validateForeignKeys(db, signal),
  setReadOnly: (readOnly, signal) => setReadOnly(db, readOnly, signal),
  terminateAll: (signal) => terminateAll(db, signal),
});
