/** Who does what at this moment, and who waits for whom. */
import type { Postgres } from './connect.ts';
import { tidyQuery } from './literals.ts';
import { requireStatistics } from './permission.ts';
import type { Session } from './port.ts';

const MOST = 200;
const QUERY_LENGTH = 300;

/** A condition on pg_stat_activity as `a`; its two parameters are `ownSessions`. */
export const ownSession = (names: string, pids: string): string =>
  `(coalesce(a.application_name, '') = ANY(${names}::text[]) OR a.pid = ANY(${pids}::int[]))`;

export const ownSessions = (db: Postgres): [readonly string[], readonly number[]] => [
  db.ownNames(),
  db.ownPids(),
];

/** What PostgreSQL shows of a session to a role that is neither its own nor in pg_read_all_stats. */
export const HIDDEN = `(a.usesysid IS NOT NULL AND a.datid IS NOT NULL AND a.backend_start IS NULL)`;

interface Row {
  readonly pid: number;
  readonly backend_start: Date;
  readonly query_start: Date | null;
  readonly xact_start: Date | null;
  readonly state: string;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly kind: string;
  readonly waits_for: string | null;
  readonly blocked_by: readonly number[];
  readonly query: string;
  readonly seconds: number;
  readonly own: boolean;
  readonly elsewhere: boolean;
}

/**
 * pg_blocking_pids takes the lock manager's own locks, so it is asked for those alone that wait for one. How much of a
 * query the server keeps is its setting (track_activity_query_size); no more than this is fetched.
 */
const SESSIONS = `
  SELECT a.pid, a.backend_start, a.query_start, a.xact_start, a.state,
         coalesce(a.usename, '') AS "user", coalesce(a.datname, '') AS database,
         coalesce(a.application_name, '') AS application, a.backend_type AS kind,
         CASE WHEN a.state = 'active' AND a.wait_event_type <> 'Activity'
              THEN a.wait_event_type || ': ' || a.wait_event END AS waits_for,
         CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blocked_by,
         left(a.query, 4000) AS query,
         greatest(0, extract(epoch FROM clock_timestamp() - CASE
           WHEN a.state LIKE 'idle in transaction%' THEN a.xact_start
           WHEN a.state = 'active' THEN coalesce(a.query_start, a.backend_start)
           ELSE coalesce(a.state_change, a.backend_start) END))::float8 AS seconds,
         ${ownSession('$1', '$2')} AS own,
         coalesce(a.datname <> current_database(), false) AS elsewhere
    FROM pg_stat_activity a
   WHERE a.state IS NOT NULL AND a.pid <> pg_backend_pid()
     AND NOT (a.state = 'idle' AND a.backend_type = 'client backend')
   ORDER BY elsewhere, seconds DESC, a.pid LIMIT ${MOST}`;

const HIDES_SOME = `
  SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE ${HIDDEN} AND a.datname = current_database()) AS hidden`;

export const listSessions = (db: Postgres, signal: AbortSignal): Promise<readonly Session[]> =>
  db.read({ operation: 'list sessions', signal }, async (query) => {
    const [look] = await query<{ hidden: boolean }>(HIDES_SOME);
    requireStatistics(look?.hidden ?? true, 'list sessions', db.where());
    const rows = await query<Row>(SESSIONS, ownSessions(db));
    return rows.map(sessionOf);
  });

const sessionOf = (row: Row): Session => ({
  pid: row.pid,
  backendStart: row.backend_start,
  ...(row.query_start ? { queryStart: row.query_start } : {}),
  ...(row.xact_start ? { transactionStart: row.xact_start } : {}),
  state: row.state,
  user: row.user,
  database: row.database,
  application: row.application,
  kind: row.kind,
  ...(row.waits_for === null ? {} : { waitsFor: row.waits_for }),
  blockedBy: [...new Set(row.blocked_by)],
  query: tidyQuery(row.query, QUERY_LENGTH),
  seconds: row.seconds,
  own: row.own,
  elsewhere: row.elsewhere,
});
