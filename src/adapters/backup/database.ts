/** Makes and drops the databases that backups are restored into. What Paksa has made says so in its comment; no other is dropped. */
import pg from 'pg';
import { type Address, readAddress } from '../postgres/address.ts';
import { connectOnce } from '../postgres/connection.ts';
import { databaseError, failure, taken } from './errors.ts';

const CONNECT_MS = 10_000;
const STATEMENT_MS = 120_000;

const MADE_BY_PAKSA = 'made by Paksa from ';

/** Empty, with the encoding and the locale of the configured one. @throws AdapterError refused when the name is taken */
export async function createDatabase(url: string, name: string): Promise<void> {
  await withClient(url, 'create', name, async (client) => {
    const { rows } = await client.query<{ encoding: string; collate: string; ctype: string }>(
      `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype
         FROM pg_database WHERE datname = current_database()`,
    );
    const own = rows[0];
    const settings =
      own === undefined
        ? ''
        : ` ENCODING ${pg.escapeLiteral(own.encoding)} LC_COLLATE ${pg.escapeLiteral(own.collate)} LC_CTYPE ${pg.escapeLiteral(own.ctype)}`;
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0${settings}`);
  });
}

/** @throws AdapterError refused when the name is taken */
export async function requireFree(url: string, name: string): Promise<void> {
  await withClient(url, 'create', name, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) throw failure('create', 'refused', taken(name));
  });
}

/** Gives it the name that it is meant for. @throws AdapterError refused when the name is taken */
export async function nameDatabase(url: string, from: string, to: string): Promise<void> {
  await withClient(url, 'name', to, async (client) => {
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(from)} RENAME TO ${pg.escapeIdentifier(to)}`);
  });
}

/** Lets `dropDatabase` know it again, for as long as it is there. */
export async function markDatabase(url: string, name: string, from: string): Promise<void> {
  await withClient(url, 'mark', name, async (client) => {
    const comment = pg.escapeLiteral(MADE_BY_PAKSA + from);
    await client.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(name)} IS ${comment}`);
  });
}

/** @throws AdapterError not-found, refused (not made by Paksa, or in use) */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await withClient(url, 'drop', name, async (client) => {
    const { rows } = await client.query<{ comment: string | null; configured: boolean }>(
      `SELECT shobj_description(oid, 'pg_database') AS comment, datname = current_database() AS configured
         FROM pg_database WHERE datname = $1`,
      [name],
    );
    const found = rows[0];
    if (found === undefined)
      throw failure('drop', 'not-found', `There is no database ${name}: it was dropped already.`);
    if (found.configured || !found.comment?.startsWith(MADE_BY_PAKSA))
      throw failure(
        'drop',
        'refused',
        `${name} was not made by Paksa out of a backup: it stays. Drop it by hand if it is not needed.`,
      );
    await client.query(`DROP DATABASE ${pg.escapeIdentifier(name)}`);
  });
}

/** One that was created a moment ago and is not complete: whatever still works in it is ended. */
export async function dropUnfinished(url: string, name: string): Promise<void> {
  await withClient(url, 'drop', name, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  });
}

/** A connection of its own, to the configured database: one cannot be dropped from within. */
async function withClient(
  url: string,
  operation: string,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  let client: pg.Client | undefined;
  try {
    ({ client } = await connectOnce(patient(readAddress(url)), AbortSignal.timeout(CONNECT_MS)));
    // Writes may have been stopped, which is when a backup is needed: what is made here is another database.
    await client.query('SET default_transaction_read_only = off');
    await work(client);
  } catch (error) {
    throw databaseError(operation, database, error);
  } finally {
    await client?.end().catch(() => {});
  }
}

/** As TLS is wanted for every other connection; making and dropping takes its time. */
function patient({ where, config, plain }: Address): Address {
  const limits = { statement_timeout: STATEMENT_MS, query_timeout: STATEMENT_MS + CONNECT_MS };
  return { where, config: { ...config, ...limits }, ...(plain ? { plain: { ...plain, ...limits } } : {}) };
}
