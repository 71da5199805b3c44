/** What there is to restore, and what came out of it: the folder of backups, and the database beside the present one. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { databaseOf } from './database.ts';
import { all, noBackups, noDatabase } from './target.ts';
import { bytes, count, short, span } from './words.ts';

/** A nightly backup, and two hours for it to take. */
const OLDEST_HOURS = 26;
const SHOWN = 8;

export type Backup = Awaited<ReturnType<CheckContext['backup']['list']>>[number];

export const ageMs = ({ madeAt }: Backup, now: Date): number => now.getTime() - madeAt.getTime();

const sayBackup = (backup: Backup, now: Date): string =>
  `${backup.name}, ${bytes(backup.sizeBytes)}, ${span(ageMs(backup, now))} old`;

export const backups = check(
  'Backups',
  async ({ backup, signal, now }) => {
    const found = await backup.list(signal);
    const [newest] = found;
    if (!newest) return problem('there is none in the folder of backups', { severity: 'warning' });
    const evidence = { newest: found.slice(0, SHOWN).map((each) => short(sayBackup(each, now), 120)) };
    if (newest.sizeBytes === 0)
      return problem(`the newest, ${newest.name}, is empty`, { evidence, severity: 'warning' });
    return ageMs(newest, now) > OLDEST_HOURS * 3_600_000
      ? problem(`the newest is ${span(ageMs(newest, now))} old: ${newest.name}`, {
          evidence,
          severity: 'warning',
        })
      : healthy(`${count(found.length, 'backup')}; the newest is ${sayBackup(newest, now)}`, evidence);
  },
  { skip: noBackups },
);

/** Beside the present one, under a name that PostgreSQL takes without quotes. */
export const restoredName = (context: CheckContext): string =>
  `${databaseOf(context)
    .database.toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .replace(/^(?![a-z_])/, '_')
    .slice(0, 54)}_restored`;

export const isRestored = async (context: CheckContext): Promise<boolean> =>
  (await context.postgres.databases(context.signal)).includes(restoredName(context));

type Counts = Readonly<Record<string, number>>;

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, number) => sum + number, 0);

/** `8,220 rows in 3 tables`. */
export const sayCounts = (counts: Counts): string =>
  `${count(sumOf(counts), 'row')} in ${count(Object.keys(counts).length, 'table')}`;

/** Nothing restored is nothing wrong; and rows that differ are why one restores. Only a restored database without rows is of no use. */
export const restored = check(
  'Restored database',
  async (context) => {
    const present = databaseOf(context).database;
    const beside = restoredName(context);
    if (!(await isRestored(context))) return healthy(`nothing is restored beside ${present}`);
    const [now, before] = await Promise.all([
      context.postgres.rowCounts(present, context.signal),
      context.postgres.rowCounts(beside, context.signal),
    ]);
    const differences = compare(now, before);
    const evidence = {
      [present]: sayCounts(now),
      [beside]: sayCounts(before),
      ...(differences.length > 0 ? { differ: differences.slice(0, SHOWN) } : {}),
    };
    if (sumOf(before) === 0 && sumOf(now) > 0)
      return problem(`${beside} is there, and holds no rows: the restore did not work`, {
        evidence,
        suggests: ['drop-restored'],
      });
    return healthy(
      differences.length === 0
        ? `${beside} has the same number of rows in every table`
        : `${beside} differs from ${present} in ${count(differences.length, 'table')}: ${differences.slice(0, 3).join('; ')}`,
      evidence,
    );
  },
  { skip: all(noDatabase, noBackups), timeoutSeconds: 60 },
);

/** A backup from after the corruption brings it back: before anything is taken from it, it has to hold by itself. */
export const restoredHolds = check(
  'Integrity of the restored database',
  async (context) => {
    const { postgres, signal } = context;
    const beside = restoredName(context);
    if (!(await isRestored(context))) return healthy('nothing is restored');
    const [{ invoices, mismatched, undecidable }, keys] = await Promise.all([
      postgres.invoiceTotalsIn(beside, signal),
      postgres.foreignKeysIn(beside, signal),
    ]);
    const wrong = mismatched - undecidable;
    const broken = keys.filter(({ orphans = 0 }) => orphans > 0);
    const uncounted = keys.filter(({ orphans }) => orphans === undefined);
    const faults = [
      ...(wrong > 0 ? [`${count(wrong, 'invoice does', 'invoices do')} not add up`] : []),
      ...broken.map(
        ({ table, references, orphans = 0 }) =>
          `${count(orphans, 'row', 'rows')} of ${table} ${orphans === 1 ? 'points' : 'point'} at no row of ${references}`,
      ),
    ];
    if (faults.length > 0)
      return problem(
        `${beside} has the fault in it: ${faults.slice(0, 3).join('; ')}; an older backup may not`,
        {
          evidence: { faults: faults.slice(0, SHOWN) },
          severity: 'warning',
        },
      );
    return uncounted.length > 0
      ? inconclusive(
          `the rows of ${uncounted[0]?.name} could not be counted in time: look for those that point at nothing before taking any over`,
        )
      : healthy(
          `${count(invoices, 'invoice')} of ${beside} add up, and ${count(keys.length, 'foreign key holds', 'foreign keys hold')}`,
        );
  },
  { skip: all(noDatabase, noBackups), timeoutSeconds: 60 },
);

/** Where most rows differ first. */
function compare(present: Counts, beside: Counts): string[] {
  const apart = (table: string) => Math.abs((present[table] ?? 0) - (beside[table] ?? 0));
  return [...new Set([...Object.keys(present), ...Object.keys(beside)])]
    .filter((table) => present[table] !== beside[table])
    .sort((a, b) => apart(b) - apart(a))
    .map((table) => short(`${table}: ${rows(beside[table])} restored, ${rows(present[table])} now`, 120));
}

const rows = (number: number | undefined): string => number?.toLocaleString('en-US') ?? 'no table';
