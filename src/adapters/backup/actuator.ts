/** Restores a backup into a database of its own beside the configured one, and drops such databases again. */
import { join } from 'node:path';
import { AdapterError, messageOf } from '../../errors.ts';
import type { Exec, ExecResult } from '../exec/port.ts';
import { type Address, addressOf } from './address.ts';
import {
  createDatabase,
  dropDatabase,
  dropUnfinished,
  markDatabase,
  nameDatabase,
  requireFree,
} from './database.ts';
import { failure, refuseIfAborted } from './errors.ts';
import { listFolder } from './folder.ts';
import { requireRestorable } from './plain-dump.ts';
import type { BackupActuator, BackupSettings } from './port.ts';

/** PostgreSQL keeps 63 bytes of a name; this much needs no quotes anywhere. */
const DATABASE = /^[a-z_][a-z0-9_]{0,62}$/;

const DEADLINE_MS = 6 * 3_600_000;

/** It has its name when it is whole: whoever finds a database of that name need not ask whether somebody was cut off. */
const unfinishedName = (into: string): string => `${into.slice(0, 52)}_unfinished`;

export function createBackupActuator(
  settings: () => BackupSettings,
  url: () => string,
  exec: Exec,
): BackupActuator {
  return {
    async restore(backup, into, signal) {
      const { directory, ...programs } = settings();
      const server = url();
      requireName('restore', into);
      if (!(await listFolder(directory, signal)).some(({ name }) => name === backup))
        throw failure('restore', 'not-found', `There is no backup ${backup} any more: choose another one.`);
      const file = join(directory, backup);
      if (backup.endsWith('.sql')) await requireRestorable(file, signal);
      const unfinished = unfinishedName(into);
      const address = addressOf(server, unfinished);
      refuseIfAborted('restore', signal);

      await requireFree(server, into);
      await createDatabase(server, unfinished);
      try {
        await markDatabase(server, unfinished, backup);
        const result = await exec(commandFor(file, programs, address), {
          signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
          environment: address.environment,
        });
        if (result.exitCode !== 0) throw notRestored(backup, result);
        await nameDatabase(server, unfinished, into);
      } catch (error) {
        throw await cleanedUp(server, unfinished, error);
      }
    },

    async drop(database, signal) {
      settings();
      requireName('drop', database);
      refuseIfAborted('drop', signal);
      await dropDatabase(url(), database);
    },
  };
}

type Programs = Omit<BackupSettings, 'directory'>;

/** Neither asks for a password: nobody is there to answer. */
function commandFor(file: string, { pgRestore, psql }: Programs, { uri }: Address): [string, ...string[]] {
  return file.endsWith('.sql')
    ? [
        psql,
        '--no-psqlrc',
        '--quiet',
        '--no-password',
        '--set=ON_ERROR_STOP=1',
        `--dbname=${uri}`,
        `--file=${file}`,
      ]
    : [pgRestore, '--no-owner', '--exit-on-error', '--no-password', `--dbname=${uri}`, file];
}

/** Only the line of the error: those after it quote the row or the command that it stopped at. */
function notRestored(backup: string, { stderr, exitCode }: ExecResult): AdapterError {
  const lines = stderr.trim().split('\n');
  const said = lines.find((line) => /\b(error|ERROR|FATAL)\b/.test(line)) ?? lines.at(-1) ?? '';
  return failure(
    'restore',
    'failed',
    `${backup} could not be restored: ${said.slice(0, 400) || `its program ended with code ${exitCode}`}. Try an older backup.`,
  );
}

/** Half a database looks like a whole one to whoever finds it. Resolves with what to throw. */
async function cleanedUp(url: string, database: string, error: unknown): Promise<unknown> {
  try {
    await dropUnfinished(url, database);
    return error;
  } catch (second) {
    return new AdapterError(
      `The half-restored database ${database} is still there (${messageOf(second)}): drop it by hand. First: ${messageOf(error)}`,
      { system: 'backup', operation: 'restore', fault: 'failed', retryable: false, cause: error },
    );
  }
}

function requireName(operation: string, database: string): void {
  if (DATABASE.test(database)) return;
  throw failure(
    operation,
    'refused',
    `“${database.slice(0, 80)}” cannot name a database here: use up to 63 of a–z, 0–9 and _, with a letter first.`,
  );
}
