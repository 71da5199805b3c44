/** Which of some indexes there are, asked of the catalog: that none is missed any more says nothing of its name. */
import type { Postgres } from './connect.ts';
import type { IndexName } from './port.ts';

export const listPresentIndexes = (
  db: Postgres,
  indexes: readonly IndexName[],
  signal: AbortSignal,
): Promise<readonly IndexName[]> =>
  db.read({ operation: 'look which indexes there are', signal }, (query) =>
    query<{ schema: string; name: string }>(
      `SELECT w.schema, w.name FROM unnest($1::text[], $2::text[]) WITH ORDINALITY w(schema, name, position)
         JOIN pg_namespace n ON n.nspname = w.schema
         JOIN pg_class i ON i.relnamespace = n.oid AND i.relname = w.name AND i.relkind = 'i'
        ORDER BY w.position`,
      [indexes.map(({ schema }) => schema), indexes.map(({ name }) => name)],
    ),
  );
