/** How much there still is, table by table, and what the server has on its books as deleted or overwritten lately. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { databaseOf } from '../../parts/database.ts';
import { noDatabase } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';

/** Alembic's own table: whoever sets the schema up anew fills it, and nothing else. */
const BOOKKEEPING = 'alembic_version';
/** A few old versions of rows are any day's work. */
const MANY_DEAD = 100;
const SHOWN = 8;

type Entry = readonly [table: string, rows: number];

const written = ([table, rows]: Entry): string => short(`${table}: ${rows.toLocaleString('en-US')}`, 120);
const named = (tables: readonly string[]): string => short(tables.join(', '), 80);

export const extent = check(
  'What is there',
  async (context): Promise<Verdict> => {
    const [counted, health] = await Promise.all([
      context.postgres.rowCounts(databaseOf(context).database, context.signal),
      context.postgres.tables(context.signal),
    ]);
    const counts: readonly Entry[] = Object.entries(counted)
      .filter(([table]) => table !== BOOKKEEPING)
      .sort(([, a], [, b]) => b - a);
    if (counts.length === 0) return problem('there is no table', { suggests: ['restore-beside'] });

    const empty = counts.filter(([, rows]) => rows === 0).map(([table]) => table);
    const gone = health
      .filter(({ deadRows }) => deadRows >= MANY_DEAD)
      .sort((a, b) => b.deadRows - a.deadRows)
      .map(({ table, deadRows }): Entry => [table, deadRows]);
    const evidence = {
      rows: counts.slice(0, SHOWN).map(written),
      ...(empty.length > 0 ? { empty: empty.slice(0, SHOWN) } : {}),
      ...(gone.length > 0 ? { 'deleted or overwritten lately': gone.slice(0, SHOWN).map(written) } : {}),
    };
    const tables = count(counts.length, 'table');
    if (empty.length === counts.length)
      return problem(`each of ${tables} is empty: ${named(empty)}`, {
        evidence,
        suggests: ['restore-beside'],
      });
    return healthy(
      [
        `${tables}, such as ${counts.slice(0, 3).map(written).join(', ')}`,
        ...(empty.length > 0 ? [`${empty.length} empty (${named(empty)})`] : []),
        ...(gone.length > 0
          ? [`deleted or overwritten lately, ${gone.slice(0, 2).map(written).join(', ')}`]
          : []),
      ].join('; '),
      evidence,
    );
  },
  { skip: noDatabase, timeoutSeconds: 60 },
);
