/** Which privilege is missing, as the statement that grants it. */
import pg from 'pg';
import { AdapterError } from '../../errors.ts';
import type { PostgresSettings } from './port.ts';

/** From PostgreSQL's own words; an administrator in another language gets the general advice. */
export function missingPrivilege(text: string, { user }: PostgresSettings, changes: boolean): string {
  const role = pg.escapeIdentifier(user);
  const grant = (what: string) => `GRANT ${what} TO ${role}`;
  const [, kind = '', name = ''] =
    /(?:permission denied for|must be owner of) (materialized view|\w+) (\S+)/.exec(text) ?? [];
  const object = name.replace(/^"|"$/g, '');
  if (/row-level security/.test(text)) return `ALTER ROLE ${role} BYPASSRLS`;
  if (/must be owner of/.test(text)) return `give it the role that owns ${kind} ${object}`;
  if (/terminat|cancel/.test(text) && !kind) return grant('pg_signal_backend');
  switch (kind) {
    case 'table':
    case 'relation':
    case 'view':
    case 'materialized view':
      return grant(`${changes ? 'SELECT, UPDATE' : 'SELECT'} ON ${pg.escapeIdentifier(object)}`);
    case 'schema':
      return grant(`${changes ? 'USAGE, CREATE' : 'USAGE'} ON SCHEMA ${pg.escapeIdentifier(object)}`);
    case 'database':
      return grant(`CREATE ON DATABASE ${pg.escapeIdentifier(object)}`);
    case 'function':
      return grant(`EXECUTE ON FUNCTION ${object}`);
    default:
      return grant('pg_monitor');
  }
}

/** For what PostgreSQL hides instead of refusing it. */
export const forbidden = (
  operation: string,
  { user }: PostgresSettings,
  why: string,
  remedy: (role: string) => string,
): AdapterError =>
  new AdapterError(`“${user}” may not ${operation}: ${why}. ${remedy(pg.escapeIdentifier(user))}.`, {
    system: 'postgres',
    operation,
    fault: 'forbidden',
    retryable: false,
  });

/** @throws AdapterError forbidden when PostgreSQL hides what other roles' sessions or statements do */
export function requireStatistics(hidden: boolean, operation: string, where: PostgresSettings): void {
  if (!hidden) return;
  throw forbidden(
    operation,
    where,
    "it cannot see what other roles' sessions do",
    (role) => `GRANT pg_monitor TO ${role}`,
  );
}
