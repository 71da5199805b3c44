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

/** Bytes of a row of the table `c`, as the planner guesses them without statistics: 32 where a column has no fixed width. */
const GUESSED_WIDTH = `
  (28 + coalesce((SELECT sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 32 END) FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), 0))`;

/** By so much the size may speak against what has been counted, before that is taken for the few rows since a reset. */
const FACTOR = 20;

/**
 * Rows of the table `c`, by its last VACUUM or ANALYZE, else by what has been counted as written, in `s`. Neither is known
 * after a pg_upgrade (to 17 or older) or of a table whose counters a crash reset: then by its size. Without a VACUUM,
 * reltuples is -1 since PostgreSQL 14; before, 0 as of an empty table.
 */
export const ROWS = `
  CASE WHEN c.reltuples > 0 THEN c.reltuples::float8
       WHEN (c.reltuples < 0 OR c.relpages = 0)
            AND ${sizeOf('pg_relation_size')} / ${GUESSED_WIDTH} > coalesce(s.n_live_tup + s.n_dead_tup, 0) * ${FACTOR}
       THEN floor(${sizeOf('pg_relation_size')} / ${GUESSED_WIDTH})
       ELSE coalesce(s.n_live_tup, 0)::float8 END`;

/** Schemas that are neither PostgreSQL's nor Paksa's. `n` is a row of pg_namespace. */
export const USERS_SCHEMA = `
  (n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'paksa_kept')`;
