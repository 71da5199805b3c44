/** Dead rows, stale statistics and bloat of the largest tables. */
import type { Postgres } from './connect.ts';
import type { TableHealth } from './port.ts';
import { ROWS, sizeOf, USERS_SCHEMA } from './sizes.ts';

const MOST = 200;

/**
 * Pages that the rows should need, from the average width of their columns: the estimate of ioguix' pgsql-bloat-estimation
 * and check_postgres. Without statistics of every column (`is_na` there), and for the type `name`, it says nothing.
 */
const NEEDED = `
  SELECT w.relid, w.relpages + w.toast_pages AS pages,
         ceil(w.reltuples * w.row_bytes * 100 / ((current_setting('block_size')::int - 24) * w.fillfactor))
           + ceil(w.toast_rows / 4) AS needed
    FROM (SELECT t.oid AS relid, t.relpages, t.reltuples,
                 coalesce(toast.relpages, 0) AS toast_pages, greatest(coalesce(toast.reltuples, 0), 0) AS toast_rows,
                 coalesce(substring(array_to_string(t.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::int, 100) AS fillfactor,
                 -- an item pointer, the header with its null bitmap, and the data, each rounded up to 8 bytes
                 4 + 8 * ceil((23 + CASE WHEN max(p.null_frac) > 0 THEN (7 + count(*)) / 8 ELSE 0 END) / 8.0)
                   + 8 * ceil(sum((1 - p.null_frac) * p.avg_width) / 8) AS row_bytes
            FROM pg_class t
            JOIN pg_namespace n ON n.oid = t.relnamespace
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_stats p ON p.schemaname = n.nspname AND p.tablename = t.relname
                                AND p.attname = a.attname AND NOT p.inherited
            LEFT JOIN pg_class toast ON toast.oid = t.reltoastrelid
           WHERE t.relkind = 'r' AND t.reltuples > 0
           GROUP BY t.oid, t.relpages, t.reltuples, toast.relpages, toast.reltuples, t.reloptions
          HAVING count(p.attname) = count(*) AND NOT bool_or(a.atttypid = 'name'::regtype)) w`;

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS "table", ${ROWS} AS live,
         s.n_dead_tup::float8 AS dead, ${sizeOf('pg_total_relation_size')} AS bytes,
         s.n_mod_since_analyze::float8 AS modified,
         -- whoever may not read a table is not shown its statistics either
         (NOT has_table_privilege(c.oid, 'SELECT')
          OR EXISTS (SELECT FROM pg_stats p WHERE p.schemaname = n.nspname AND p.tablename = c.relname)) AS described,
         greatest(s.last_analyze, s.last_autoanalyze) AS analyzed,
         greatest(s.last_vacuum, s.last_autovacuum) AS vacuumed,
         coalesce(greatest(b.pages - b.needed, 0) * current_setting('block_size')::int, 0)::float8 AS bloat
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_stat_user_tables s ON s.relid = c.oid
    LEFT JOIN (${NEEDED}) b ON b.relid = c.oid
   WHERE c.relkind = 'r' AND ${USERS_SCHEMA}
   ORDER BY bytes DESC, schema, "table" LIMIT ${MOST}`;

interface Row {
  readonly schema: string;
  readonly table: string;
  readonly live: number;
  readonly dead: number;
  readonly bytes: number;
  readonly modified: number;
  readonly described: boolean;
  readonly analyzed: Date | null;
  readonly vacuumed: Date | null;
  readonly bloat: number;
}

export const listTables = (db: Postgres, signal: AbortSignal): Promise<readonly TableHealth[]> =>
  db.read({ operation: 'look at its tables', signal }, async (query) =>
    (await query<Row>(TABLES)).map((row) => ({
      schema: row.schema,
      table: row.table,
      liveRows: row.live,
      deadRows: row.dead,
      bytes: row.bytes,
      bloatBytes: Math.min(row.bloat, row.bytes),
      modifiedSinceAnalyze: row.modified,
      hasStatistics: row.described,
      ...(row.analyzed ? { lastAnalyze: row.analyzed } : {}),
      ...(row.vacuumed ? { lastVacuum: row.vacuumed } : {}),
    })),
  );
