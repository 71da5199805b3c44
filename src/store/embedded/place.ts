/** Where the embedded server keeps its files, and the password that opens it. Written once, in `.paksa/postgres.json`. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { type Account, closedFolder } from './account.ts';

/** For root whose own folders are closed to the server's user, as /root is. */
export const ROOT_HOME = '/var/lib/paksa';

const settings = z.object({ home: z.string(), password: z.string() });

export interface Place {
  /** Folder of the server's files. */
  readonly home: string;
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

const settingsFile = (directory: string): string => join(resolve(directory), 'postgres.json');

/** The place that an earlier start chose; undefined when there was none. */
export async function findPlace(directory: string): Promise<Place | undefined> {
  const written = await readFile(settingsFile(directory), 'utf8').catch(ifAbsent);
  if (written === undefined) return undefined;
  const { home, password } = settings.parse(JSON.parse(written));
  return { home, data: join(home, 'data'), log: join(home, 'postgres.log'), password };
}

/** The place, chosen now if need be. @throws UserError when the folder cannot be written */
export async function preparePlace(directory: string, account: Account | undefined): Promise<Place> {
  try {
    const place = (await findPlace(directory)) ?? (await choosePlace(resolve(directory), account));
    await mkdir(place.home, { recursive: true });
    if (account) await chown(place.home, account.uid, account.gid);
    return place;
  } catch (error) {
    throw explain(error, directory);
  }
}

async function choosePlace(directory: string, account: Account | undefined): Promise<Place> {
  // Under a narrow umask the new folder would be closed to the server's user; the files in it guard themselves.
  if (await mkdir(directory, { recursive: true })) await chmod(directory, 0o755);
  const closed = account && (await closedFolder(directory, account));
  const home = closed ? join(ROOT_HOME, randomBytes(6).toString('hex')) : join(directory, 'postgres');
  const chosen = JSON.stringify({ home, password: randomBytes(24).toString('base64url') });
  await writeOnce(settingsFile(directory), chosen);
  const place = await findPlace(directory);
  if (!place) throw new Error(`${settingsFile(directory)} vanished while it was being written`);
  return place;
}

/** Writes a file whole, unless there is one already: of two starts at once, one chooses. False when it was there. */
export async function writeOnce(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

export function ifAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** A full disk and a closed folder as sentences; anything else as it is. */
export function explain(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
      return new UserError(
        `No space is left on the disk that holds ${path}. Free some, then start Paksa again.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return new UserError(
        `Paksa cannot write to ${path}, where its database is kept. Give this user the folder, ` +
          'or set DATABASE_URL to a PostgreSQL of your own.',
      );
    default:
      return error;
  }
}
