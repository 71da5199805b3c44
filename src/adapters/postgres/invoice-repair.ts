/** The guide's repair of invoices, with the old figures kept in the same transaction, and its undoing. */
import pg from 'pg';
import { AdapterError } from '../../errors.ts';
import type { Call, Postgres, Query } from './connect.ts';
import { findInvoices } from './invoices.ts';

const SCHEMA = 'paksa_kept';
const LABEL = /^[a-z0-9-]{1,60}$/;
const OLD = 'paksa_old_total';
const NEW = 'paksa_new_total';

/** Whoever waits for a lock on invoices makes others wait: not for long. */
const LOCK_MS = 2_000;
const STATEMENT_MS = 120_000;
const DEADLINE_MS = 180_000;

const call = (operation: string, signal: AbortSignal): Call => ({
  operation,
  signal,
  lockMs: LOCK_MS,
  statementMs: STATEMENT_MS,
  deadlineMs: DEADLINE_MS,
});

export async function repairTotals(db: Postgres, label: string, signal: AbortSignal): Promise<number> {
  const operation = 'repair its invoices';
  const kept = keptTable(label, operation);
  return db.change(call(operation, signal), async (query) => {
    const { table, key, total, sum } = await findInvoices(query, operation);
    if (await isThere(query, kept))
      throw refused(operation, `${label} has repaired invoices already: undo that first`);
    await makeSchema(query);
    const columns = key.join(', ');
    await query(
      `CREATE TABLE ${kept} AS SELECT ${columns}, total_amount AS ${OLD}, total_amount AS ${NEW} FROM ${table.sql} WITH NO DATA`,
    );
    // Locked row by row, a row is looked at again as it is by then: whoever repaired it meanwhile keeps their figure.
    const [row] = await query<{ changed: number }>(`
      WITH wrong AS (
        SELECT ${key.map((column) => `i.${column}`).join(', ')}, ${total} AS ${OLD}, ${sum} AS ${NEW}
          FROM ${table.sql} i WHERE ${total} IS DISTINCT FROM ${sum} AND ${sum} IS NOT NULL FOR UPDATE
      ), repaired AS (
        UPDATE ${table.sql} i SET total_amount = w.${NEW} FROM wrong w WHERE ${sameKey(key, 'w')}
        RETURNING ${key.map((column) => `w.${column}`).join(', ')}, w.${OLD}, ${total}
      ), keeping AS (
        INSERT INTO ${kept} SELECT * FROM repaired RETURNING 1
      )
      SELECT count(*)::float8 AS changed FROM keeping`);
    return row?.changed ?? 0;
  });
}

export async function restoreTotals(db: Postgres, label: string, signal: AbortSignal): Promise<number> {
  const operation = 'put the figures of invoices back';
  const kept = keptTable(label, operation);
  return db.change(call(operation, signal), async (query) => {
    const { table, key, total } = await findInvoices(query, operation);
    if (!(await isThere(query, kept)))
      throw new AdapterError(
        `No figures are kept under ${label}: they were put back before, or never kept.`,
        {
          system: 'postgres',
          operation,
          fault: 'not-found',
          retryable: false,
        },
      );
    const [row] = await query<{ restored: number }>(`
      WITH restored AS (
        UPDATE ${table.sql} i SET total_amount = k.${OLD} FROM ${kept} k
         WHERE ${sameKey(key, 'k')} AND ${total} IS NOT DISTINCT FROM k.${NEW}
        RETURNING 1
      )
      SELECT count(*)::float8 AS restored FROM restored`);
    await query(`DROP TABLE ${kept}`);
    return row?.restored ?? 0;
  });
}

export const keepsTotals = (db: Postgres, label: string, signal: AbortSignal): Promise<boolean> => {
  const operation = 'look for kept figures of invoices';
  const kept = keptTable(label, operation);
  return db.read({ operation, signal }, (query) => isThere(query, kept));
};

const sameKey = (key: readonly string[], other: string): string =>
  key.map((column) => `i.${column} = ${other}.${column}`).join(' AND ');

function keptTable(label: string, operation: string): string {
  if (LABEL.test(label)) return `${SCHEMA}.${pg.escapeIdentifier(label)}`;
  throw refused(operation, 'a label is of small letters, digits and dashes, at most 60');
}

async function isThere(query: Query, kept: string): Promise<boolean> {
  const [row] = await query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [kept]);
  return row?.there ?? false;
}

/** IF NOT EXISTS asks for the right to create one even where it is there. */
async function makeSchema(query: Query): Promise<void> {
  const [row] = await query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS there',
    [SCHEMA],
  );
  if (!row?.there) await query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
}

const refused = (operation: string, why: string): AdapterError =>
  new AdapterError(`Paksa did not ${operation}: ${why}.`, {
    system: 'postgres',
    operation,
    fault: 'refused',
    retryable: false,
  });
