/** Paksa's own tables, in a database of a test file's own. */
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { openPool } from '../../src/store/pool.ts';
import { type FreshDatabase, preparedDatabase } from './database.ts';

/** Call it at the top of a test file. @returns what gives the pool, from within a test */
export function paksaTables(): () => pg.Pool {
  let database: FreshDatabase | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    database = await preparedDatabase();
    pool = openPool(database.url, () => undefined);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  return () => {
    if (!pool) throw new Error('there are tables within a test only');
    return pool;
  };
}
