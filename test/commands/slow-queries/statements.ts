/** What the statements that take the longest come to. */
import { expect } from 'vitest';
import type { Statement } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { healthy, inconclusive, minutesAgo, warning } from '../topic.ts';

const statement = (of: Partial<Statement> = {}): Statement => ({
  query: 'SELECT * FROM invoices\n WHERE tenant_id = $1',
  calls: 1200,
  meanMs: 812,
  totalMs: 974_400,
  rows: 5,
  ...of,
});
const statements = (...all: Statement[]): Given => counted(all, {});
const counted = (all: readonly Statement[], of: { counted?: number; totalMs?: number }): Given => ({
  postgres: {
    statements: async () => ({
      available: true,
      statements: all,
      counted: all.length,
      totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0),
      since: minutesAgo(600),
      ...of,
    }),
  },
});

export const FINDINGS: Findings = {
  statements: [
    ['none yet', statements(), healthy('none has been counted yet')],
    [
      'fast ones',
      statements(statement({ meanMs: 499 })),
      healthy('none of 1 statement takes 500 ms or more in 5 calls or more'),
    ],
    [
      'only such as were run by hand',
      counted([], { counted: 3, totalMs: 9000 }),
      healthy('none of 3 statements takes 500 ms or more in 5 calls or more'),
    ],
    [
      'a slow one among so many that are not shown',
      counted([statement({ calls: 5, totalMs: 4060 })], { counted: 2000, totalMs: 9_000_000 }),
      healthy('none of 2,000 statements takes 500 ms or more in 5 calls or more'),
    ],
    [
      'a slow one among far heavier ones',
      statements(statement({ calls: 5, totalMs: 4060 }), statement({ meanMs: 40, totalMs: 9_000_000 })),
      { status: 'healthy' },
    ],
    [
      'a slow one',
      statements(statement(), statement({ meanMs: 2, totalMs: 974_400 })),
      {
        ...warning(
          '812 ms on average over 1,200 calls, 50 % of the time: SELECT * FROM invoices WHERE tenant_id = $1',
        ),
        evidence: {
          since: '2026-10-01 02:00:00Z',
          slowest: ['812 ms × 1,200: SELECT * FROM invoices WHERE tenant_id = $1'],
        },
      },
    ],
    [
      'slow ones',
      statements(statement(), statement({ meanMs: 700 })),
      warning(expect.stringContaining('(and 1 more)')),
    ],
    [
      'that nobody counts',
      { postgres: { statements: async () => ({ available: false, enable: 'run CREATE EXTENSION' }) } },
      inconclusive('nobody counts them: pg_stat_statements is not in use. To have it: run CREATE EXTENSION'),
    ],
  ],
};
