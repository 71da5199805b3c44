/** The server's databases, what is in one of them, who can log in, and who uses a table. */
import pg from 'pg';
import { ownSession, ownSessions } from './activity.ts';
import type { Postgres } from './connect.ts';
import { findTable } from './find-table.ts';
import type { LoginRole } from './port.ts';
import { USERS_SCHEMA } from './sizes.ts';

/** Counting reads every row of a table: it may take longer than a look. */
const COUNT_MS = 60_000;
const COUNT_ALL_MS = 300_000;
const MOST_TABLES = 1_000;

export const listDatabases = (db: Postgres, signal: AbortSignal): Promise<readonly string[]> =>
  db.read({ operation: 'list databases', signal }, async (query) => {
    const rows = await query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1',
    );
    return rows.map(({ name }) => name);
  });

/** Of a partitioned table the whole, not its parts. */
const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${USERS_SCHEMA}
   ORDER BY 1, 2 LIMIT ${MOST_TABLES}`;

export const countRows = (
  db: Postgres,
  database: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> =>
  db.read(
    {
      operation: `count the rows of ${database}`,
      signal,
      database,
      statementMs: COUNT_MS,
      deadlineMs: COUNT_ALL_MS,
    },
    async (query) => {
      const counts: [string, number][] = [];
      for (const { schema, name } of await query<{ schema: string; name: string }>(TABLES)) {
        const [row] = await query<{ rows: number }>(
          `SELECT count(*)::float8 AS rows FROM ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
        );
        counts.push([schema === 'public' ? name : `${schema}.${name}`, row?.rows ?? 0]);
      }
      return Object.fromEntries(counts);
    },
  );

interface RoleRow {
  readonly name: string;
  readonly superuser: boolean;
  readonly sessions: number;
  readonly until: Date | null;
}

const ROLES = `
  SELECT r.rolname AS name, r.rolsuper AS superuser,
         (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)::int AS sessions,
         CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil END AS until
    FROM pg_roles r WHERE r.rolcanlogin ORDER BY 1`;

export const listLoginRoles = (db: Postgres, signal: AbortSignal): Promise<readonly LoginRole[]> =>
  db.read({ operation: 'list roles', signal }, async (query) =>
    (await query<RoleRow>(ROLES)).map(({ name, superuser, sessions, until }) => ({
      name,
      superuser,
      sessions,
      ...(until ? { validUntil: until } : {}),
    })),
  );

/** Every mode of lock on a table conflicts with ACCESS EXCLUSIVE. A prepared transaction holds its own without a session. */
const USERS = `
  SELECT count(DISTINCT l.virtualtransaction)::int AS users
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
   WHERE l.granted AND l.relation = $3
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND (l.pid IS NULL OR (l.pid <> pg_backend_pid() AND NOT ${ownSession('$1', '$2')}))`;

export const countUsersOf = (db: Postgres, table: string, signal: AbortSignal): Promise<number> =>
  db.read({ operation: `see who uses ${table}`, signal }, async (query) => {
    const { oid } = await findTable(query, table, 'see who uses a table');
    const [row] = await query<{ users: number }>(USERS, [...ownSessions(db), oid]);
    return row?.users ?? 0;
  });
