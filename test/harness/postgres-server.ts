/** Debian's PostgreSQL 15, or one of another version, for a test that needs settings, roles or failures of its own, under a user that is not root. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { serverAccount } from '../../src/store/embedded/account.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';

/** For `requirePrograms`. */
export const POSTGRES = '/usr/lib/postgresql/15/bin/postgres';

const START_MS = 30_000;

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Folder of its data. */
  readonly data: string;
  /** Address for the superuser `postgres` and the database of that name, unless told otherwise. */
  url(as?: { user?: string; password?: string; database?: string; query?: string }): string;
  /** All that it has logged. */
  log(): string;
  start(): Promise<void>;
  /** Its fast shutdown, or as if its machine had failed. Does nothing when it is down. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  /** Every one of its processes stands still: connections neither answer nor break. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export interface PostgresServerOptions {
  /** `postgresql.conf` settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf that go before “everybody, by password”. */
  readonly hba?: readonly string[];
  /** Further files in its data folder, such as a certificate and its key. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder of its programs, of another version; Debian's when unset. */
  readonly programs?: string;
  /** Makes its data folder, which is not there yet; initdb when unset. `run` starts a program of PostgreSQL's as its user. */
  readonly make?: (data: string, run: RunAsServer) => Promise<void>;
}

export type RunAsServer = (
  program: string,
  args: readonly string[],
  env?: Record<string, string>,
) => Promise<void>;

export const PASSWORD = 'correct horse battery staple';

/** A statement: this role logs in by `PASSWORD`. */
export const loginRole = (name: string, more = ''): string =>
  `CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}' ${more}`;

export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = await temporaryFolder();
  const account = await serverAccount();
  const home = join(folder.path, 'postgres');
  await chmod(folder.path, 0o755);
  await mkdir(home);
  await writeFile(passwordFile(home), PASSWORD);
  if (account) await chown(home, account.uid, account.gid);
  const data = join(home, 'data');
  const as = { ...account, cwd: home };
  const programs = options.programs ?? dirname(programPath(POSTGRES));
  const run: RunAsServer = async (program, args, env = {}) => {
    await promisify(execFile)(join(programs, program), args, {
      ...as,
      env: { ...process.env, LC_ALL: 'C', ...env },
    });
  };
  await (options.make ?? initialise)(data, run);
  const hba = [...(options.hba ?? []), 'local all all trust', 'host all all 127.0.0.1/32 scram-sha-256'];
  await writeFile(
    join(data, 'pg_hba.conf'),
    [...hba, 'host replication all 127.0.0.1/32 scram-sha-256', ''].join('\n'),
  );

  for (const [name, content] of Object.entries(options.files ?? {})) {
    const path = join(data, name);
    await writeFile(path, content, { mode: 0o600 });
    if (account) await chown(path, account.uid, account.gid);
  }
  const port = await freePort();
  await appendFile(join(data, 'postgresql.conf'), configuration(port, home, options.settings));
  let log = '';
  let running: ReturnType<typeof launch> | undefined;
  const launch = () => {
    const child = spawn(join(programs, 'postgres'), ['-D', data], {
      ...as,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = once(child, 'exit');
    const ready = Promise.withResolvers<void>();
    let heard = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      heard += chunk;
      if (/ready to accept|entering standby mode/.test(heard)) ready.resolve();
    });
    const fail = (why: string) => ready.reject(new Error(`PostgreSQL ${why}:\n${heard.slice(-2000)}`));
    child.once('exit', (code) => fail(`ended with ${code} before it was ready`));
    const late = setTimeout(() => fail('was not ready in time'), START_MS);
    return { child, gone, ready: ready.promise.finally(() => clearTimeout(late)) };
  };

  const stop = async (how: 'fast' | 'immediate' = 'fast') => {
    const { child, gone } = running ?? {};
    running = undefined;
    child?.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await gone;
  };
  const server: PostgresServer = {
    port,
    data,
    log: () => log,
    url: ({ user = 'postgres', password = PASSWORD, database = 'postgres', query = '' } = {}) =>
      `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}${query}`,
    async start() {
      running = launch();
      await running.ready;
    },
    stop,
    freeze: () => signalAll(running?.child.pid, 'SIGSTOP'),
    thaw: () => signalAll(running?.child.pid, 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop('immediate');
      await rm(folder.path, { recursive: true, force: true });
    },
  };
  try {
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** To the postmaster first: stopped, it starts no more of them. */
async function signalAll(pid: number | undefined, signal: NodeJS.Signals): Promise<void> {
  if (pid === undefined) throw new Error('PostgreSQL is down');
  process.kill(pid, signal);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of children.trim().split(' ')) if (child !== '') process.kill(Number(child), signal);
}

const initialise = (data: string, run: RunAsServer): Promise<void> =>
  run('initdb', [
    ...['-D', data, '--username=postgres', `--pwfile=${passwordFile(dirname(data))}`, '--auth=scram-sha-256'],
    ...['--no-sync', '--encoding=UTF8', '--locale=C'],
  ]);

const passwordFile = (home: string): string => join(home, 'password');

/** Later lines win. A test's data may be lost in a crash. */
function configuration(port: number, home: string, settings: Readonly<Record<string, string>> = {}): string {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    shared_buffers: '16MB',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return `\n${lines.join('\n')}\n`;
}

/** Statements as the superuser, or whoever the address names; resolves with the last one's rows. */
export async function execute<Row extends pg.QueryResultRow>(
  url: string,
  ...statements: readonly string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) ({ rows } = await client.query<Row>(statement));
    return rows;
  } finally {
    await client.end();
  }
}
