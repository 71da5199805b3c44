/** Stops an application from writing, and lets it again: the database's default, and an end to those who have the old one. */
import pg from 'pg';
import type { Postgres } from './connect.ts';
import { requireMayTerminateAll, terminateAll } from './terminate.ts';

const SETTING = 'default_transaction_read_only';

export async function setReadOnly(db: Postgres, readOnly: boolean, signal: AbortSignal): Promise<void> {
  // Half of it, a default that running sessions do not have, would look like protection.
  await requireMayTerminateAll(db, signal);
  const operation = readOnly ? 'make the database read-only' : 'make the database writable';
  await db.change({ operation, signal }, async (query) => {
    const database = pg.escapeIdentifier(db.where().database);
    await query(`ALTER DATABASE ${database} ${readOnly ? `SET ${SETTING} = on` : `RESET ${SETTING}`}`);
  });
  await terminateAll(db, signal);
}
