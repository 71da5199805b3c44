/**
 * A replica that loses the database in the middle of a task: what it has in hand is stopped before another one has it, and
 * when the road is mended it works again.
 */
import { once } from 'node:events';
import { test } from 'vitest';
import type { TaskOf } from '../../../src/engine/task.ts';
import { startJobs } from '../../../src/jobs/jobs.ts';
import { openPool } from '../../../src/store/pool.ts';
import { type Cut, startCuttable } from '../../harness/cuttable.ts';
import { preparedDatabase } from '../../harness/database.ts';

const task = (diagnosis: string) => ({ task: 'diagnose', diagnosis }) as const;

test.concurrent.for<Cut>(['swallowed', 'broken'])(
  'its connections are %s',
  { timeout: 120_000 },
  async (how, { expect: check }) => {
    const database = await preparedDatabase();
    const road = await startCuttable(database.url);
    const pool = openPool(database.url, () => undefined);
    const quiet = { onError: () => undefined, onFailure: () => undefined };
    const far = await startJobs(road.url, quiet);
    const near = await startJobs(database.url, quiet);
    const send = (diagnosis: string) =>
      near.enqueue((text, values) => pool.query(text, values), task(diagnosis));
    const order: string[] = [];
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    await far.work({
      diagnose: async ({ diagnosis }: TaskOf<'diagnose'>, signal) => {
        order.push(`far ${diagnosis}`);
        if (diagnosis !== 'cut off') return;
        begin();
        await once(signal, 'abort');
        order.push('far stopped');
      },
    });
    await send('cut off');
    await begun;
    road.cut(how);
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    await near.work({
      diagnose: async ({ diagnosis }: TaskOf<'diagnose'>) => {
        order.push(`near ${diagnosis}`);
        if (diagnosis === 'cut off') take();
      },
    });
    await taken;
    check(order).toEqual(['far cut off', 'far stopped', 'near cut off']);

    road.mend();
    await near.stop(1_000);
    await pool.query(`UPDATE pgboss.job SET state = 'completed' WHERE state <> 'completed'`);
    const late = await startJobs(database.url, quiet);
    await late.enqueue((text, values) => pool.query(text, values), task('mended'));
    await check.poll(() => order.at(-1)).toBe('far mended');

    await Promise.all([far.stop(1_000), late.stop(1_000)]);
    await pool.end();
    await road.stop();
    await database.drop();
  },
);
