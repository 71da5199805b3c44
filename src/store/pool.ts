/** Connections to Paksa's own database, and transactions on them. */
import pg from 'pg';

/** TCP keepalives notice a database whose machine is gone; the statement timeout one that hangs. */
export const openPool = (connectionString: string, onError: (error: Error) => void): pg.Pool =>
  new pg.Pool({
    connectionString,
    max: 20,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    application_name: 'paksa',
  }).on('error', onError);

export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: Error) => {
      broken = lost;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
