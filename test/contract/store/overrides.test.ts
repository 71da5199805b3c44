/** Overrides on a real PostgreSQL: who made them, in which order, ended early; and whom a schedule's page is for. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordedOverride, Store } from '../../../src/engine/ports.ts';
import { DAY, HOUR } from '../../../src/policy/wall-clock.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';

let database: FreshDatabase;
let pool: pg.Pool;
let store: Store;
let now: number;
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
  store = createStore(pool, async () => undefined);
  now = await store.transact(async (tx) => tx.now);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const make = (
  schedule: string,
  user: string,
  from: number,
  to: number,
  cause = `${schedule}/${user}/${from}`,
) => store.transact(({ overrides }) => overrides.make({ schedule, user, from, to, madeBy: 'UANA' }, cause));
const since = (schedule: string, at: number) =>
  store.transact(async ({ overrides }) => (await overrides.since(schedule, at)).map(({ user }) => user));

test('is kept with who made it and when, and found by its id', async () => {
  const made = await make('kept', 'U1', now, now + HOUR);
  expect(made).toEqual<RecordedOverride>({
    id: expect.stringMatching(/^\d+$/),
    schedule: 'kept',
    user: 'U1',
    from: now,
    to: now + HOUR,
    madeBy: 'UANA',
    madeAt: expect.closeTo(now, -5),
  });
  expect(await store.transact(({ overrides }) => overrides.find(made.id))).toEqual(made);
  expect(await store.transact(({ overrides }) => overrides.find('999999'))).toBeUndefined();
});

test('one cause makes one, also when two come at once', async () => {
  const both = await Promise.all([1, 2].map(() => make('once', 'U1', now, now + HOUR, 'receipt-1')));
  expect(both[0]).toEqual(both[1]);
  expect(await since('once', now)).toEqual(['U1']);
});

test('those in force and those to come, in the order in which they were made, of this schedule', async () => {
  await make('order', 'ULATER', now + DAY, now + 2 * DAY);
  await make('order', 'USOON', now, now + HOUR);
  await make('order', 'UPAST', now - DAY, now);
  await make('other', 'UOTHER', now, now + HOUR);
  expect(await since('order', now)).toEqual(['ULATER', 'USOON']);
  expect(await since('order', now + HOUR)).toEqual(['ULATER']);
  expect(await since('order', now - HOUR)).toEqual(['ULATER', 'USOON', 'UPAST']);
});

test('ended early, it lasted until then; once, and never one that is over', async () => {
  const { id } = await make('ended', 'U1', now - HOUR, now + HOUR);
  const ended = await store.transact(({ overrides }) => overrides.end(id, 'UBOB'));
  expect(ended).toMatchObject({ endedBy: 'UBOB', from: now - HOUR });
  expect(ended?.to).toBeLessThan(now + HOUR);
  expect(await store.transact(({ overrides }) => overrides.end(id, 'UBOB'))).toBeUndefined();
  expect(await since('ended', now - HOUR)).toEqual(['U1']);
  // The database counts microseconds.
  expect(await since('ended', (ended?.to ?? 0) + 1)).toEqual([]);
  const past = await make('ended', 'U2', now - DAY, now - HOUR);
  expect(await store.transact(({ overrides }) => overrides.end(past.id, 'UBOB'))).toBeUndefined();
});

test('ended before it began, it never was', async () => {
  const { id } = await make('never', 'U1', now + HOUR, now + 2 * HOUR);
  const ended = await store.transact(({ overrides }) => overrides.end(id, 'UBOB'));
  expect(ended?.to).toBeLessThan(now + HOUR);
  expect(await since('never', now - DAY)).toEqual([]);
});

test('one that ends before it begins is refused', async () => {
  await expect(make('odd', 'U1', now, now)).rejects.toThrow(/override_check/);
});

test('whom a page is for is settled by the first, for every later try', async () => {
  const settle = (user: string) =>
    store.transact(({ overrides }) => overrides.settleRecipient('page/INC-1/1/1/schedule/primary', user));
  const [first, second] = await Promise.all([settle('U1'), settle('U2')]);
  expect(first).toBe(second);
  expect(await settle('U3')).toBe(first);
  await store.transact(async ({ overrides }) => {
    expect(await overrides.recipient('page/INC-1/1/1/schedule/primary')).toBe(first);
    expect(await overrides.recipient('page/INC-1/1/2/schedule/primary')).toBeUndefined();
  });
});
