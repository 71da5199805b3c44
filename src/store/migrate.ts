/** Brings Paksa's tables up to date: numbered SQL files, each once, one replica at a time. */
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { messageOf, UserError } from '../errors.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
/** Any number: it only has to be the same in every replica. */
const LOCK = 7_294_810;

/** @throws UserError when the database cannot be reached */
export async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect().catch(unreachable);
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('CREATE SCHEMA IF NOT EXISTS paksa');
    await client.query(
      'CREATE TABLE IF NOT EXISTS paksa.migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string }>('SELECT name FROM paksa.migration');
    const applied = new Set(rows.map(({ name }) => name));
    const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
    for (const name of files.filter((file) => !applied.has(file))) {
      await client.query(await readFile(new URL(name, MIGRATIONS), 'utf8'));
      await client.query('INSERT INTO paksa.migration (name) VALUES ($1)', [name]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** @throws UserError: everything begins with this connection, so that it is where a wrong address shows */
function unreachable(error: unknown): never {
  throw new UserError(
    `Paksa’s own database cannot be reached (${messageOf(error)}): check DATABASE_URL, and that PostgreSQL is running.`,
    { cause: error },
  );
}
