/** Statistics that the planner goes by, and dead rows in the way. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from '../parts/target.ts';
import { bytes, count, day, percent, short, span } from '../parts/words.ts';

type Table = Awaited<ReturnType<CheckContext['postgres']['tables']>>[number];

/** The planner guesses well enough at less. */
const LEAST_ROWS = 1000;
/** Autovacuum comes at 10 % (autovacuum_analyze_scale_factor): at twice that it does not. */
const STALE_SHARE = 0.2;
/** It looks once a minute: a table that was analysed this lately and changed since will have its turn. */
const LATELY_MS = 2 * 60_000;
/** Twice and ten times what autovacuum lets be at its defaults (20 % and 50 rows). */
const DEAD_SHARE = 0.2;
const LEAST_DEAD = 10_000;
const BLOATED_SHARE = 0.5;
const LEAST_BLOAT_BYTES = 100 * 1024 ** 2;

export const tableName = ({ schema, table }: Table): string =>
  schema === 'public' ? table : `${schema}.${table}`;

/** Tables about whose rows the planner is wrong, the largest first. */
export async function staleTables({ postgres, signal, now }: CheckContext): Promise<readonly Table[]> {
  return (await postgres.tables(signal)).filter((table) => {
    const { liveRows, modifiedSinceAnalyze, hasStatistics, lastAnalyze } = table;
    if (!hasStatistics && !lastAnalyze) return liveRows > LEAST_ROWS;
    return (
      modifiedSinceAnalyze > LEAST_ROWS &&
      modifiedSinceAnalyze > liveRows * STALE_SHARE &&
      (!lastAnalyze || now.getTime() - lastAnalyze.getTime() > LATELY_MS)
    );
  });
}

export function staleness({ hasStatistics, lastAnalyze, modifiedSinceAnalyze, liveRows }: Table): string {
  const changed = `${count(modifiedSinceAnalyze, 'change')} to ${count(liveRows, 'row')}`;
  if (lastAnalyze) return `${changed} since ${day(lastAnalyze)}`;
  return hasStatistics
    ? `${changed} since the server’s counters began`
    : `never analysed, about ${count(liveRows, 'row')}`;
}

export const statistics = check(
  'Statistics of the tables',
  async (context) => {
    const stale = await staleTables(context);
    const [largest] = stale;
    if (!largest) return healthy('up to date');
    const others = stale.length > 1 ? ` (and ${count(stale.length - 1, 'other table')})` : '';
    return problem(
      `the planner goes by old figures of ${tableName(largest)}: ${staleness(largest)}${others}`,
      {
        evidence: {
          tables: stale.slice(0, 8).map((table) => short(`${tableName(table)}: ${staleness(table)}`, 120)),
        },
        suggests: ['analyze'],
        severity: 'warning',
      },
    );
  },
  { skip: noDatabase },
);

const deadShare = ({ deadRows, liveRows }: Table): number => deadRows / Math.max(1, deadRows + liveRows);

const isBloated = (table: Table): boolean =>
  (table.deadRows > LEAST_DEAD && deadShare(table) > DEAD_SHARE) ||
  (table.bloatBytes > LEAST_BLOAT_BYTES && table.bloatBytes > table.bytes * BLOATED_SHARE);

export const bloat = check(
  'Dead rows and bloat',
  async ({ postgres, signal, now }) => {
    const bloated = (await postgres.tables(signal)).filter(isBloated);
    const [largest] = bloated;
    if (!largest) return healthy('little');
    const lineOf = (table: Table) =>
      `${tableName(table)}: ${percent(deadShare(table))} dead (${count(table.deadRows, 'row')}), ${bytes(table.bloatBytes)} of ${bytes(table.bytes)} empty, ${vacuumed(table, now)}`;
    const others = bloated.length > 1 ? ` (and ${count(bloated.length - 1, 'other table')})` : '';
    return problem(`${lineOf(largest)}${others}. VACUUM it when there is little to do`, {
      evidence: { tables: bloated.slice(0, 8).map((table) => short(lineOf(table), 120)) },
      severity: 'warning',
    });
  },
  { skip: noDatabase },
);

const vacuumed = ({ lastVacuum }: Table, now: Date): string =>
  lastVacuum ? `vacuumed ${span(now.getTime() - lastVacuum.getTime())} ago` : 'never vacuumed';
