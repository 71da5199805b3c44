/** Timers that fall due together are worked on together, and each is settled for itself: one that fails holds up no other. */
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { TaskOf } from '../../../src/engine/task.ts';
import type { Jobs } from '../../../src/jobs/jobs.ts';
import { openQueue } from '../../harness/queue.ts';

let pool: pg.Pool;
let jobs: Jobs;
openQueue((queue) => {
  ({ pool, jobs } = queue);
});

const MANY = 30;

test('each of many at once is called, and only what failed is called again', async () => {
  const due = Date.now();
  const timer = (index: number) =>
    ({ task: 'timer', incident: `INC-${index}`, timer: 'ladder', due }) as const;
  for (let index = 0; index < MANY; index += 1)
    await jobs.enqueue((text, values) => pool.query(text, values), timer(index), due);

  const calls = new Map<string, number>();
  await jobs.work({
    timer: async ({ incident }: TaskOf<'timer'>) => {
      const count = (calls.get(incident) ?? 0) + 1;
      calls.set(incident, count);
      if (incident === 'INC-3' && count < 3) throw new Error('the database was away');
    },
  });

  const once = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`INC-${index}`, 1]));
  const states = async () =>
    (await pool.query(`SELECT state, count(*)::int FROM pgboss.job WHERE name = 'timer' GROUP BY state`))
      .rows;
  await expect.poll(states).toEqual([{ state: 'completed', count: MANY }]);
  expect(Object.fromEntries(calls)).toEqual({ ...once, 'INC-3': 3 });
});
