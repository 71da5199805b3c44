/**
 * Ends sessions of clients, never Paksa's own: nobody is ended unless all of them may be, and a session is looked for by
 * its process and its starts in the statement that ends it. Those of the server's other databases are other applications'.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { AdapterError } from '../../errors.ts';
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
const isSame = (server: string, driver: string): string =>
  `${server} BETWEEN ${driver} - interval '2 ms' AND ${driver} + interval '2 ms'`;

const chosen = (sessions: readonly SessionRef[]): Choice => ({
  condition: `a.datname = current_database()
    AND EXISTS (SELECT FROM unnest($3::int[], $4::timestamptz[], $5::timestamptz[]) r(pid, started, asked)
                 WHERE r.pid = a.pid AND ${isSame('a.backend_start', 'r.started')}
                   AND (r.asked IS NULL OR ${isSame('a.query_start', 'r.asked')}))`,
  values: [
    sessions.map(({ pid }) => pid),
    sessions.map(({ backendStart }) => backendStart.toISOString()),
    sessions.map(({ queryStart }) => queryStart?.toISOString() ?? null),
  ],
  hidden: 'a.pid = ANY($1::int[])',
});

const ofThisDatabase: Choice = {
  condition: 'a.datname = current_database()',
  values: [],
  hidden: 'a.datname = current_database()',
};

export const terminate = async (db: Postgres, sessions: readonly SessionRef[], signal: AbortSignal) =>
  sessions.length === 0 ? 0 : (await end(db, chosen(sessions), signal)).ended;

/** @throws AdapterError failed when one of them has not ended: what was to hold for all does not */
export async function terminateAll(db: Postgres, signal: AbortSignal): Promise<number> {
  const { ended, left } = await end(db, ofThisDatabase, signal);
  if (left === 0) return ended;
  throw new AdapterError(
    `${left} of ${ended + left} sessions were told to end, and are still there after ${GONE_WITHIN_MS / 1000} s: look at them in pg_stat_activity, and end them once more.`,
    { system: 'postgres', operation: OPERATION, fault: 'failed', retryable: false },
  );
}

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

interface Ended {
  readonly ended: number;
  readonly left: number;
}

async function end(db: Postgres, choice: Choice, signal: AbortSignal): Promise<Ended> {
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
  const left = await stillThere(db, told, signal);
  return { ended: told.length - left, left };
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
