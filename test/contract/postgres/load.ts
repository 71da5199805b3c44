/** Invoices enough for an index to matter, and an application that asks for them over and over. */
import type { IndexProposal } from '../../../src/adapters/postgres/port.ts';
import { execute } from '../../harness/postgres-server.ts';
import type { System } from './system.ts';
import { soon } from './system.ts';

export const STATISTICS = 'CREATE EXTENSION pg_stat_statements';
export const ROWS = 20_000;

/** 50 tenants, a date each, and a `note` that is never the same. */
export const invoices = (rows = ROWS) => [
  'CREATE TABLE customers (id int PRIMARY KEY, name text)',
  'INSERT INTO customers SELECT generate_series(1, 100)',
  `CREATE TABLE invoices (
     id serial PRIMARY KEY, tenant_id int NOT NULL, customer_id int, created_at timestamptz NOT NULL,
     status varchar(20), kind int, due date, note text, total_amount numeric(12, 2))`,
  `INSERT INTO invoices (tenant_id, customer_id, created_at, status, kind, due, note, total_amount)
   SELECT i % 50, i % 100 + 1, now() - i * interval '1 minute', 's' || i % 500, i % 2, now() - i % 300 * interval '1 day', 'note ' || i, i
     FROM generate_series(1, ${rows}) i`,
  'ANALYZE',
];

/** The same question, as often as it takes to be a load. */
export const run = ({ url }: System, statement: string, times = 5) =>
  execute(url, ...Array.from({ length: times }, () => statement));

export const missing = async ({ probe }: System): Promise<readonly IndexProposal[]> =>
  (await probe.missingIndexes(soon())).proposals;

/** As `table(column,column)`. */
export const named = (proposals: readonly IndexProposal[]): string[] =>
  proposals.map(({ table, columns }) => `${table}(${columns.join(',')})`);
