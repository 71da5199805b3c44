/** Started once for all test files, and stopped after them, even when the run is killed: the shared PostgreSQL. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/store/embedded/database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the shared server, for `freshDatabase`. */
    postgres: string;
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
  return async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  };
}
