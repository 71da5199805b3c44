/**
 * Started once for all test files, and stopped after them, even when the run is killed: the shared PostgreSQL, and what every
 * bot of a test would otherwise make for itself at its first start.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startStack } from '../../sandbox/stack/stack.ts';
import { startJobs } from '../../src/jobs/jobs.ts';
import { openDatabase } from '../../src/store/embedded/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPool } from '../../src/store/pool.ts';
import { createDatabase, TEMPLATE } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the shared server, for databases of their own. */
    postgres: string;
    /** The folder of a sandbox's stack, to be copied: its keys take a while to make. */
    stackFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'paksa-test-'));
  // PostgreSQL does not run as root: its user must be able to reach its files.
  await chmod(directory, 0o755);
  const database = await openDatabase({
    directory,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  project.provide('postgres', database.url);
  await prepareTemplate(database.url);
  const stackFolder = join(directory, 'stack');
  const stack = await startStack({ port: 0, directory: stackFolder });
  await stack.stop();
  project.provide('stackFolder', stackFolder);
  return async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  };
}

/** A database in which Paksa has started once, to be copied. */
async function prepareTemplate(server: string): Promise<void> {
  const url = await createDatabase(server, TEMPLATE);
  const pool = openPool(url, () => undefined);
  await migrate(pool);
  await pool.end();
  const jobs = await startJobs(url, { onError: () => undefined, onFailure: () => undefined });
  await jobs.stop(0);
}
