/** Lets alembic merge heads and move the database. A merge that was made can be removed while nothing stands on it. */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Exec } from '../exec/port.ts';
import { failure, withoutCredentials } from './errors.ts';
import { readMigrations, readScripts } from './migrations.ts';
import { generatedFile } from './output.ts';
import type { AlembicActuator, AlembicSettings } from './port.ts';
import { askAlembic } from './program.ts';

/** Migrations rewrite tables: a stop in the middle is worse than a long wait. */
const MOVE_DEADLINE_MS = 3_600_000;
const FILE_DEADLINE_MS = 15_000;

/** It becomes the docstring and the name of a Python file. */
const MESSAGE = /^[A-Za-z0-9][A-Za-z0-9 .,()-]{0,99}$/;

const REVISION = /^([-+]\d{1,3}|[A-Za-z0-9_][A-Za-z0-9_.]{0,99}(@[A-Za-z0-9_.]{1,100})?)$/;

/** `down_revision = ('a', 'b')`, with or without a type, on one line or several. */
const MERGES = /^down_revision\b[^=\n]*=\s*\(\s*(["'])[^"']+\1\s*,\s*(["'])[^"']+\2/m;

export function createAlembicActuator(settings: () => AlembicSettings, exec: Exec): AlembicActuator {
  const move = async (direction: 'upgrade' | 'downgrade', revision: string, signal: AbortSignal) => {
    if (!REVISION.test(revision)) throw new TypeError(`“${revision}” is no revision`);
    const alembic = settings();
    if (direction === 'downgrade' && revision.startsWith('-')) await requireOneBranch(alembic, exec, signal);
    await askAlembic(alembic, exec, [direction, revision], {
      operation: direction,
      signal,
      deadlineMs: MOVE_DEADLINE_MS,
    });
  };
  return {
    async mergeHeads(message, signal) {
      if (!MESSAGE.test(message)) throw new TypeError(`“${message}” cannot be a revision’s message`);
      const alembic = settings();
      const operation = 'merge heads';
      const heads = (await readScripts(alembic, exec, signal)).filter(({ isHead }) => isHead);
      if (heads.length < 2)
        throw failure(operation, 'refused', 'The code has one head only: there is nothing to merge.');
      // A name of ours, as alembic would make one: whatever it prints, the revision can be told from any other.
      const id = randomBytes(6).toString('hex');
      const args = ['merge', '--rev-id', id, '--message', message, 'heads'];
      const { stdout } = await askAlembic(alembic, exec, args, { operation, signal });
      const file = generatedFile(stdout);
      if (file !== undefined) return { id, file };
      throw failure(
        operation,
        'failed',
        `alembic did not say where it wrote ${id}: look among its versions. ${withoutCredentials(stdout).slice(0, 200)}`,
      );
    },

    async removeRevision(file, signal) {
      const operation = 'remove revision';
      const alembic = settings();
      const refused = (why: string) => failure(operation, 'refused', why);
      const { current, revisions } = await readMigrations(alembic, exec, signal);
      const revision = revisions.find((one) => one.file === file);
      if (revision === undefined || !posix.isAbsolute(file))
        throw refused(`${file} is no revision of this code: nothing was removed.`);
      if (current.includes(revision.id))
        throw refused(`The database stands on ${revision.id}: downgrade it first, then remove the merge.`);
      if (!revision.isHead)
        throw refused(`Other revisions build on ${revision.id}: remove those first, by hand.`);
      const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(FILE_DEADLINE_MS)]) };
      const { stdout } = await exec(['cat', file], options);
      if (revision.parents.length < 2 || !MERGES.test(stdout))
        throw refused(`${file} does not merge anything: it is not one that Paksa made.`);
      const { exitCode, stderr } = await exec(['rm', '-f', '--', file], options);
      if (exitCode !== 0)
        throw failure(
          operation,
          /Permission denied|Read-only/.test(stderr) ? 'forbidden' : 'failed',
          `${file} could not be removed: ${stderr.trim().slice(-300)}. Remove it by hand.`,
        );
    },

    upgrade: (revision, signal) => move('upgrade', revision, signal),
    downgrade: (revision, signal) => move('downgrade', revision, signal),
  };
}

/** Of two branches alembic 1.8 would take one back, without saying which. */
async function requireOneBranch(alembic: AlembicSettings, exec: Exec, signal: AbortSignal) {
  const { current } = await readMigrations(alembic, exec, signal);
  if (current.length < 2) return;
  throw failure(
    'downgrade',
    'refused',
    `The database stands on ${current.join(' and ')}: say which of them to go back from.`,
  );
}
