/**
 * Holds something by a session's advisory lock, which goes with the process. It goes with the connection too; but PostgreSQL
 * goes on believing in one that is cut off silently (for two hours, by TCP's own rules), so that whoever holds a lock is
 * heard from, and one that is silent is ended by whoever waits for it.
 */
import type pg from 'pg';
import { isGivenUp } from './pool.ts';

/** Two whole numbers, or a large one. */
export type LockKey = readonly [string] | readonly [number, string];

/** How often a holder is heard from, in milliseconds. */
const HEARD_MS = 2_000;
/** Silent for so long, it has lost the database, in milliseconds. Its task is another's soon after. */
const SILENT_MS = 8_000;
/** How long the lock is waited for before its holder is looked at again. */
const LOOK = '1s';
/** Somebody who is heard from has it for so long that trying again later is better, in milliseconds. */
const PATIENCE_MS = 15_000;

const LOCK_NOT_AVAILABLE = '55P03';

/** A connection, or what asks one thing after the other of it. */
export interface Asked {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/** Takes it, does the work and lets go. @throws Error when it cannot be had */
export async function holding<Result>(
  pool: pg.Pool,
  work: (on: Asked, take: (key: LockKey) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  const on = oneByOne(client);
  // A connection that breaks while nothing is asked of it would end the process; the next statement says so.
  client.on('error', ignore);
  let key: LockKey | undefined;
  let heard: NodeJS.Timeout | undefined;
  let broken: Error | undefined;
  try {
    return await work(on, async (wanted) => {
      key = wanted;
      await take(on, wanted);
      heard = setInterval(() => on.query('SELECT 1').catch(ignore), HEARD_MS);
    });
  } finally {
    clearInterval(heard);
    if (key !== undefined)
      await client
        .query(`SELECT pg_advisory_unlock(${SLOTS[key.length]})`, [...key])
        .catch((error: Error) => {
          broken = error;
        });
    client.off('error', ignore);
    // A connection that could not unlock must be closed: the lock would stay with it in the pool.
    client.release(broken);
  }
}

const ignore = (): void => undefined;

/** The driver takes one statement at a time. */
function oneByOne(client: pg.PoolClient): Asked {
  let last: Promise<void> = Promise.resolve();
  let lost: Error | undefined;
  return {
    query: (text, values) => {
      const answer = last.then(() => {
        if (lost) throw lost;
        return client.query(text, values);
      });
      last = answer.then(ignore, (error: unknown) => {
        if (isGivenUp(error)) lost = error;
      });
      return answer;
    },
  };
}

/** By how many a key has. */
const SLOTS = { 1: '$1::bigint', 2: '$1::int, hashtext($2)' } as const;
/** As pg_locks shows them: two halves, and which of the two kinds it is. */
const SHOWN = {
  1: '(($1::bigint >> 32) & 4294967295)::oid, ($1::bigint & 4294967295)::oid, 1',
  2: '$1::int::oid, hashtext($2)::oid, 2',
} as const;

async function take(on: Asked, key: LockKey): Promise<void> {
  const { rows } = await on.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_lock(${SLOTS[key.length]}) AS taken`,
    [...key],
  );
  if (rows[0]?.taken) return;
  const until = performance.now() + PATIENCE_MS;
  await on.query(`SET lock_timeout = '${LOOK}'`);
  try {
    while (!(await taken(on, key))) {
      if (performance.now() > until) throw new Error(`somebody else has held ${key.join('/')} for long`);
      await endSilent(on, key);
    }
  } finally {
    // The connection goes back to the pool. Lost, it does not.
    await on.query('SET lock_timeout = 0').catch(ignore);
  }
}

const taken = (on: Asked, key: LockKey): Promise<boolean> =>
  on.query(`SELECT pg_advisory_lock(${SLOTS[key.length]})`, [...key]).then(
    () => true,
    (error: Error) => {
      if ('code' in error && error.code === LOCK_NOT_AVAILABLE) return false;
      throw error;
    },
  );

/** Ends the session of a holder that has lost the database: nobody can hear it, and nothing that it says arrives. */
async function endSilent(on: Asked, key: LockKey): Promise<void> {
  await on.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid, objid, objsubid) = (${SHOWN[key.length]})
        AND state = 'idle' AND state_change < clock_timestamp() - interval '${SILENT_MS} milliseconds'`,
    [...key],
  );
}
