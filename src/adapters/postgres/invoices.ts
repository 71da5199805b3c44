/**
 * The guide's integrity check, and what its repair would do: `total_amount` against `subtotal + tax_amount`. Sums are made
 * in `numeric` and compared in the column's own type, so that the repaired figure is the one that is looked for.
 */
import pg from 'pg';
import type { Postgres, Query } from './connect.ts';
import { findTable, noTable, type Table } from './find-table.ts';
import type { InvoiceTotals } from './port.ts';

const SAMPLE = 5;
const COUNT_MS = 15_000;

/** SQL over the table as `i`. */
export interface Invoices {
  readonly table: Table;
  /** Columns of the primary key, quoted, the first first. */
  readonly key: readonly string[];
  readonly total: string;
  /** What the total should be; null where that cannot be told. */
  readonly sum: string;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly category: string;
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, t.typcategory AS category
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
     AND a.attname IN ('total_amount', 'subtotal', 'tax_amount')`;

const KEY = `
  SELECT a.attname AS name
    FROM pg_index x, unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position)
    JOIN pg_attribute a ON a.attnum = k.attnum
   WHERE x.indrelid = $1 AND x.indisprimary AND a.attrelid = $1
   ORDER BY k.position`;

/** @throws AdapterError not-found when there is no such table, column or key */
export async function findInvoices(query: Query, operation: string): Promise<Invoices> {
  const table = await findTable(query, 'invoices', operation);
  const columns = await query<Column>(COLUMNS, [table.oid]);
  const type = (name: string): string => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column?.category === 'N') return column.type;
    throw noTable(
      column
        ? `The column ${name} of ${table.schema}.invoices is of type ${column.type}, which is no number`
        : `The table ${table.schema}.invoices has no column ${name}`,
      operation,
    );
  };
  const total = type('total_amount');
  for (const name of ['subtotal', 'tax_amount']) type(name);
  const key = await query<{ name: string }>(KEY, [table.oid]);
  if (key.length === 0) throw noTable(`The table ${table.schema}.invoices has no primary key`, operation);
  return {
    table,
    key: key.map(({ name }) => pg.escapeIdentifier(name)),
    total: 'i.total_amount',
    sum: `CAST(CAST(i.subtotal AS numeric) + CAST(i.tax_amount AS numeric) AS ${total})`,
  };
}

const negative = (amount: string): string => `CAST(${amount} AS numeric) < 0`;

const totalsOf = ({ table, total, sum }: Invoices): string => `
  SELECT count(*)::float8 AS invoices,
         count(*) FILTER (WHERE ${negative(total)})::float8 AS negative,
         count(*) FILTER (WHERE ${total} IS DISTINCT FROM ${sum})::float8 AS mismatched,
         count(*) FILTER (WHERE ${total} IS DISTINCT FROM ${sum} AND ${sum} IS NULL)::float8 AS undecidable,
         count(*) FILTER (WHERE ${negative(total)} AND (${sum} IS NULL OR ${negative(sum)}))::float8 AS negative_after,
         count(*) FILTER (WHERE ${negative(`coalesce(${sum}, ${total})`)})::float8 AS negative_repaired
    FROM ${table.sql} i`;

const sampleOf = ({ table, key, total, sum }: Invoices): string => {
  const columns = key.map((column) => `i.${column}`);
  return `
  SELECT concat_ws('/', ${columns.join(', ')}) AS id, coalesce(${total}::text, 'null') AS before, ${sum}::text AS after
    FROM ${table.sql} i
   WHERE ${total} IS DISTINCT FROM ${sum} AND ${sum} IS NOT NULL
   ORDER BY ${columns.join(', ')} LIMIT ${SAMPLE}`;
};

interface TotalsRow extends Omit<InvoiceTotals, 'sample' | 'negativeAfter' | 'negativeRepaired'> {
  readonly negative_after: number;
  readonly negative_repaired: number;
}

export const readInvoiceTotals = (
  db: Postgres,
  signal: AbortSignal,
  database?: string,
): Promise<InvoiceTotals> =>
  db.read({ operation: 'add up its invoices', signal, statementMs: COUNT_MS, database }, async (query) => {
    const invoices = await findInvoices(query, 'add up its invoices');
    const [row] = await query<TotalsRow>(totalsOf(invoices));
    if (!row) throw new Error('count(*) gave no row');
    const { negative_after: negativeAfter, negative_repaired: negativeRepaired, ...totals } = row;
    // Looking for rows to show reads the whole table again.
    const sample =
      totals.mismatched > totals.undecidable
        ? await query<InvoiceTotals['sample'][number]>(sampleOf(invoices))
        : [];
    return { ...totals, negativeAfter, negativeRepaired, sample };
  });
