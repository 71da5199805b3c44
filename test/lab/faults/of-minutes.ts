/** Sessions that only age makes a fault of: begun by a test at its start, and faults once the database itself says how old they are. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { ComposeStack } from '../compose-stack.ts';
import { until } from '../until.ts';
import { rows, sql } from './sql.ts';

/** From here on the fixes act (the guide's five minutes), with a second for the server to have passed it. */
const OLD_SECONDS = 5 * 60 + 1;
/** Nobody is in a hurry: the file waits beside others that work. */
const EVERY_MS = 5_000;

interface Database {
  readonly databaseUrl: string;
}

export interface Begun {
  readonly pid: number;
  /** What the last statement came to: its rows, or the error that ended it. Never rejects. */
  readonly outcome: Promise<readonly unknown[] | Error>;
  /** Ends it; one that somebody has ended already too. */
  release(): Promise<void>;
}

export interface Doing {
  /** As the server shows the client. */
  readonly application: string;
  /** What it has done. */
  readonly statements: readonly string[];
  /** What it still does; without one it does nothing any more. */
  readonly last?: string;
}

/** A session of its own. @throws Error of the server, such as 53300 when every connection is taken */
export async function begin(databaseUrl: string, { application, statements, last }: Doing): Promise<Begun> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: application });
  // Ended by a fix, it says so here.
  client.on('error', () => undefined);
  await client.connect();
  const { rows: own } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  for (const statement of statements) await client.query(statement);
  const outcome =
    last === undefined
      ? Promise.resolve([])
      : client.query<pg.QueryResultRow>(last).then(
          (result) => result.rows,
          (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
        );
  return {
    pid: own[0]?.pid ?? 0,
    outcome,
    release: () => client.end().catch(() => undefined),
  };
}

/** A statement that does not come to an end. */
export const ENDLESS: Doing = {
  application: 'paksa-batch',
  statements: [],
  last: 'SELECT pg_sleep(3600)',
};

/** A transaction that does nothing, and has read or locked before. */
export const forgotten = (statement: string): Doing => ({
  application: 'paksa-batch',
  statements: ['BEGIN', statement],
});

/** Which of these are still there. */
export async function alive(database: Database, begun: readonly Begun[]): Promise<readonly number[]> {
  const pids = begun.map(({ pid }) => pid);
  const found = await rows<{ pid: number }>(
    database,
    `SELECT pid FROM pg_stat_activity WHERE pid IN (${pids.join(', ')}) ORDER BY pid`,
  );
  return found.map(({ pid }) => pid);
}

/** Resolves once each has waited, worked or done nothing for longer than the five minutes, by the server's clock. */
export async function untilOld(database: Database, begun: readonly Begun[]): Promise<void> {
  const pids = begun.map(({ pid }) => pid);
  await until(
    async () => {
      const [youngest] = await rows<{ seconds: number }>(
        database,
        `SELECT extract(epoch FROM clock_timestamp() - max(greatest(xact_start, query_start)))::float8 AS seconds
           FROM pg_stat_activity WHERE pid IN (${pids.join(', ')})`,
      );
      return (youngest?.seconds ?? 0) > OLD_SECONDS;
    },
    { what: 'the sessions to be older than five minutes', within: 420_000, every: EVERY_MS },
  );
}

/** Takes every connection that is left to this role, by transactions that do nothing. */
export async function takeAllConnections(databaseUrl: string): Promise<readonly Begun[]> {
  const taken: Begun[] = [];
  for (;;) {
    const next = await begin(databaseUrl, forgotten('SELECT 1 FROM customers LIMIT 1')).catch(
      (error: unknown) => error,
    );
    if (isBegun(next)) taken.push(next);
    else if (isFull(next)) return taken;
    else throw next;
  }
}

const isBegun = (of: unknown): of is Begun => typeof of === 'object' && of !== null && 'pid' in of;

/** `too_many_connections`. */
const isFull = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '53300';

/** So few connections, some of them kept back for superusers, and a role for which they run out. @returns its address */
export async function makeSmall(stack: ComposeStack, usable: number, reserved: number): Promise<string> {
  const password = randomBytes(12).toString('hex');
  await sql(
    stack,
    `CREATE ROLE batch LOGIN PASSWORD '${password}'`,
    'GRANT SELECT ON ALL TABLES IN SCHEMA public TO batch',
    `ALTER SYSTEM SET max_connections = ${usable + reserved}`,
    `ALTER SYSTEM SET superuser_reserved_connections = ${reserved}`,
  );
  await stack.compose('restart', '--timeout', '5', 'postgres');
  await stack.untilHealthy('postgres', 'backend');
  const url = new URL(stack.databaseUrl);
  url.username = 'batch';
  url.password = password;
  return url.href;
}
