/**
 * Ends sessions of clients, never Paksa's own: nobody is ended unless all of them may be, and a session is looked for by
 * its process and its start in the statement that ends it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { HIDDEN, ownSession, ownSessions } from './activity.ts';
import type { Postgres } from './connect.ts';
import { forbidden, requireStatistics } from './permission.ts';
import type { SessionRef } from './port.ts';

const OPERATION = 'end sessions';

/** A session that is told to end may have to roll back first. */
const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Of pg_stat_activity as `a`, with `ownSessions` as the first two parameters. */
interface Choice {
  readonly condition: string;
  readonly values: readonly unknown[];
  /** Among what PostgreSQL hides, that which may be meant. */
  readonly hidden: string;
}

/** The driver's dates have milliseconds, the server's microseconds. */
const chosen = (sessions: readonly SessionRef[]): Choice => ({
  condition: `EXISTS (SELECT FROM unnest($3::int[], $4::timestamptz[]) r(pid, started)
    WHERE r.pid = a.pid AND a.backend_start BETWEEN r.started - interval '2 ms' AND r.started + interval '2 ms')`,
  values: [sessions.map(({ pid }) => pid), sessions.map(({ backendStart }) => backendStart.toISOString())],
  hidden: 'a.pid = ANY($1::int[])',
});

const ofThisDatabase: Choice = {
  condition: 'a.datname = current_database()',
  values: [],
  hidden: 'a.datname = current_database()',
};

export const terminate = async (db: Postgres, sessions: readonly SessionRef[], signal: AbortSignal) =>
  sessions.length === 0 ? 0 : end(db, chosen(sessions), signal);

export const terminateAll = (db: Postgres, signal: AbortSignal): Promise<number> =>
  end(db, ofThisDatabase, signal);

/** @throws AdapterError forbidden when a session of this database may not be ended, or seen */
export const requireMayTerminateAll = (db: Postgres, signal: AbortSignal): Promise<void> =>
  requireMayEnd(db, ofThisDatabase, signal);

const CLIENTS = `a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND NOT ${ownSession('$1', '$2')}`;

/** As pg_terminate_backend decides: only a superuser ends a superuser's session. */
const MAY = `
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR (NOT u.rolsuper AND (pg_has_role(u.oid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE')))`;

async function requireMayEnd(db: Postgres, choice: Choice, signal: AbortSignal): Promise<void> {
  await db.read({ operation: OPERATION, signal }, async (query) => {
    const pids = choice.values.slice(0, 1);
    const [look] = await query<{ hidden: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE ${HIDDEN} AND ${choice.hidden}) AS hidden`,
      pids,
    );
    requireStatistics(look?.hidden ?? true, OPERATION, db.where());
    const [protectedOne] = await query<{ user: string; superuser: boolean }>(
      `SELECT u.rolname AS "user", u.rolsuper AS superuser
         FROM pg_stat_activity a JOIN pg_roles u ON u.oid = a.usesysid
        WHERE ${CLIENTS} AND ${choice.condition} AND NOT (${MAY})
        ORDER BY u.rolsuper DESC LIMIT 1`,
      [...ownSessions(db), ...choice.values],
    );
    if (!protectedOne) return;
    throw forbidden(OPERATION, db.where(), `a session of “${protectedOne.user}” is among them`, (role) =>
      protectedOne.superuser
        ? 'That is a superuser, whom only a superuser may end: ask them to leave'
        : `GRANT pg_signal_backend TO ${role}`,
    );
  });
}

async function end(db: Postgres, choice: Choice, signal: AbortSignal): Promise<number> {
  await requireMayEnd(db, choice, signal);
  const asked = await db.act({ operation: OPERATION, signal }, (query) =>
    // Not a condition: those PostgreSQL may ask in any order, of everyone.
    query<{ pid: number; started: string; told: boolean }>(
      `SELECT a.pid, a.backend_start::text AS started, pg_terminate_backend(a.pid) AS told
         FROM pg_stat_activity a WHERE ${CLIENTS} AND ${choice.condition}`,
      [...ownSessions(db), ...choice.values],
    ),
  );
  const told = asked.filter((session) => session.told);
  return told.length - (await stillThere(db, told, signal));
}

/** How many of them are there after all; waits for them to go. */
async function stillThere(
  db: Postgres,
  told: readonly { pid: number; started: string }[],
  signal: AbortSignal,
): Promise<number> {
  const values = [told.map(({ pid }) => pid), told.map(({ started }) => started)];
  const until = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const [row] = await db.read({ operation: 'see whether sessions have ended', signal }, (query) =>
      query<{ left: number }>(
        `SELECT count(*)::int AS left FROM pg_stat_activity a
           JOIN unnest($1::int[], $2::timestamptz[]) r(pid, started)
             ON r.pid = a.pid AND r.started = a.backend_start`,
        values,
      ),
    );
    const left = row?.left ?? 0;
    if (left === 0 || performance.now() > until) return left;
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}
