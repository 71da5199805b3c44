/** What every stack begins with: its schema, its invoices, its sessions and its queue. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { expect } from 'vitest';

interface Databases {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** The first column. */
export async function query(databaseUrl: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows.map((row: unknown[]) => row[0]);
  } finally {
    await client.end();
  }
}

/** How many keys there are of a pattern. */
export async function keys(redisUrl: string, pattern: string): Promise<number> {
  const redis = new Redis(redisUrl);
  try {
    return (await redis.keys(pattern)).length;
  } finally {
    redis.disconnect();
  }
}

/** Asks the databases themselves, before anything else has. */
export async function expectFilled({ databaseUrl, redisUrl }: Databases): Promise<void> {
  expect(await query(databaseUrl, 'SELECT count(*)::int FROM invoices')).toEqual([8000]);
  expect(await query(databaseUrl, 'SELECT version_num FROM alembic_version')).toEqual(['0003']);
  expect(await query(databaseUrl, 'SELECT count(*) > 0 FROM pg_stat_statements')).toEqual([true]);
  expect(await query(databaseUrl, `SELECT indexname FROM pg_indexes WHERE indexname LIKE 'idx_%'`)).toEqual([
    'idx_invoices_tenant_date',
  ]);
  expect(
    await query(
      databaseUrl,
      `SELECT count(*)::int FROM invoices i LEFT JOIN customers c ON c.id = i.customer_id AND c.tenant_id = i.tenant_id
       WHERE c.id IS NULL OR i.total_amount <> i.subtotal + i.tax_amount OR i.total_amount < 0`,
    ),
  ).toEqual([0]);
  expect(await keys(redisUrl, 'session:*')).toBe(30);
  expect(await keys(redisUrl, 'queue:*')).toBe(1);
}
