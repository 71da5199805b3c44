/** One PostgreSQL server on 127.0.0.1: made with initdb the first time, started, and stopped by its fast shutdown. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { UserError } from '../../errors.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { explain, ifAbsent, type Place } from './place.ts';

export const USER = 'paksa';
export const DATABASE = 'paksa';

const LOG_LIMIT_BYTES = 1_000_000;
/** A killed server may stay a zombie, and its lock held, for some seconds. */
const LOCKED_FOR_MS = 10_000;
const READY_WITHIN_MS = 60_000;
const FAST_SHUTDOWN_MS = 10_000;

export interface Server {
  readonly port: number;
  /** Settles when the server is gone, however that came about. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** `postgresql.conf` settings, such as `{ fsync: 'off' }` for a test's throw-away data. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where those who use it look for it; a free one when unset. */
  readonly port?: number;
}

/** The address of a database on the server. */
export const addressOf = (port: number, password: string, database: string): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;

const environment = () => ({ ...process.env, LC_ALL: 'C' });

/** Makes the data folder, in one rename, so that an initdb that was cut short leaves nothing behind that looks whole. */
async function initialise({ place, binaries, account }: ServerOptions): Promise<void> {
  if (await stat(place.data).catch(ifAbsent)) return;
  const unfinished = `${place.data}.${process.pid}`;
  const passwordFile = `${place.home}/password.${process.pid}`;
  try {
    await writeFile(passwordFile, place.password, { mode: 0o600 });
    if (account) await chown(passwordFile, account.uid, account.gid);
    await promisify(execFile)(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
        '--lc-collate=C',
        '--lc-ctype=C',
        '--lc-messages=C',
      ],
      { ...account, cwd: place.home, env: environment() },
    );
    await rename(unfinished, place.data);
  } catch (error) {
    throw (
      explainText(error instanceof Error ? error.message : String(error), place) ?? explain(error, place.home)
    );
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Starts it, making it first if need be. @throws UserError with the server's own reason */
export async function startServer(options: ServerOptions): Promise<Server> {
  await initialise(options);
  const deadline = performance.now() + LOCKED_FOR_MS;
  for (;;) {
    const { server, reason } = await tryStart(options);
    if (server) return server;
    // Another program may take the free port between our looking and the server's binding it.
    const passes = /lock file .* already exists|could not bind|Address already in use/.test(reason);
    if (!passes || performance.now() > deadline)
      throw (
        explainText(reason, options.place) ?? new UserError(`PostgreSQL did not start: ${lastLine(reason)}`)
      );
    await wait(250);
  }
}

type Start =
  | { readonly server: Server; readonly reason?: never }
  | { readonly server?: never; readonly reason: string };

async function tryStart({ place, binaries, account, settings, port: wanted }: ServerOptions): Promise<Start> {
  const port = wanted ?? (await freePort());
  const log = await open(place.log, 'a', 0o600);
  const before = (await log.stat()).size;
  if (before > LOG_LIMIT_BYTES) await truncate(place.log);
  // PostgreSQL writes to the file itself, so that it survives whoever started it.
  const own = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    logging_collector: 'off',
    ...settings,
  };
  const flags = Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(binaries.postgres, ['-D', place.data, '-p', String(port), ...flags], {
    ...account,
    cwd: place.home,
    env: environment(),
    stdio: ['ignore', log.fd, log.fd],
  });
  const gone = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const ready = await Promise.race([
    gone.then(() => false),
    untilReady(addressOf(port, place.password, 'postgres'), gone),
  ]);
  await log.close();
  if (ready) return { server: { port, gone, stop: () => stop(child, gone) } };
  await stop(child, gone);
  const written = await readFile(place.log, 'utf8');
  return { reason: written.slice(before > LOG_LIMIT_BYTES ? 0 : before) };
}

/** Connects until it is let in, and makes Paksa's database. False when the server went away or took too long. */
async function untilReady(address: string, gone: Promise<void>): Promise<boolean> {
  const stopped = new AbortController();
  void gone.then(() => stopped.abort());
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!stopped.signal.aborted && performance.now() < deadline) {
    if (await makeDatabase(address).catch(() => false)) return true;
    await wait(25);
  }
  return false;
}

async function makeDatabase(address: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SIGINT is PostgreSQL's fast shutdown: it rolls back what is open and writes a checkpoint. SIGQUIT skips that. */
async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGINT');
  const late = new AbortController();
  const impatient = wait(FAST_SHUTDOWN_MS, undefined, { signal: late.signal }).then(
    () => child.kill('SIGQUIT'),
    () => undefined,
  );
  await gone;
  late.abort();
  await impatient;
}

/** What PostgreSQL says of a full disk and of another release's files, as sentences. */
function explainText(reason: string, { home }: Place): UserError | undefined {
  if (/No space left on device/.test(reason))
    return new UserError(
      `No space is left on the disk that holds ${home}. Free some, then start Paksa again.`,
    );
  if (/database files are incompatible with server/.test(reason))
    return new UserError(
      `The data in ${home} was made by another release of PostgreSQL. Move that folder away to begin anew, or set DATABASE_URL.`,
    );
  return undefined;
}

const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .findLast((line) => /FATAL|ERROR|PANIC/.test(line)) ??
  (text.trim().split('\n').at(-1) || 'it said nothing');
