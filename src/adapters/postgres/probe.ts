/** What Paksa asks of the system's database. Each question is a file of its own. */
import { listSessions } from './activity.ts';
import { verifyIndexes } from './amcheck.ts';
import type { Postgres } from './connect.ts';
import { countRows, countUsersOf, listDatabases, listLoginRoles } from './databases.ts';
import { listForeignKeys } from './foreign-keys.ts';
import { readHeldRole, tryPassword } from './held-role.ts';
import { proposeIndexes } from './index-proposals.ts';
import { listInvalidIndexes } from './invalid-indexes.ts';
import { keepsTotals } from './invoice-repair.ts';
import { readInvoiceTotals } from './invoices.ts';
import type { PostgresProbe, ReadLogin } from './port.ts';
import { listPresentIndexes } from './present-indexes.ts';
import { countConnections, ping, readStanding } from './standing.ts';
import { listStatements } from './statements.ts';
import { listTables } from './table-health.ts';

/** `readLogin`: of a secret, where roles have theirs in one. */
export const createPostgresProbe = (db: Postgres, readLogin: ReadLogin): PostgresProbe => ({
  login: (signal) => db.login(signal),
  ping: (signal) => ping(db, signal),
  connections: (signal) => countConnections(db, signal),
  standing: (signal) => readStanding(db, signal),
  sessions: (signal) => listSessions(db, signal),
  statements: (limit, leastCalls, signal) => listStatements(db, limit, leastCalls, signal),
  missingIndexes: (signal) => proposeIndexes(db, signal),
  presentIndexes: (indexes, signal) => listPresentIndexes(db, indexes, signal),
  invalidIndexes: (signal) => listInvalidIndexes(db, signal),
  tables: (signal) => listTables(db, signal),
  invoiceTotals: (signal) => readInvoiceTotals(db, signal),
  invoiceTotalsIn: (database, signal) => readInvoiceTotals(db, signal, database),
  keepsTotals: (label, signal) => keepsTotals(db, label, signal),
  foreignKeys: (signal) => listForeignKeys(db, signal),
  foreignKeysIn: (database, signal) => listForeignKeys(db, signal, database),
  verifyIndexes: (signal) => verifyIndexes(db, signal),
  databases: (signal) => listDatabases(db, signal),
  rowCounts: (database, signal) => countRows(db, database, signal),
  heldRole: (secret, signal) => readHeldRole(db, readLogin, secret, signal),
  tryPassword: (secret, signal) => tryPassword(db, readLogin, secret, signal),
  loginRoles: (signal) => listLoginRoles(db, signal),
  usersOf: (table, signal) => countUsersOf(db, table, signal),
});
