/** The slowest statements, from pg_stat_statements: present or not, old or new, in whichever schema it was put. */
import pg from 'pg';
import type { Postgres, Query } from './connect.ts';
import { howToCreate, schemaOf } from './extension.ts';
import { tidyQuery } from './literals.ts';
import { requireStatistics } from './permission.ts';
import type { Statement, Statements } from './port.ts';
import { MARK } from './query.ts';

const EXTENSION = 'pg_stat_statements';
const QUERY_LENGTH = 500;
const MOST = 100;

export type Source =
  | {
      readonly available: true;
      /** Quoted. */
      readonly schema: string;
      /** The columns of mean and total time: PostgreSQL 13 renamed them (extension 1.8). */
      readonly mean: string;
      readonly total: string;
      /** Whether it says since when it counts (extension 1.9). */
      readonly dated: boolean;
    }
  | { readonly available: false; readonly enable: string };

/** This database's statements, but Paksa's own. To go behind FROM, with the view as `s`. */
export const statementsOf = (schema: string): string =>
  `${schema}.pg_stat_statements s
   WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND strpos(s.query, '${MARK}') = 0`;

/** Whether it says something else than the text of statements that other roles ran. */
export async function hidesStatements(query: Query, schema: string): Promise<boolean> {
  const [row] = await query<{ hidden: boolean }>(
    `SELECT EXISTS (SELECT FROM ${statementsOf(schema)} AND s.queryid IS NULL
       AND s.query = '<insufficient privilege>') AS hidden`,
  );
  return row?.hidden ?? true;
}

export async function findStatements(query: Query): Promise<Source> {
  const [loaded] = await query<{ track: string | null }>(
    `SELECT (SELECT setting FROM pg_settings WHERE name = 'pg_stat_statements.track') AS track`,
  );
  const schema = await schemaOf(query, EXTENSION);
  const track = loaded?.track ?? null;
  if (track === null) return { available: false, enable: await howToPreload(query, schema !== undefined) };
  if (schema === undefined) return { available: false, enable: await howToCreate(query, EXTENSION) };
  if (track === 'none')
    return {
      available: false,
      enable: `run ALTER SYSTEM SET pg_stat_statements.track = 'top'; SELECT pg_reload_conf(); (no restart)`,
    };
  if (await lacksIdentifiers(query))
    return {
      available: false,
      enable: `run ALTER SYSTEM SET compute_query_id = 'auto'; SELECT pg_reload_conf(); (no restart)`,
    };
  const columns = await query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute a
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
    [`${schema}.pg_stat_statements`],
  );
  const [info] = await query<{ dated: boolean }>('SELECT to_regclass($1) IS NOT NULL AS dated', [
    `${schema}.pg_stat_statements_info`,
  ]);
  const renamed = columns.some(({ name }) => name === 'mean_exec_time');
  return {
    available: true,
    schema,
    mean: renamed ? 'mean_exec_time' : 'mean_time',
    total: renamed ? 'total_exec_time' : 'total_time',
    dated: info?.dated ?? false,
  };
}

/**
 * Switched off (since PostgreSQL 14), nothing is counted any more, unless another library works the identifiers out: then
 * Paksa's own statement has one. Before, the library does so itself.
 */
async function lacksIdentifiers(query: Query): Promise<boolean> {
  const [row] = await query<{ lacks: boolean }>(
    `SELECT current_setting('compute_query_id', true) = 'off' AND to_jsonb(a)->>'query_id' IS NULL AS lacks
       FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()`,
  );
  return row?.lacks ?? false;
}

/**
 * Each library as an item of its own: ALTER SYSTEM takes one text with commas in it for the name of one library, and the
 * server does not start any more.
 */
async function howToPreload(query: Query, created: boolean): Promise<string> {
  const [row] = await query<{ libraries: string | null }>(
    `SELECT (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS libraries`,
  );
  const create = created ? '' : `, then ${await howToCreate(query, EXTENSION)}`;
  if (row?.libraries === null || row?.libraries === undefined)
    return `add pg_stat_statements to shared_preload_libraries, restart PostgreSQL${create}`;
  const libraries = row.libraries.split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
  const list = [...libraries.filter((name) => name !== ''), EXTENSION].map(pg.escapeLiteral).join(', ');
  return `run ALTER SYSTEM SET shared_preload_libraries = ${list}; restart PostgreSQL${create}`;
}

interface Row {
  readonly counted: number;
  readonly whole: number;
  readonly query: string | null;
  readonly calls: number;
  readonly mean: number;
  readonly total: number;
  readonly rows: number;
}

export const listStatements = (
  db: Postgres,
  limit: number,
  leastCalls: number,
  signal: AbortSignal,
): Promise<Statements> =>
  db.read({ operation: 'read the slowest statements', signal }, async (query) => {
    const source = await findStatements(query);
    if (!source.available) return source;
    const { schema, mean, total } = source;
    requireStatistics(await hidesStatements(query, schema), 'read the slowest statements', db.where());
    const rows = await query<Row>(
      `WITH s AS (SELECT s.query, s.queryid, s.calls, s.${mean} AS mean, s.${total} AS total, s.rows
                    FROM ${statementsOf(schema)}),
            ranked AS (SELECT s.*, row_number() OVER (ORDER BY s.mean DESC, s.queryid) AS by_mean,
                              row_number() OVER (ORDER BY s.total DESC, s.queryid) AS by_total
                         FROM s WHERE s.calls >= $2)
       SELECT a.counted::float8, a.whole, left(r.query, 4000) AS query, r.calls::float8, r.mean, r.total, r.rows::float8
         FROM (SELECT count(*) AS counted, coalesce(sum(s.total), 0) AS whole FROM s) a
         LEFT JOIN ranked r ON r.by_mean <= $1 OR r.by_total <= $1
        ORDER BY r.mean DESC, r.queryid`,
      [Math.min(Math.max(limit, 1), MOST), leastCalls],
    );
    const [first] = rows;
    const since = source.dated ? await query<{ since: Date }>(sinceWhen(schema)) : [];
    return {
      available: true,
      statements: rows.flatMap(statementOf),
      counted: first?.counted ?? 0,
      totalMs: first?.whole ?? 0,
      ...(since[0] ? { since: since[0].since } : {}),
    };
  });

const sinceWhen = (schema: string) => `SELECT stats_reset AS since FROM ${schema}.pg_stat_statements_info`;

/** None, where the figures of all stand alone. */
const statementOf = ({ query, calls, mean, total, rows }: Row): Statement[] =>
  query === null
    ? []
    : [
        {
          // Utility statements keep their literals, a new password among them.
          query: tidyQuery(query, QUERY_LENGTH),
          calls,
          meanMs: mean,
          totalMs: total,
          rows,
        },
      ];
