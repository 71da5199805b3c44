/** One statement at a time over a connection, which stops at once when the signal says so. */
import type pg from 'pg';
import { cancel } from './cancel.ts';
import { untilAborted } from './until-aborted.ts';

/** Rows as the caller describes them; the statement is SQL of this folder, never text from elsewhere. */
export type Query = <Row extends pg.QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

/** In each of Paksa's statements, so that pg_stat_statements shows whose they are. At the end: PostgreSQL 18 drops leading comments. */
export const MARK = '/* paksa */';

/** How long a cancelled statement may take to end before its connection is cut. */
const ENDING_MS = 2_000;

/** Several statements in one go, without parameters: Paksa's own fixed ones. */
export const runScript = async (client: pg.Client, statements: readonly string[]): Promise<void> => {
  await client.query(statements.map((statement) => `${statement} ${MARK}`).join('; '));
};

/**
 * Runs `work`; aborted, it cancels the statement under way and waits for its end before it throws the signal's reason.
 * The connection is in doubt then.
 */
export async function withQuery<T>(
  client: pg.Client,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const query: Query = async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ) => {
    signal.throwIfAborted();
    // The extended protocol takes one statement and no more, whatever is in the text.
    const statement = { text: `${text} ${MARK}`, values: [...values], queryMode: 'extended' };
    const { rows } = await client.query<Row>(statement);
    return rows;
  };
  const working = work(query);
  try {
    return await untilAborted(working, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await cancel(client);
    const ended = working.then(
      () => undefined,
      () => undefined,
    );
    await untilAborted(ended, AbortSignal.timeout(ENDING_MS)).catch(() => undefined);
    throw signal.reason;
  }
}

/** Within a transaction, which goes on as if nothing had happened when `work` fails. @throws what it throws */
export async function inSavepoint<T>(query: Query, work: () => Promise<T>): Promise<T> {
  await query('SAVEPOINT paksa');
  try {
    return await work();
  } catch (error) {
    await query('ROLLBACK TO SAVEPOINT paksa');
    throw error;
  } finally {
    await query('RELEASE SAVEPOINT paksa');
  }
}
