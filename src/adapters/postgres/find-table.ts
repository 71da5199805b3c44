/** A table by its name alone: on the role's own search path, else the only one of that name. */
import pg from 'pg';
import { AdapterError } from '../../errors.ts';
import type { Query } from './connect.ts';
import { USERS_SCHEMA } from './sizes.ts';

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Quoted, with its schema. */
  readonly sql: string;
}

const TABLES = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p')`;

/** `name` is as the catalog has it, with its schema or without. */
export async function lookForTable(query: Query, name: string): Promise<Table | undefined> {
  await query('SET LOCAL search_path TO DEFAULT');
  const [visible] = await query<{ oid: number | null }>('SELECT pg_catalog.to_regclass($1)::oid AS oid', [
    name.split('.').map(pg.escapeIdentifier).join('.'),
  ]);
  await query('SET LOCAL search_path = pg_catalog');
  const found =
    visible?.oid == null
      ? await query<Omit<Table, 'sql'>>(`${TABLES} AND ${USERS_SCHEMA} AND c.relname = $1 LIMIT 2`, [name])
      : await query<Omit<Table, 'sql'>>(`${TABLES} AND c.oid = $1`, [visible.oid]);
  const [table, another] = found;
  if (!table || another) return undefined;
  return { ...table, sql: `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}` };
}

/** @throws AdapterError not-found */
export async function findTable(query: Query, name: string, operation: string): Promise<Table> {
  const table = await lookForTable(query, name);
  if (table) return table;
  throw noTable(`There is no table ${name} that the search path finds`, operation);
}

export const noTable = (what: string, operation: string): AdapterError =>
  new AdapterError(`${what}: check the database in the address, and whether its migrations have run.`, {
    system: 'postgres',
    operation,
    fault: 'not-found',
    retryable: false,
  });
