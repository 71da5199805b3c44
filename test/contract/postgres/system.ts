/** The system's database as the suites see it: Paksa's adapter on one side, and plain sessions beside it. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import pg from 'pg';
import { expect } from 'vitest';
import { createPostgresActuator } from '../../../src/adapters/postgres/actuator.ts';
import { openPostgres, type Postgres } from '../../../src/adapters/postgres/connect.ts';
import type { PostgresActuator, PostgresProbe } from '../../../src/adapters/postgres/port.ts';
import { createPostgresProbe } from '../../../src/adapters/postgres/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { execute, PASSWORD } from '../../harness/postgres-server.ts';

export interface System extends AsyncDisposable {
  readonly url: string;
  readonly db: Postgres;
  readonly probe: PostgresProbe;
  readonly actuator: PostgresActuator;
}

/** Paksa's adapter on an address. */
export function openSystem(url: string): System {
  const db = openPostgres(() => url);
  return {
    url,
    db,
    probe: createPostgresProbe(db),
    actuator: createPostgresActuator(db),
    [Symbol.asyncDispose]: () => db.close(),
  };
}

/** A database of its own on a server, and Paksa on it. */
export async function createSystem(server: string, ...statements: readonly string[]): Promise<System> {
  const name = `system_${randomBytes(5).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await execute(url.href, ...statements);
  return openSystem(url.href);
}

/** Longer than anything takes that works. */
export const soon = (): AbortSignal => AbortSignal.timeout(25_000);

export const WRONG_PASSWORD = 'correct-horse-battery-maple';

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (value) => new Error(`it resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AdapterError)) throw thrown;
  expect(thrown.system).toBe('postgres');
  // Nowhere in it, whoever prints it and however deep.
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), WRONG_PASSWORD])
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(secret);
  return thrown;
}

/** A session beside Paksa's, such as an application's. */
export interface Session {
  readonly pid: number;
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Sends it and waits for nothing; what comes of it is in `settled`. */
  begin(text: string): { readonly settled: Promise<string> };
  /** Whether the server has ended it. */
  readonly gone: boolean;
  end(): Promise<void>;
}

export async function openSession(url: string, application = 'paksa-backend'): Promise<Session> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  let gone = false;
  client.on('error', () => undefined);
  client.on('end', () => {
    gone = true;
  });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    pid: rows[0]?.pid ?? 0,
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    begin: (text) => ({
      settled: client.query(text).then(
        () => 'done',
        (error: Error) => error.message,
      ),
    }),
    get gone() {
      return gone;
    },
    end: () => client.end(),
  };
}
