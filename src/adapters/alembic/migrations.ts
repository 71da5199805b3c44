/** Where the database stands, and what the code has: `current` and `history`, read together. */
import type { Exec } from '../exec/port.ts';
import { failureOf } from './errors.ts';
import { readRevisions, unknownRevision } from './output.ts';
import type { AlembicSettings, Migrations, Revision } from './port.ts';
import { askAlembic, requireWhole, runAlembic } from './program.ts';

export async function readMigrations(
  settings: AlembicSettings,
  exec: Exec,
  signal: AbortSignal,
): Promise<Migrations> {
  // Both are waited for: a program that is still at work must not outlive the call.
  const [revisions, current] = await Promise.allSettled([
    readScripts(settings, exec, signal),
    readCurrent(settings, exec, signal),
  ]);
  if (revisions.status === 'rejected') throw revisions.reason;
  if (current.status === 'rejected') throw current.reason;
  return {
    current: current.value,
    heads: revisions.value.filter(({ isHead }) => isHead).map(({ id }) => id),
    revisions: revisions.value,
  };
}

/** The code's revisions, the newest first; the database is not asked. */
export async function readScripts(
  settings: AlembicSettings,
  exec: Exec,
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const operation = 'history';
  const result = await askAlembic(settings, exec, ['history', '--verbose'], { operation, signal });
  requireWhole(result, operation);
  return readRevisions(result.stdout);
}

/** alembic stops at the first revision that the code does not have: it is what there is to tell then. */
async function readCurrent(settings: AlembicSettings, exec: Exec, signal: AbortSignal) {
  const operation = 'current';
  const result = await runAlembic(settings, exec, ['current', '--verbose'], { operation, signal });
  if (result.exitCode === 0) return readRevisions(result.stdout).map(({ id }) => id);
  const unknown = unknownRevision(result.stdout + result.stderr);
  if (unknown !== undefined) return [unknown];
  throw failureOf(operation, result);
}
