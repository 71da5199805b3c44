/** Whether an extension is there, and in whichever schema it was put. */
import pg from 'pg';
import type { Query } from './connect.ts';

/** Its schema, quoted; undefined when it was not created in this database. */
export async function schemaOf(query: Query, extension: string): Promise<string | undefined> {
  const [row] = await query<{ schema: string }>(
    'SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = $1',
    [extension],
  );
  return row && pg.escapeIdentifier(row.schema);
}

/** How to have it, where it needs no more than being created. */
export async function howToCreate(query: Query, extension: string): Promise<string> {
  const [row] = await query<{ database: string; installed: boolean }>(
    `SELECT current_database() AS database,
            EXISTS (SELECT FROM pg_available_extensions WHERE name = $1) AS installed`,
    [extension],
  );
  const create = `run CREATE EXTENSION ${extension}; in the database ${row?.database ?? ''} (no restart)`;
  return row?.installed === false
    ? `install PostgreSQL's contrib package on the server, then ${create}`
    : create;
}
