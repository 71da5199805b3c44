/** Messages on a real PostgreSQL: held by one at a time, found as they were left, and never another subject's. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Messages } from '../../../src/engine/ports.ts';
import { createMessages } from '../../../src/store/messages.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, freshDatabase } from '../../harness/database.ts';

let database: FreshDatabase;
let pool: pg.Pool;
let messages: Messages;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool(database.url, () => undefined);
  await Promise.all([migrate(pool), migrate(pool)]);
  messages = createMessages(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('one that was begun and not ended is found so by the next, with its id', async () => {
  await messages.reserve('page/1', 'C1');
  const id = await messages.hold('page/1', async (message) => {
    await message.markSending();
    return message.id;
  });
  expect(await messages.hold('page/1', async (message) => [message.state, message.id])).toEqual([
    'sending',
    id,
  ]);
  await messages.hold('page/1', (message) => message.markSent('1.5', 'content'));
  expect(await messages.find('page/1')).toEqual({ channel: 'C1', ts: '1.5' });
  expect(await messages.begun('page/')).toEqual(new Map([['page/1', 'sent']]));
});

test('two hold it one after the other', async () => {
  await messages.reserve('incident/A', 'C1');
  const order: string[] = [];
  const { promise: inside, resolve: entered } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = messages.hold('incident/A', async () => {
    order.push('first in');
    entered();
    await mayEnd;
    order.push('first out');
  });
  await inside;
  const second = messages.hold('incident/A', async () => {
    order.push('second in');
  });
  await waitingForLock();
  end();
  await Promise.all([first, second]);
  expect(order).toEqual(['first in', 'first out', 'second in']);
});

test('a message handed over while somebody waits for it is not theirs any more', async () => {
  await messages.reserve('diagnosis/1', 'C1');
  const { promise: inside, resolve: entered } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = messages.hold('diagnosis/1', async () => {
    entered();
    await mayEnd;
  });
  await inside;
  const late = messages.hold('diagnosis/1', async () => 'drawn over');
  await waitingForLock();
  await createStore(pool, async () => undefined).transact((tx) => tx.handOver('diagnosis/1', 'incident/B'));
  end();
  await first;
  expect(await late).toBeUndefined();
  expect(await messages.hold('diagnosis/1', async () => 'drawn over')).toBeUndefined();
  expect(await messages.hold('incident/B', async ({ channel }) => channel)).toBe('C1');
});

test('what fails lets go of it', async () => {
  await messages.reserve('incident/C', 'C1');
  const failing = messages.hold('incident/C', async () => {
    throw new Error('Slack is away');
  });
  await expect(failing).rejects.toThrow('Slack is away');
  expect(await messages.hold('incident/C', async ({ state }) => state)).toBe('owed');
});

/** Somebody waits for a lock in this database. */
const waitingForLock = () =>
  expect
    .poll(async () => {
      const { rows } = await pool.query(
        `SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database
         WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
      );
      return rows.length;
    })
    .toBe(1);
