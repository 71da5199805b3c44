/** A task that waits already is not taken before whoever relies on it has committed: else it would not see what it is about. */
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { Jobs } from '../../../src/jobs/jobs.ts';
import { openQueue } from '../../harness/queue.ts';

let pool: pg.Pool;
let jobs: Jobs;
openQueue((queue) => {
  ({ pool, jobs } = queue);
});

const publish = (subject: `incident/${string}`) => ({ task: 'publish', subject }) as const;

test('one of two that were asked for at the same time is done, after both have committed', async () => {
  await pool.query('CREATE TABLE shown (value int); INSERT INTO shown VALUES (0)');
  const onItsOwn = (text: string, values?: unknown[]) => pool.query(text, values);
  await jobs.enqueue(onItsOwn, publish('incident/INC-1'));
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('UPDATE shown SET value = 1');
  await jobs.enqueue((text, values) => client.query(text, values), publish('incident/INC-1'));

  const seen: (readonly [subject: string, value: number])[] = [];
  await jobs.work({
    publish: async ({ subject }) => {
      const { rows } = await pool.query<{ value: number }>('SELECT value FROM shown');
      seen.push([subject, rows[0]?.value ?? -1]);
    },
  });
  await jobs.enqueue(onItsOwn, publish('incident/INC-2'));
  await expect.poll(() => seen).toEqual([['incident/INC-2', 0]]);
  await client.query('COMMIT');
  client.release();
  await expect
    .poll(() => seen)
    .toEqual([
      ['incident/INC-2', 0],
      ['incident/INC-1', 1],
    ]);
});
