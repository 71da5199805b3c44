/** Connections to Paksa's own database, and transactions on them. */
import pg from 'pg';

/**
 * What a database that is away, or a road to it that swallows everything, may cost. TCP alone finds out after two hours where
 * nothing is sent, and after fifteen minutes where something is (Node cannot set TCP_USER_TIMEOUT): hence each wait has an end
 * of its own, at both ends. PostgreSQL gives up a statement, and a transaction that is not heard from, whose rows others want;
 * the driver a statement that PostgreSQL should have given up, whose connection it closes then.
 */
export const openPool = (
  connectionString: string,
  onError: (error: Error) => void,
  applicationName = 'paksa',
): pg.Pool =>
  new pg.Pool({
    connectionString,
    max: 20,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    query_timeout: 11_000,
    // Nothing but statements happens within a transaction.
    idle_in_transaction_session_timeout: 8_000,
    application_name: applicationName,
  })
    .on('error', onError)
    // While it is lent out, the pool does not listen: a server that stops would end the process.
    .on('connect', (client) => client.on('error', onError));

/** The driver has given a statement up, and the connection still waits for it: nothing more can be asked there. */
export const isGivenUp = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements it may be ended, which only its listeners are told: unheard, that would end the process.
  const lose = (error: Error): void => {
    broken = error;
  };
  client.on('error', lose);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if (isGivenUp(error)) lose(error);
    else await client.query('ROLLBACK').catch(lose);
    throw error;
  } finally {
    client.off('error', lose);
    client.release(broken);
  }
}

/** What names this database's Paksa to the outside. */
export async function installationOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM paksa.installation');
  const [row] = rows;
  if (!row) throw new Error('paksa.installation is empty: its row was deleted, and has to be put back');
  return row.id;
}
