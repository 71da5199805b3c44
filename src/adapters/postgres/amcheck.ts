/** Whether indexes still say what their tables hold the order of: amcheck's light check, as far as time allows. */
import pg from 'pg';
import type { Postgres } from './connect.ts';
import { codeOf } from './errors.ts';
import { howToCreate, schemaOf } from './extension.ts';
import { forbidden } from './permission.ts';
import type { IndexVerification, PostgresSettings } from './port.ts';
import { inSavepoint, type Query } from './query.ts';
import { USERS_SCHEMA } from './sizes.ts';

const OPERATION = 'verify indexes';
const BUDGET_MS = 5_000;

/** Data that is corrupted (XX), or gone from the disk (58). All other errors are about the looking. */
const CORRUPTION = /^(XX|58)/;

const INDEXES = `
  SELECT i.oid, n.nspname AS schema, i.relname AS name
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_am am ON am.oid = i.relam
    JOIN pg_namespace n ON n.oid = i.relnamespace
   WHERE am.amname = 'btree' AND i.relkind = 'i' AND x.indisvalid AND x.indisready AND ${USERS_SCHEMA}
     AND i.relpersistence <> 't' AND NOT (i.relpersistence = 'u' AND pg_is_in_recovery())
   ORDER BY i.relpages, i.oid`;

interface Index {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

export const verifyIndexes = (db: Postgres, signal: AbortSignal): Promise<IndexVerification> =>
  db.read({ operation: OPERATION, signal }, async (query) => {
    const schema = await schemaOf(query, 'amcheck');
    if (schema === undefined) return { available: false, enable: await howToCreate(query, 'amcheck') };
    const until = performance.now() + BUDGET_MS;
    await requireExecute(query, schema, db.where());
    const indexes = await query<Index>(INDEXES);
    const verdicts: (string | undefined)[] = [];
    for (const index of indexes) {
      const left = Math.floor(until - performance.now());
      const verdict = left > 0 ? await verify(query, schema, index, left) : 'unknown';
      if (verdict !== 'unknown')
        verdicts.push(verdict === 'sound' ? undefined : describe(index, verdict.wrong));
    }
    return {
      available: true,
      indexes: verdicts.length,
      broken: verdicts.filter((verdict) => verdict !== undefined),
      unseen: indexes.length - verdicts.length,
    };
  });

/** It is a superuser's to begin with, and pg_monitor does not include it. */
async function requireExecute(query: Query, schema: string, where: PostgresSettings): Promise<void> {
  const check = `${schema}.bt_index_check(regclass)`;
  const [row] = await query<{ may: boolean }>(`SELECT has_function_privilege($1, 'EXECUTE') AS may`, [check]);
  if (row?.may) return;
  throw forbidden(
    OPERATION,
    where,
    'amcheck is closed to it',
    (role) => `GRANT EXECUTE ON FUNCTION ${check} TO ${role}`,
  );
}

type Verdict = 'sound' | 'unknown' | { readonly wrong: string };

async function verify(query: Query, schema: string, { oid }: Index, mostMs: number): Promise<Verdict> {
  try {
    await inSavepoint(query, async () => {
      await query(`SET LOCAL statement_timeout = ${mostMs}`);
      await query(`SELECT ${schema}.bt_index_check($1::oid::regclass)`, [oid]);
    });
    return 'sound';
  } catch (error) {
    const code = codeOf(error);
    // Too slow, locked by somebody, or dropped since it was listed.
    const unknown = ['57014', '55P03', '42704', '42P01'].includes(code);
    if (!unknown && !CORRUPTION.test(code)) throw error;
    return unknown || !(error instanceof pg.DatabaseError) ? 'unknown' : { wrong: error.message };
  }
}

const describe = ({ schema, name }: Index, wrong: string): string =>
  `${schema === 'public' ? name : `${schema}.${name}`}: ${wrong}`;
