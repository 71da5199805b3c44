/** A queue at work, on tables of a test file’s own. */
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type Jobs, startJobs } from '../../src/jobs/jobs.ts';
import { openPool } from '../../src/store/pool.ts';
import { type FreshDatabase, preparedDatabase } from './database.ts';

/** Call it at the top of a test file; `use` is called once it is there. */
export function openQueue(use: (queue: { readonly pool: pg.Pool; readonly jobs: Jobs }) => void): void {
  let database: FreshDatabase;
  let pool: pg.Pool;
  let jobs: Jobs;
  beforeAll(async () => {
    database = await preparedDatabase();
    pool = openPool(database.url, () => undefined);
    jobs = await startJobs(database.url, { onError: () => undefined, onFailure: () => undefined });
    use({ pool, jobs });
  });
  afterAll(async () => {
    await jobs.stop(5_000);
    await pool.end();
    await database.drop();
  });
}
