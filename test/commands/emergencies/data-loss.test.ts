/** The emergency `data-loss`: what is left, and the way from stopped writes to a restored database. */
import { describe, expect, test } from 'vitest';
import { dataLoss } from '../../../commands/emergencies/data-loss.ts';
import type { TableHealth } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import { type Case, faulty, healthy, problem } from '../topic.ts';
import { topic } from './samples.ts';

const { look } = topic(dataLoss);

const table = (name: string, deadRows: number): TableHealth => ({
  schema: 'public',
  table: name,
  liveRows: 0,
  deadRows,
  bytes: 8192,
  bloatBytes: 0,
  modifiedSinceAnalyze: 0,
  hasStatistics: true,
});
const rows = (counts: Record<string, number>, ...tables: readonly TableHealth[]): Given => ({
  postgres: { rowCounts: async () => counts, tables: async () => tables },
});

describe('extent', () => {
  const cases: readonly Case[] = [
    [
      'rows in every table',
      rows({ invoices: 8000, tenants: 20, customers: 200 }),
      {
        ...healthy('3 tables, such as invoices: 8,000, customers: 200, tenants: 20'),
        evidence: { rows: ['invoices: 8,000', 'customers: 200', 'tenants: 20'] },
      },
    ],
    [
      'an empty table, and rows that were deleted lately',
      rows({ invoices: 0, tenants: 20 }, table('invoices', 8000), table('tenants', 3)),
      {
        ...healthy(
          '2 tables, such as tenants: 20, invoices: 0; 1 empty (invoices); deleted or overwritten lately, invoices: 8,000',
        ),
        evidence: {
          rows: ['tenants: 20', 'invoices: 0'],
          empty: ['invoices'],
          'deleted or overwritten lately': ['invoices: 8,000'],
        },
      },
    ],
    [
      'nothing but what Alembic filled anew',
      rows({ invoices: 0, tenants: 0, alembic_version: 1 }),
      problem('each of 2 tables is empty: invoices, tenants', ['restore-beside']),
    ],
    ['no table', rows({ alembic_version: 1 }), problem('there is no table', ['restore-beside'])],
  ];
  test.each(cases)('%s', async (_, given, verdict) => {
    expect(await look('extent', given)).toMatchObject(verdict);
  });

  test('counts the configured database', async () => {
    const counted: string[] = [];
    const rowCounts = async (name: string) => {
      counted.push(name);
      return { invoices: 1 };
    };
    await look('extent', { postgres: { rowCounts, tables: async () => [] } });
    expect(counted).toEqual(['paksa_db']);
  });

  test('a database that does not answer is not known to be whole', async () => {
    const away = { rowCounts: faulty('timed-out'), tables: async () => [] };
    await expect(look('extent', { postgres: away })).rejects.toThrow('it said no');
  });
});

describe('what the integrity suggests is among the fixes of this topic', () => {
  const totals = {
    invoices: 10,
    negative: 1,
    mismatched: 3,
    undecidable: 1,
    sample: [],
    negativeAfter: 0,
    negativeRepaired: 0,
  };
  const key = { name: 'fk', table: 'invoices', references: 'tenants', sample: [] };
  const cases: readonly Case[] = [
    ['negative-totals', { postgres: { invoiceTotals: async () => totals } }, { suggests: ['repair-totals'] }],
    ['totals-add-up', { postgres: { invoiceTotals: async () => totals } }, { suggests: ['repair-totals'] }],
    [
      'foreign-keys-validated',
      { postgres: { foreignKeys: async () => [{ ...key, validated: false, orphans: 0 }] } },
      { suggests: ['validate-foreign-keys'] },
    ],
    [
      'orphans',
      { postgres: { foreignKeys: async () => [{ ...key, validated: true, orphans: 4 }] } },
      { suggests: ['restore-beside'] },
    ],
    [
      'restored',
      {
        postgres: {
          databases: async () => ['paksa_db', 'paksa_db_restored'],
          rowCounts: async (name) => ({ invoices: name === 'paksa_db' ? 5 : 0 }),
        },
      },
      { suggests: ['drop-restored'] },
    ],
    [
      'backend-pods',
      {
        kubernetes: {
          replicas: async () => [],
          workload: async () => ({
            kind: 'deployment',
            name: 'paksa-backend',
            namespace: 'x',
            resourceVersion: '1',
            generation: 1,
            replicas: 0,
            ready: 0,
            updated: 0,
            limits: {},
          }),
        },
      },
      { suggests: ['start-pods'] },
    ],
  ];
  test.each(cases)('%s', async (id, given, expected) => {
    expect(await look(id, given)).toMatchObject(expected);
  });
});

describe('the procedure', () => {
  const { steps = {} } = dataLoss.procedures?.['data-loss'] ?? {};
  const order = Object.keys(steps);
  const before = (first: string, second: string) => order.indexOf(first) < order.indexOf(second);

  test('stops writes before it looks, restores beside before anybody decides, and verifies before writes go on', () => {
    expect(order[0]).toBe('stop-writes');
    for (const [first, second] of [
      ['stop-containers', 'extent'],
      ['extent', 'restore'],
      ['restore', 'compare'],
      ['compare', 'decide'],
      ['decide', 'integrity'],
      ['integrity', 'resume-writes'],
      ['resume-writes', 'start-pods'],
      ['start-containers', 'resumed'],
      ['resumed', 'monitor'],
    ] as const)
      expect([first, second, before(first, second)]).toEqual([first, second, true]);
    expect(steps.integrity).toMatchObject({ mustBeHealthy: true });
  });

  test('tells who decides that the present database is read-only, and how to write to it all the same', () => {
    expect(steps.decide).toMatchObject({
      kind: 'person',
      instructions: expect.arrayContaining([
        expect.stringContaining('PGOPTIONS="-c default_transaction_read_only=off"'),
      ]),
    });
  });
});
