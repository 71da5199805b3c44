/**
 * Paksa's database: the one that DATABASE_URL names, or an embedded PostgreSQL, started on the first use and shared by
 * every process on the same folder (the CLI beside the bot). It stops when the last of them closes it or dies.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import { firstLine, holdServer, parseJson } from './gate.ts';
import { findPlace } from './place.ts';
import { report } from './report.ts';
import { addressOf, DATABASE } from './server.ts';

export interface OpenDatabase {
  readonly url: string;
  /** Lets go of it; the embedded server is down when this settles, unless others use it. */
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** Used as it is when given. */
  readonly databaseUrl?: string | undefined;
  /** Folder of the embedded server. */
  readonly directory?: string;
  /** `postgresql.conf` settings for the embedded server, such as `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in a sentence what is going on. */
  readonly log?: (message: string) => void;
}

const SUPERVISOR = fileURLToPath(new URL('supervisor.ts', import.meta.url));

/** Two starts at once, or a supervisor that goes while we come: look again, this often. */
const ATTEMPTS = 5;

/** @throws UserError when it cannot be started, with what to do */
export async function openDatabase({
  databaseUrl,
  directory = '.paksa',
  settings = {},
  log = () => undefined,
}: OpenDatabaseOptions): Promise<OpenDatabase> {
  if (databaseUrl) return { url: databaseUrl, close: async () => undefined };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const opened = (await join(directory, log)) ?? (await start(directory, settings, log));
    if (opened) return opened;
  }
  throw new UserError(
    `PostgreSQL in ${directory} keeps stopping as it is used. Its log is ${directory}/postgres/postgres.log.`,
  );
}

async function join(directory: string, log: (message: string) => void): Promise<OpenDatabase | undefined> {
  const place = await findPlace(directory).catch(() => undefined);
  const hold = place && (await holdServer(place));
  if (!hold) return undefined;
  log(`Using the PostgreSQL that already runs in ${place.home}.`);
  return { url: addressOf(hold.port, place.password, DATABASE), close: hold.release };
}

async function start(
  directory: string,
  settings: Readonly<Record<string, string>>,
  log: (message: string) => void,
): Promise<OpenDatabase | undefined> {
  // A process group of its own: Ctrl-C in the terminal is for Paksa, which drains first and then closes this.
  const supervisor = spawn(process.execPath, [SUPERVISOR, directory, JSON.stringify(settings)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await firstLine(supervisor.stdout);
  const said = report.parse(parseJson(line ?? '') ?? { failed: 'it ended without a word' });
  if ('refused' in said) throw new UserError(said.refused);
  if ('failed' in said) throw new Error(`the supervisor of the embedded PostgreSQL failed: ${said.failed}`);
  const place = 'port' in said ? await findPlace(directory) : undefined;
  const hold = place && (await holdServer(place));
  // From here on the hold keeps it; the pipe was for the time before there was one.
  supervisor.stdin.end();
  if (!hold) return undefined;
  supervisor.unref();
  log(`Started PostgreSQL in ${place.home}.`);
  return { url: addressOf(hold.port, place.password, DATABASE), close: hold.release };
}
