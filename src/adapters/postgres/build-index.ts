/**
 * Builds and drops indexes without stopping writers. What PostgreSQL leaves behind of a build that failed or was stopped,
 * an index that costs and serves nobody, goes with it.
 */
import pg from 'pg';
import { AdapterError } from '../../errors.ts';
import type { Postgres, Query } from './connect.ts';
import { beingBuilt, serverVersion } from './invalid-indexes.ts';
import type { IndexName, IndexProposal } from './port.ts';

/**
 * It waits for transactions older than itself, for each in turn, and makes nobody wait meanwhile: PostgreSQL counts that
 * waiting as for a lock, and a report or a backup may take minutes.
 */
const LOCK_MS = 900_000;
const BUILD_MS = 3_600_000;
const CLEANUP_MS = 60_000;
const CLEANUP_LOCK_MS = 5_000;

export const indexDdl = ({
  schema,
  table,
  name,
  columns,
}: Pick<IndexProposal, 'schema' | 'table' | 'name' | 'columns'>): string =>
  `CREATE INDEX CONCURRENTLY ${pg.escapeIdentifier(name)} ON ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} (${columns.map(pg.escapeIdentifier).join(', ')})`;

const dropDdl = ({ schema, name }: IndexName): string =>
  `DROP INDEX CONCURRENTLY ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

export async function createIndex(db: Postgres, proposal: IndexProposal, signal: AbortSignal): Promise<void> {
  const operation = `build the index ${proposal.name}`;
  const call = { operation, signal, lockMs: LOCK_MS, deadlineMs: BUILD_MS };
  let begun = false;
  try {
    await db.alone(call, async (query) => {
      const before = await stateOf(query, proposal);
      if (before === 'valid') throw failed(operation, `There is an index ${proposal.name} already`);
      if (before === 'being built')
        throw failed(operation, `A session is building ${proposal.name} right now`);
      if (before === 'invalid') await query(dropDdl(proposal));
      begun = true;
      await query(indexDdl(proposal));
      if ((await stateOf(query, proposal)) !== 'valid')
        throw failed(operation, `${proposal.name} was built, but PostgreSQL does not call it valid`);
    });
  } catch (error) {
    if (begun) await cleanUp(db, proposal, error);
    throw error;
  }
}

/** @throws AdapterError with what is left, when it cannot be removed */
async function cleanUp(db: Postgres, proposal: IndexProposal, because: unknown): Promise<void> {
  const operation = `remove the unfinished index ${proposal.name}`;
  // Whoever stopped the build has stopped waiting: this has a time of its own.
  const call = {
    operation,
    signal: AbortSignal.timeout(CLEANUP_MS),
    lockMs: CLEANUP_LOCK_MS,
    statementMs: CLEANUP_MS,
  };
  try {
    await db.alone(call, async (query) => {
      const left = await stateOf(query, proposal);
      if (left === 'being built') throw failed(operation, `${proposal.name} is being built still`);
      if (left === 'invalid') await query(dropDdl(proposal));
    });
  } catch {
    if (!(because instanceof AdapterError)) throw because;
    const { message, operation: during, fault } = because;
    throw new AdapterError(
      `${message} An unfinished index may be left behind: ${dropDdl(proposal)}; takes it away.`,
      { system: 'postgres', operation: during, fault, retryable: false, cause: because },
    );
  }
}

export const dropIndex = (db: Postgres, index: IndexName, signal: AbortSignal): Promise<void> => {
  const operation = `drop the index ${index.name}`;
  return db.alone({ operation, signal, lockMs: LOCK_MS, deadlineMs: BUILD_MS }, async (query) => {
    if ((await stateOf(query, index)) === 'none')
      throw new AdapterError(
        `There is no index ${index.schema}.${index.name}: it has been dropped already.`,
        {
          system: 'postgres',
          operation,
          fault: 'not-found',
          retryable: false,
        },
      );
    await query(dropDdl(index));
  });
};

type State = 'none' | 'valid' | 'invalid' | 'being built';

async function stateOf(query: Query, { schema, name }: IndexName): Promise<State> {
  const [row] = await query<{ valid: boolean; building: boolean }>(
    `SELECT x.indisvalid AS valid, ${beingBuilt(await serverVersion(query))} AS building
       FROM pg_index x
       JOIN pg_class i ON i.oid = x.indexrelid
       JOIN pg_namespace n ON n.oid = i.relnamespace
      WHERE n.nspname = $1 AND i.relname = $2`,
    [schema, name],
  );
  if (!row) return 'none';
  if (row.valid) return 'valid';
  return row.building ? 'being built' : 'invalid';
}

const failed = (operation: string, what: string): AdapterError =>
  new AdapterError(`${what}: diagnose again, and look at what it says now.`, {
    system: 'postgres',
    operation,
    fault: 'refused',
    retryable: false,
  });
