/** Page deliveries on a real PostgreSQL: found as they were left, held by one at a time, and dated by the database. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deliveries } from '../../../src/engine/ports.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { triesOf } from '../../../src/store/page-tries.ts';
import { openPool } from '../../../src/store/pool.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';

let database: FreshDatabase;
let pool: pg.Pool;
let deliveries: Deliveries;
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
  deliveries = createDeliveries(pool, randomUUID());
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('one that was begun is found so, with its id and since when; the first beginning counts', async () => {
  const begun = await deliveries.hold('page/1', 'sms', async (held) => {
    await held.markBegun();
    return held.id;
  });
  const since = await deliveries.hold('page/1', 'sms', async ({ id, state, begunAt }) => {
    expect([id, state]).toEqual([begun, 'begun']);
    return begunAt;
  });
  await deliveries.hold('page/1', 'sms', (held) => held.markBegun());
  expect(await deliveries.hold('page/1', 'sms', async ({ begunAt }) => begunAt)).toBe(since);
});

test('one that was refused is owed again, and has not begun', async () => {
  await deliveries.hold('page/2', 'sms', async (held) => {
    await held.markBegun();
    await held.markNotTaken();
  });
  await deliveries.hold('page/2', 'sms', async ({ state, begunAt }) =>
    expect([state, begunAt]).toEqual(['owed', undefined]),
  );
});

test('several at the same moment name the same page: it is one', async () => {
  for (let round = 0; round < 50; round += 1) {
    const names = await Promise.all(
      Array.from({ length: 8 }, async () => (await deliveries.reserve(`page/raced/${round}`, 'sms')).id),
    );
    expect(new Set(names).size).toBe(1);
  }
});

test('two hold it one after the other; another page, or another pager of it, waits for neither', async () => {
  const order: string[] = [];
  const { promise: inside, resolve: entered } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = deliveries.hold('page/3', 'sms', async () => {
    entered();
    await mayEnd;
    order.push('first');
  });
  await inside;
  const second = deliveries.hold('page/3', 'sms', async () => {
    order.push('second');
  });
  await deliveries.hold('page/3', 'mail', async () => order.push('another pager'));
  await deliveries.hold('page/4', 'sms', async () => order.push('another page'));
  end();
  await Promise.all([first, second]);
  expect(order).toEqual(['another pager', 'another page', 'first', 'second']);
});

test('what fails lets go of it', async () => {
  await expect(
    deliveries.hold('page/5', 'sms', async () => {
      throw new Error('Twilio is away');
    }),
  ).rejects.toThrow('Twilio is away');
  expect(await deliveries.hold('page/5', 'sms', async ({ state }) => state)).toBe('owed');
});

test('reserved twice it is one, and as old as the first time', async () => {
  await deliveries.reserve('page/6', 'sms');
  await pool.query(
    `UPDATE paksa.page_delivery SET owed_at = owed_at - interval '20 s' WHERE page = 'page/6'`,
  );
  const { ageMs } = await deliveries.reserve('page/6', 'sms');
  expect(ageMs).toBeGreaterThanOrEqual(20_000);
  expect(ageMs).toBeLessThan(40_000);
});

test('a reason is kept until it is taken; a lasting one ends it; one that was sent stays so', async () => {
  await deliveries.reserve('page/7', 'sms');
  await deliveries.note('page/7', 'sms', 'busy', false);
  await deliveries.note('page/7', 'mail', 'nobody reserved it', true);
  expect(await deliveries.of('page/7')).toMatchObject([{ pager: 'sms', state: 'owed', reason: 'busy' }]);
  await deliveries.hold('page/7', 'sms', (held) => held.markSent('SMS', 'SM7'));
  await deliveries.note('page/7', 'sms', 'too late', true);
  const [sent] = await deliveries.of('page/7');
  expect(sent).toEqual({
    id: sent?.id,
    page: 'page/7',
    pager: 'sms',
    state: 'sent',
    takenBy: 'SMS',
    reference: 'SM7',
  });
  await deliveries.markTold(sent?.id ?? '', 'acknowledged');
  expect(await deliveries.of('page/7')).toMatchObject([{ told: 'acknowledged' }]);
});

test('a reference is another’s only for another page of the same pager', async () => {
  const isAnothers = (page: string, pager: string) =>
    deliveries.hold(page, pager, (held) => held.isAnothers('CA8'));
  await deliveries.hold('page/8', 'call', (held) => held.markSent('phone call', 'CA8'));
  expect(await isAnothers('page/8', 'call')).toBe(false);
  expect(await isAnothers('page/9', 'call')).toBe(true);
  expect(await isAnothers('page/9', 'other')).toBe(false);
});

test('tries are kept in their order, each with its end; one that was cut off has none', async () => {
  const first = await deliveries.beginTry('page/INC-1/1/1/user/U1', 'sms');
  await deliveries.endTry(first, { taken: false, said: 'busy' });
  await deliveries.beginTry('page/INC-1/1/1/user/U1', 'mail');
  const last = await deliveries.beginTry('page/INC-1/1/1/user/U1', 'sms');
  await deliveries.endTry(last, { taken: true, said: 'SMS' });
  await deliveries.beginTry('page/INC-12/1/1/user/U1', 'sms');
  const tries = await triesOf(pool, 'page/INC-1/');
  expect(tries.map(({ pager, outcome }) => [pager, outcome])).toEqual([
    ['sms', { taken: false, said: 'busy' }],
    ['mail', undefined],
    ['sms', { taken: true, said: 'SMS' }],
  ]);
  expect(tries.map(({ at }) => at)).toEqual(tries.map(({ at }) => at).toSorted());
});
