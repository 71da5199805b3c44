/**
 * A backup, restored into a second database beside the present one, which nothing is done to: the fixes, and the steps up to
 * the decision, which is a person's.
 */
import { z } from 'zod';
import { type Fix, fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import { act, look, person, type Step } from '../../src/runbook/procedure.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { databaseOf } from './database.ts';
import { ageMs, type Backup, isRestored, restoredName, sayCounts } from './restored.ts';
import { all, noBackups, noDatabase } from './target.ts';
import { bytes, moment, span } from './words.ts';

export { backups, restored, restoredHolds } from './restored.ts';

/** What an attempt made, read back from the incident's log. */
const Made = z.object({ database: z.string().min(1), made: z.boolean() });

export const restoreBeside = (verifiedBy: readonly string[]): Fix =>
  fix('Restore the newest backup beside the database', {
    risk: 'medium',
    touches: ['restored copy'],
    unavailable: all(noDatabase, noBackups),
    preview: async (context) => {
      const beside = restoredName(context);
      const present = databaseOf(context).database;
      await mustBeFree(context);
      const newest = await newestBackup(context);
      return {
        summary: `Restore ${newest.name} into ${beside}`,
        changes: [
          { what: beside, before: 'not there', after: `as of ${moment(newest.madeAt)}` },
          { what: present, before: 'as it is', after: 'as it is' },
        ],
        notes: [
          `The backup is ${span(ageMs(newest, context.now))} old and has ${bytes(newest.sizeBytes)}; restored, it needs several times that on the disk of the server.`,
          'Reading and writing it makes the server slower for that time.',
        ],
        boundTo: `${beside} from ${newest.name} of ${newest.madeAt.toISOString()}`,
      };
    },
    run: async (context) => {
      const beside = restoredName(context);
      await mustBeFree(context);
      const newest = await newestBackup(context);
      await context.backup.restore(newest.name, beside, context.signal);
      const counts = await context.postgres.rowCounts(beside, context.signal);
      return `restored ${newest.name} into ${beside}: ${sayCounts(counts)}`;
    },
    undo: undoWith({
      title: 'Drop the restored database',
      // One that was there before is not this attempt's to drop.
      capture: async (context) => ({ database: restoredName(context), made: !(await isRestored(context)) }),
      parse: (data) => Made.parse(data),
      apply: async ({ backup, signal }, { database, made }) => {
        if (!made) return `${database} had been there before, and stays`;
        await backup.drop(database, signal);
        return `dropped ${database}`;
      },
      isBack: async ({ postgres, signal }, { database, made }) =>
        (await postgres.databases(signal)).includes(database) !== made,
      startsFrom: async ({ postgres, signal }, { database }) =>
        (await postgres.databases(signal)).includes(database) ? `${database} is there` : `no ${database}`,
    }),
    verifiedBy,
    // Under its name there are whole ones only.
    hasActed: isRestored,
    timeoutSeconds: 3300,
  });

async function mustBeFree(context: CheckContext): Promise<void> {
  if (await isRestored(context))
    throw new Error(
      `${restoredName(context)} is there already, perhaps of another day: drop it first, by “Drop the restored database”.`,
    );
}

async function newestBackup({ backup, signal }: CheckContext): Promise<Backup> {
  const [newest] = await backup.list(signal);
  if (!newest) throw new Error('There is no backup to restore: the folder of backups is empty.');
  return newest;
}

export const dropRestored = (verifiedBy: readonly string[]): Fix =>
  fix('Drop the restored database', {
    risk: 'medium',
    touches: ['restored copy'],
    unavailable: all(noDatabase, noBackups),
    preview: async (context) => {
      const beside = restoredName(context);
      if (!(await isRestored(context))) throw new Error(`There is no database ${beside} to drop.`);
      const counts = await context.postgres.rowCounts(beside, context.signal);
      return {
        summary: `Drop ${beside}`,
        changes: [{ what: beside, before: sayCounts(counts), after: 'gone' }],
        notes: ['Nothing of the present database is touched. Paksa drops no database that it did not make.'],
        boundTo: `${beside} is there`,
      };
    },
    run: async (context) => {
      const beside = restoredName(context);
      await context.backup.drop(beside, context.signal);
      return `dropped ${beside}`;
    },
    undo: irreversible('what was restored can be restored from its backup again'),
    verifiedBy,
    hasActed: async (context) => !(await isRestored(context)),
  });

/** Up to the data's being right again: for a runbook with the checks and the fix of this file, by these ids. */
export const restoreSteps = {
  backups: look('See which backups there are', ['backups']),
  restore: act('Restore the newest one beside the database', 'restore-beside', { minutes: 60 }),
  compare: look('Compare the rows of both, and see whether the restored ones hold', [
    'restored',
    'restored-holds',
  ]),
  decide: person(
    'Decide what to take from the restored database',
    [
      'Compare the two: how many rows each table has is in the step before; look at those that are wrong or missing.',
      'A few rows: copy them over, with pg_dump --data-only --table, or INSERT … SELECT by way of postgres_fdw.',
      'Everything: stop the backend, rename the present database away and the restored one into its place, start the backend.',
      'What was written since the backup is not in it: keep the present database until that is settled.',
    ],
    { minutes: 60 },
  ),
} satisfies Readonly<Record<string, Step>>;
