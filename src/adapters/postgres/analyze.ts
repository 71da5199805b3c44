/** ANALYZE. Of a table that the role may not analyze, PostgreSQL only warns: here that is an error. */
import pg from 'pg';
import { AdapterError } from '../../errors.ts';
import type { Postgres } from './connect.ts';
import { serverVersion } from './invalid-indexes.ts';
import { forbidden } from './permission.ts';

const OPERATION = 'analyze tables';
const LOCK_MS = 10_000;
const DEADLINE_MS = 600_000;

/** Since then there is a privilege for it; before, it is the owners' (of the table, or of the database). */
const MAINTAIN_SINCE = 170_000;

interface Named {
  readonly schema: string;
  readonly table: string;
}

export const analyze = (db: Postgres, tables: readonly Named[], signal: AbortSignal): Promise<void> =>
  db.alone({ operation: OPERATION, signal, lockMs: LOCK_MS, deadlineMs: DEADLINE_MS }, async (query) => {
    const privilege = (await serverVersion(query)) >= MAINTAIN_SINCE;
    const may = `
      SELECT pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')
             ${privilege ? `OR has_table_privilege(c.oid, 'MAINTAIN')` : ''} AS may, pg_get_userbyid(c.relowner) AS owner
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_database d
       WHERE n.nspname = $1 AND c.relname = $2 AND d.datname = current_database()`;
    for (const { schema, table } of tables) {
      const [row] = await query<{ may: boolean; owner: string }>(may, [schema, table]);
      if (!row) throw gone(schema, table);
      if (!row.may)
        throw forbidden(OPERATION, db.where(), `${schema}.${table} is not its own`, (role) =>
          privilege
            ? `GRANT MAINTAIN ON ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} TO ${role}`
            : `Until PostgreSQL 17 that takes an owner: make ${role} a member of the role that owns it (now “${row.owner}”)`,
        );
      await query(`ANALYZE ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`);
    }
  });

const gone = (schema: string, table: string): AdapterError =>
  new AdapterError(`There is no table ${schema}.${table} any more: diagnose again.`, {
    system: 'postgres',
    operation: OPERATION,
    fault: 'not-found',
    retryable: false,
  });
