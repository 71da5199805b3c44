/** A stack of its own, with the engine that looks after it on a database of its own: what a trial needs. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closers } from '../../src/signals.ts';
import { openDatabase } from '../../src/store/embedded/database.ts';
import { configurationOf, type Described } from './configuration.ts';
import { openTrials, type Trials } from './trial.ts';

export interface Site<Stack> {
  readonly stack: Stack;
  readonly trials: Trials;
  /** Ends all of it; a second time it does nothing. */
  close(): Promise<void>;
}

export interface SiteOptions<Stack> {
  readonly start: () => Promise<Stack>;
  readonly describe: (stack: Stack) => Described;
  /** For the engine; one in a temporary folder when unset. */
  readonly open?: () => Promise<OpenedDatabase>;
}

interface OpenedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

export async function openSite<Stack extends { stop(): Promise<void> }>({
  start,
  describe,
  open = inTemporaryFolder,
}: SiteOptions<Stack>): Promise<Site<Stack>> {
  const { opened, closeAll } = closers();
  try {
    const stack = await start();
    opened(stack.stop);
    const database = await open();
    opened(database.close);
    const trials = await openTrials(configurationOf({ lab: describe(stack) }), database.url);
    opened(trials.close);
    return { stack, trials, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function inTemporaryFolder(): Promise<OpenedDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'paksa-trials-'));
  // PostgreSQL does not run as root: its user must be able to reach its files.
  await chmod(directory, 0o755);
  const { url, close } = await openDatabase({ directory });
  return {
    url,
    close: async () => {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
