/** Indexes that a CREATE INDEX CONCURRENTLY left behind: kept up to date by every write, and used by nobody. */
import type { Postgres, Query } from './connect.ts';
import type { InvalidIndex } from './port.ts';
import { USERS_SCHEMA } from './sizes.ts';

/** PostgreSQL 12 says what is being built; before, a lock of this mode is as much as can be seen. */
const PROGRESS_SINCE = 120_000;

/**
 * Whether a session builds the index `x` (of pg_index) at this moment. Where the role may not see which index a session is
 * at, it may be this one.
 */
export const beingBuilt = (version: number): string =>
  version >= PROGRESS_SINCE
    ? `EXISTS (SELECT FROM pg_stat_progress_create_index b
        WHERE b.datname = current_database()
          AND (b.relid IS NULL OR (b.relid = x.indrelid AND b.index_relid IN (x.indexrelid, 0))))`
    : `EXISTS (SELECT FROM pg_locks l WHERE l.relation = x.indrelid AND l.mode = 'ShareUpdateExclusiveLock')`;

export async function serverVersion(query: Query): Promise<number> {
  const [row] = await query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  return row?.version ?? 0;
}

export const listInvalidIndexes = (db: Postgres, signal: AbortSignal): Promise<readonly InvalidIndex[]> =>
  db.read({ operation: 'look for invalid indexes', signal }, async (query) =>
    query<{ schema: string; name: string; table: string; inProgress: boolean }>(`
      SELECT n.nspname AS schema, i.relname AS name, c.relname AS "table",
             ${beingBuilt(await serverVersion(query))} AS "inProgress"
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = i.relnamespace
       WHERE NOT x.indisvalid AND i.relkind = 'i' AND ${USERS_SCHEMA}
       ORDER BY 1, 2 LIMIT 200`),
  );
