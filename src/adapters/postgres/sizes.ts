/** SQL that asks for the size of a table without waiting for whoever has it locked. */

/**
 * PostgreSQL opens a table to measure it, and waits for an ACCESS EXCLUSIVE lock to go. Of such a table, the size at its
 * last VACUUM or ANALYZE has to do. `c` is a row of pg_class.
 */
export const sizeOf = (measure: 'pg_relation_size' | 'pg_total_relation_size'): string => `
  CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock'
                       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
       THEN c.relpages::float8 * current_setting('block_size')::int
       ELSE ${measure}(c.oid)::float8 END`;

/** Rows of the table `c`, by its last VACUUM or ANALYZE, else by what has been counted as written, in `s`. */
export const ROWS = `CASE WHEN c.reltuples > 0 THEN c.reltuples::float8 ELSE coalesce(s.n_live_tup, 0)::float8 END`;

/** Schemas that are neither PostgreSQL's nor Paksa's. `n` is a row of pg_namespace. */
export const USERS_SCHEMA = `
  (n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'paksa_kept')`;
