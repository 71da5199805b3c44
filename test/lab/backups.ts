/** Rows that are lost under docker-compose, and where they are still. */
import pg from 'pg';
import { programPath } from '../harness/programs.ts';
import type { ComposeStack } from './compose-stack.ts';
import { rows } from './faults/sql.ts';
import { runProgram } from './run-program.ts';

/** A real backup, by pg_dump. */
export async function dump({ databaseUrl }: ComposeStack, file: string): Promise<void> {
  await runProgram(programPath('pg_dump'), ['--format=custom', `--file=${file}`, `--dbname=${databaseUrl}`]);
}

export const databases = async (stack: ComposeStack) =>
  (await rows<{ datname: string }>(stack, 'SELECT datname FROM pg_database')).map(({ datname }) => datname);

/** As the step says: with leave to write, by way of postgres_fdw. */
export async function copyBack({ databaseUrl }: ComposeStack): Promise<void> {
  const url = new URL(databaseUrl);
  const client = new pg.Client({
    connectionString: databaseUrl,
    options: '-c default_transaction_read_only=off',
  });
  await client.connect();
  try {
    await client.query(`
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER beside FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'paksa_db_restored', host '127.0.0.1');
      CREATE USER MAPPING FOR CURRENT_USER SERVER beside OPTIONS (user 'postgres', password '${url.password}');
      CREATE SCHEMA beside;
      IMPORT FOREIGN SCHEMA public LIMIT TO (invoices) FROM SERVER beside INTO beside;
      INSERT INTO invoices SELECT * FROM beside.invoices b WHERE NOT EXISTS (SELECT FROM invoices i WHERE i.id = b.id);
      DROP SCHEMA beside CASCADE;
      DROP EXTENSION postgres_fdw CASCADE;
    `);
  } finally {
    await client.end();
  }
}
