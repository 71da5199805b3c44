/** The checks of the topic `slow-queries`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { blockades } from '../../commands/slow-queries/locks.ts';
import { slowQueries } from '../../commands/slow-queries.ts';
import type {
  IndexProposal,
  InvalidIndex,
  Session,
  Statement,
  TableHealth,
} from '../../src/adapters/postgres/port.ts';
import { examine } from '../../src/engine/examine.ts';
import { redactDeep } from '../../src/redact.ts';
import { type Given, PRODUCTION } from './context.ts';
import { idle, session } from './sessions.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, under, warning } from './topic.ts';

const { look, context } = under(slowQueries);
const MIB = 1024 ** 2;

const statement = (of: Partial<Statement> = {}): Statement => ({
  query: 'SELECT * FROM invoices\n WHERE tenant_id = $1',
  calls: 1200,
  meanMs: 812,
  totalMs: 974_400,
  rows: 5,
  ...of,
});
const statements = (...all: Statement[]): Given => ({
  postgres: { statements: async () => ({ available: true, statements: all, since: minutesAgo(600) }) },
});
const at = (...sessions: Session[]): Given => ({ postgres: { sessions: async () => sessions } });

const proposal = (of: Partial<IndexProposal> = {}): IndexProposal => ({
  name: 'idx_invoices_tenant_date',
  schema: 'public',
  table: 'invoices',
  columns: ['tenant_id', 'created_at'],
  ddl: 'CREATE INDEX CONCURRENTLY "idx_invoices_tenant_date" ON "public"."invoices" ("tenant_id", "created_at")',
  basis: 'guide',
  reason: 'the guide’s own index is missing',
  tableRows: 8000,
  tableBytes: 2 * MIB,
  ...of,
});
const missing = (...all: IndexProposal[]): Given => ({ postgres: { missingIndexes: async () => all } });
const invalid = (...all: InvalidIndex[]): Given => ({ postgres: { invalidIndexes: async () => all } });
const LEFT: InvalidIndex = { schema: 'public', name: 'idx_half', table: 'invoices', inProgress: false };

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

const blocker = (minutes: number, of: Partial<Session> = {}) => idle(10, minutes, of);
const waiter = (pid: number, minutes: number, blockedBy: readonly number[] = [10]) =>
  session(pid, minutes, { blockedBy });

const FINDINGS: Record<string, readonly Case[]> = {
  statements: [
    ['none yet', statements(), healthy('none has been counted yet')],
    [
      'fast ones',
      statements(statement({ meanMs: 499 })),
      healthy('none of 1 statement takes 500 ms or more in 5 calls or more'),
    ],
    ['a slow one that was run by hand', statements(statement({ calls: 4 })), { status: 'healthy' }],
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
  active: [
    ['none', at(), healthy('none')],
    ['short ones', at(session(1, 0.5), session(2, 1)), healthy('2 queries, none for over a minute')],
    [
      'a long one',
      at(session(1, 2)),
      warning(
        'the longest is pid 1 paksa-backend (paksa), active for 2 min: SELECT total_amount FROM invoices WHERE id = $1',
      ),
    ],
    [
      'very long ones',
      at(session(1, 2), session(2, 6), session(3, 30)),
      problem(expect.stringMatching(/^2 queries have run for over 5 min; the longest is pid 3 /), [
        'terminate-queries',
      ]),
    ],
    ['five minutes to the second', at(session(1, 5)), { severity: 'warning' }],
    [
      'long ones that are nobody’s, or maintenance, or wait for others',
      at(
        session(1, 60, { own: true }),
        session(2, 60, { kind: 'walsender' }),
        session(3, 60, { kind: 'autovacuum worker' }),
        session(4, 60, { application: 'pg_dump', query: 'COPY public.invoices TO stdout' }),
        session(5, 60, { query: ' create index concurrently i on t (c)' }),
        session(6, 60, { query: 'VACUUM invoices' }),
        session(7, 60, { blockedBy: [5] }),
      ),
      { ...healthy('none'), evidence: { active: 0, 'waiting for locks': 1 } },
    ],
  ],
  'idle-in-transaction': [
    ['none', at(session(1, 60)), healthy('none')],
    ['short ones', at(idle(1, 2)), healthy('1, none that long that it matters')],
    [
      'a long one',
      at(idle(1, 12, { state: 'idle in transaction (aborted)' })),
      warning(expect.stringMatching(/^1 session holds a transaction open and does nothing, .*: pid 1 /), [
        'end-idle-transactions',
      ]),
    ],
    [
      'two',
      at(idle(1, 12), idle(2, 7)),
      warning(expect.stringMatching(/^2 sessions hold .* do nothing/), ['end-idle-transactions']),
    ],
    ['that others wait for, which the locks tell', at(blocker(12), waiter(1, 1)), { status: 'healthy' }],
    ['at work within', at(idle(1, 60, { queryStart: minutesAgo(0.2) })), { status: 'healthy' }],
  ],
  locks: [
    ['nobody waits', at(session(1, 60)), healthy('nobody waits for one')],
    ['a moment', at(blocker(12), waiter(1, 0.1)), healthy('1 wait, none for over 10 s')],
    ['for a transaction that has only begun', at(blocker(0.1), waiter(1, 30)), { status: 'healthy' }],
    [
      'a while',
      at(blocker(2), waiter(1, 0.5)),
      warning(
        expect.stringMatching(
          /^1 session waits, for up to 30 s, for pid 10 paksa-backend \(paksa\), idle in/,
        ),
      ),
    ],
    [
      'long, for somebody who has forgotten it',
      at(blocker(12), waiter(1, 3), waiter(2, 1, [1])),
      {
        ...problem(expect.stringMatching(/^2 sessions wait, for up to 3 min, for pid 10 /), [
          'terminate-queries',
        ]),
        evidence: {
          queues: [
            expect.stringMatching(/^pid 10 .*idle in transaction for 12 min/),
            expect.stringMatching(/^← pid 1 /),
            expect.stringMatching(/^← pid 2 /),
          ],
        },
      },
    ],
    ['many', at(blocker(1), ...[1, 2, 3, 4, 5].map((pid) => waiter(pid, 0.5))), problem(expect.any(String))],
    [
      'long, for an index that is being built',
      at(session(10, 20, { query: 'CREATE INDEX i ON invoices (id)' }), waiter(1, 3)),
      problem(expect.any(String)),
    ],
    [
      'for a prepared transaction',
      at(waiter(1, 3, [0])),
      problem(expect.stringContaining('a prepared transaction')),
    ],
    [
      'for a session that is not shown',
      at(waiter(1, 3, [77])),
      problem(expect.stringMatching(/for pid 77$/)),
    ],
  ],
  indexes: [
    ['none', missing(), healthy('none')],
    [
      'the guide’s',
      missing(proposal()),
      {
        ...warning('invoices (tenant_id, created_at) has none: the guide’s own index is missing', [
          'create-index',
        ]),
        evidence: {
          missing: ['invoices (tenant_id, created_at), 8,000 rows, 2 MiB: the guide’s own index is missing'],
        },
      },
    ],
    [
      'several',
      missing(proposal({ basis: 'plan', schema: 'sales' }), proposal()),
      warning(expect.stringMatching(/^sales\.invoices .*\(and 1 more\)$/), ['create-index']),
    ],
    [
      'of tables that are too small, for what speaks for them',
      missing(proposal({ tableRows: 900 }), proposal({ basis: 'foreign-key', columns: ['customer_id'] })),
      healthy('none that matters yet: 2 candidates'),
    ],
    [
      'under a foreign key of a large table',
      missing(proposal({ basis: 'foreign-key', tableRows: 100_000 })),
      { status: 'problem' },
    ],
  ],
  'unfinished-indexes': [
    ['none', invalid(), healthy('none')],
    ['one at work', invalid({ ...LEFT, inProgress: true }), healthy('none')],
    [
      'a leftover',
      invalid(LEFT, { ...LEFT, schema: 'sales' }),
      warning('idx_half, sales.idx_half: each slows writes down, and helps no query', [
        'drop-unfinished-indexes',
      ]),
    ],
  ],
  statistics: [
    ['up to date', tables(table()), healthy('up to date')],
    ['of a small table, never taken', tables({ ...NEVER, liveRows: 1000 }), healthy('up to date')],
    [
      'never taken',
      tables(NEVER),
      warning('the planner goes by old figures of invoices: never analysed, 100,000 rows', ['analyze']),
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

test('every check has its cases', () => {
  expect(Object.keys(FINDINGS)).toEqual(Object.keys(slowQueries.checks));
});

describe.each(Object.entries(FINDINGS))('%s', (id, cases) => {
  test.each(cases)('%s', async (_, given, verdict) => {
    const seen = await look(id, given);
    expect(seen).toMatchObject(verdict);
    for (const fix of seen.suggests) expect(slowQueries.fixes).toHaveProperty([fix]);
    expect(redactDeep(seen)).toEqual(seen);
  });
});

describe('blockades', () => {
  test('a chain has one root, a root its whole queue', () => {
    const [only, ...others] = blockades([blocker(9), waiter(1, 5), waiter(2, 4, [1]), waiter(3, 3, [2])]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ pid: 10, seconds: 300 });
    expect(only?.waiters.map(({ pid }) => pid)).toEqual([1, 2, 3]);
  });

  test('nobody is at the root of a circle, which PostgreSQL breaks by itself', () => {
    expect(blockades([waiter(1, 5, [2]), waiter(2, 5, [1])])).toEqual([]);
  });

  test('who is at work in a transaction has held its locks since that began', () => {
    const at = session(10, 1, { transactionStart: minutesAgo(8) });
    expect(blockades([at, waiter(1, 5)])).toMatchObject([{ seconds: 300 }]);
  });
});

test('a database that cannot be asked is not known to be well', async () => {
  const down = faulty('unreachable', 'Nothing listens on postgres:5432');
  const asked = {
    statements: down,
    sessions: down,
    missingIndexes: down,
    invalidIndexes: down,
    tables: down,
  };
  const { findings } = await examine(slowQueries, PRODUCTION, context({ postgres: asked }), {
    redact: (value) => value,
  });
  for (const { status, summary } of findings)
    expect([status, summary]).toEqual(['inconclusive', 'could not look: Nothing listens on postgres:5432']);
});

test('without a database there is nothing to look at', async () => {
  const { skipped } = await examine(slowQueries, { environment: 'empty' }, context(), {
    redact: (value) => value,
  });
  expect(skipped.map(({ check }) => check)).toEqual(Object.keys(slowQueries.checks));
});
