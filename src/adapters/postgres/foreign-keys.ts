/** The database's foreign keys: what they hold together, and whether PostgreSQL vouches for it. */
import pg from 'pg';
import type { Postgres } from './connect.ts';
import { codeOf } from './errors.ts';
import { type Constraint, countOrphans, findConstraints } from './orphans.ts';
import type { ForeignKey } from './port.ts';
import { inSavepoint } from './query.ts';

/** All of them together; what is left then is not counted. */
const BUDGET_MS = 10_000;
const LOCK_MS = 2_000;
const VALIDATE_MS = 600_000;

export const listForeignKeys = (
  db: Postgres,
  signal: AbortSignal,
  database?: string,
): Promise<readonly ForeignKey[]> =>
  db.read({ operation: 'check foreign keys', signal, database }, async (query) => {
    const until = performance.now() + BUDGET_MS;
    const keys: ForeignKey[] = [];
    for (const constraint of await findConstraints(query)) {
      const { name, validated, schema, table, referenced_schema, referenced_table } = constraint;
      keys.push({
        name,
        table: nameOf(schema, table),
        references: nameOf(referenced_schema, referenced_table),
        validated,
        ...(await countOrphans(query, constraint, until - performance.now())),
      });
    }
    return keys;
  });

const nameOf = (schema: string, table: string): string =>
  schema === 'public' ? table : `${schema}.${table}`;

export async function validateForeignKeys(db: Postgres, signal: AbortSignal): Promise<readonly string[]> {
  const doubtful = await db.read({ operation: 'check foreign keys', signal }, async (query) => {
    const found: Constraint[] = [];
    for (const constraint of await findConstraints(query)) {
      if (constraint.validated) continue;
      const { orphans = 0 } = await countOrphans(query, constraint);
      if (orphans === 0) found.push(constraint);
    }
    return found;
  });
  const validated: string[] = [];
  for (const constraint of doubtful)
    if (await validate(db, constraint, signal)) validated.push(constraint.name);
  return validated;
}

/** It does not stop writers. False when PostgreSQL finds an orphan that could not be counted in time, or a new one. */
async function validate(db: Postgres, constraint: Constraint, signal: AbortSignal): Promise<boolean> {
  const { schema, table, name } = constraint;
  const call = {
    operation: `validate the foreign key ${name}`,
    signal,
    lockMs: LOCK_MS,
    statementMs: VALIDATE_MS,
    deadlineMs: VALIDATE_MS,
  };
  return db.change(call, async (query) => {
    const of = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
    const alter = `ALTER TABLE ${of} VALIDATE CONSTRAINT ${pg.escapeIdentifier(name)}`;
    try {
      await inSavepoint(query, () => query(alter));
      return true;
    } catch (error) {
      if (codeOf(error) !== '23503') throw error;
      return false;
    }
  });
}
