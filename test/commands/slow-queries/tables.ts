/** What the planner’s figures of the tables come to, and their dead rows. */
import { expect } from 'vitest';
import type { TableHealth } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { MIB } from '../sample-system.ts';
import { healthy, minutesAgo, warning } from '../topic.ts';

const table = (of: Partial<TableHealth> = {}): TableHealth => ({
  schema: 'public',
  table: 'invoices',
  liveRows: 100_000,
  deadRows: 500,
  bytes: 300 * MIB,
  bloatBytes: 20 * MIB,
  modifiedSinceAnalyze: 5000,
  hasStatistics: true,
  lastAnalyze: minutesAgo(60),
  lastVacuum: minutesAgo(90),
  ...of,
});
const tables = (...all: TableHealth[]): Given => ({ postgres: { tables: async () => all } });
/** As after a crash, with which the server's counters begin again. */
const UNCOUNTED: TableHealth = (({ lastAnalyze: _, lastVacuum: __, ...rest }) => rest)(table());
const NEVER: TableHealth = { ...UNCOUNTED, hasStatistics: false };

export const FINDINGS: Findings = {
  statistics: [
    ['up to date', tables(table()), healthy('up to date')],
    ['of a small table, never taken', tables({ ...NEVER, liveRows: 1000 }), healthy('up to date')],
    [
      'never taken',
      tables(NEVER),
      warning('the planner goes by old figures of invoices: never analysed, about 100,000 rows', ['analyze']),
    ],
    [
      'old',
      tables(table({ modifiedSinceAnalyze: 20_001 }), { ...NEVER, schema: 'sales' }),
      warning(
        'the planner goes by old figures of invoices: 20,001 changes to 100,000 rows since 2026-10-01 (and 1 other table)',
        ['analyze'],
      ),
    ],
    ['older than the server’s counters', tables(UNCOUNTED), healthy('up to date')],
    [
      'older than the server’s counters, and much has changed since',
      tables({ ...UNCOUNTED, modifiedSinceAnalyze: 20_001 }),
      warning(
        'the planner goes by old figures of invoices: 20,001 changes to 100,000 rows since the server’s counters began',
        ['analyze'],
      ),
    ],
    [
      'of a table that has just been filled: autovacuum comes to it',
      tables(table({ modifiedSinceAnalyze: 90_000, lastAnalyze: minutesAgo(1) })),
      healthy('up to date'),
    ],
    [
      'of a small table that changes',
      tables(table({ liveRows: 500, modifiedSinceAnalyze: 1000 })),
      healthy('up to date'),
    ],
  ],
  bloat: [
    ['little', tables(table()), healthy('little')],
    ['many dead rows, of few', tables(table({ liveRows: 100, deadRows: 9000 })), healthy('little')],
    [
      'dead rows',
      tables(table({ deadRows: 50_000 })),
      warning(
        expect.stringMatching(
          /^invoices: 33 % dead \(50,000 rows\), 20 MiB of 300 MiB empty, vacuumed 90 min ago/,
        ),
      ),
    ],
    [
      'empty space, never vacuumed',
      tables({ ...NEVER, bloatBytes: 200 * MIB }),
      warning(expect.stringContaining('200 MiB of 300 MiB empty, never vacuumed')),
    ],
    [
      'empty space, of a small table',
      tables(table({ bytes: 90 * MIB, bloatBytes: 80 * MIB })),
      healthy('little'),
    ],
  ],
};
