/** A database of a test file's own, on the server that all of them share. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface FreshDatabase {
  readonly url: string;
  /** Ends its connections, and it. */
  drop(): Promise<void>;
}

/** One in which Paksa has started once (servers.ts): what that makes there takes longer than many a test. */
export const TEMPLATE = 'paksa_template';

/** An empty one. */
export const freshDatabase = (): Promise<FreshDatabase> => create('template1');

/** One with Paksa's tables and queues, of an installation of its own. */
export async function preparedDatabase(): Promise<FreshDatabase> {
  const database = await create(TEMPLATE);
  await administer(database.url, 'UPDATE paksa.installation SET id = gen_random_uuid()');
  return database;
}

async function create(template: string): Promise<FreshDatabase> {
  const server = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(server, name, template);
  return { url, drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** @returns its address */
export async function createDatabase(server: string, name: string, template = 'template1'): Promise<string> {
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
