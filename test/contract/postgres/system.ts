/** The system's database as the suites see it: Paksa's adapter on one side, and plain sessions beside it. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import pg from 'pg';
import { expect, inject } from 'vitest';
import { createPostgresActuator } from '../../../src/adapters/postgres/actuator.ts';
import { openPostgres, type Postgres } from '../../../src/adapters/postgres/connect.ts';
import type {
  Login,
  PostgresActuator,
  PostgresProbe,
  ReadLogin,
} from '../../../src/adapters/postgres/port.ts';
import { createPostgresProbe } from '../../../src/adapters/postgres/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { execute, PASSWORD, POSTGRES, startPostgres } from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';

export interface System extends AsyncDisposable {
  readonly url: string;
  readonly db: Postgres;
  readonly probe: PostgresProbe;
  readonly actuator: PostgresActuator;
}

/** For suites that hold no password anywhere. */
export const noSecrets: ReadLogin = async () => {
  throw new Error('no secret was to be read');
};

/** Paksa's adapter on an address; others of these names are its own, too. */
export function openSystem(
  url: string,
  ownNames: readonly string[] = [],
  readLogin: ReadLogin = noSecrets,
): System {
  const db = openPostgres(() => url, ownNames);
  return {
    url,
    db,
    probe: createPostgresProbe(db, readLogin),
    actuator: createPostgresActuator(db, readLogin),
    [Symbol.asyncDispose]: () => db.close(),
  };
}

/** A database of its own on a server, and Paksa on it; dropped when it is disposed of. */
export async function createSystem(server: string, ...statements: readonly string[]): Promise<System> {
  const name = `system_${randomBytes(5).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await execute(url.href, ...statements);
  const system = openSystem(url.href);
  return {
    ...system,
    async [Symbol.asyncDispose]() {
      await system.db.close();
      await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const WIPE = `
  DO $$
    DECLARE schema name;
    BEGIN
      FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', schema);
      END LOOP;
    END
  $$`;

/** Empties the database and fills it anew, which takes less than another database. */
export const refill = ({ url }: System, ...statements: readonly string[]) =>
  execute(
    url,
    'SET client_min_messages = warning',
    ...[WIPE, 'CREATE SCHEMA public', 'GRANT USAGE ON SCHEMA public TO PUBLIC'],
    ...statements,
  );

/** A server for a suite that needs no settings: the oldest and the newest that are at hand. */
export interface Available {
  readonly version: string;
  readonly runs: boolean;
  /** The superuser's address. */
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

export const SERVERS: readonly Available[] = [
  {
    version: 'PostgreSQL 15',
    runs: requirePrograms(POSTGRES),
    async start() {
      const server = await startPostgres();
      return { url: server.url(), stop: async () => server[Symbol.asyncDispose]() };
    },
  },
  {
    version: 'PostgreSQL 18',
    runs: true,
    start: async () => ({ url: inject('postgres'), stop: async () => undefined }),
  },
];

/** Longer than anything takes that works. */
export const soon = (): AbortSignal => AbortSignal.timeout(25_000);

export const WRONG_PASSWORD = 'correct-horse-battery-maple';

const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), WRONG_PASSWORD];

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (value) => new Error(`it resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AdapterError)) throw thrown;
  expect(thrown.system).toBe('postgres');
  // Nowhere in it, whoever prints it and however deep.
  for (const secret of SECRETS)
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(secret);
  return thrown;
}

/** What a login was refused with. */
export const refusal = (login: Login): Extract<Login, { ok: false }> => {
  if (login.ok) throw new Error(`“${login.user}” was let in`);
  for (const secret of SECRETS) expect(inspect(login)).not.toContain(secret);
  return login;
};

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
