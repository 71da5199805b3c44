/**
 * A replica that can no longer reach the database, whose connections PostgreSQL goes on believing in: what it held is let go
 * of for the others, and when the road is mended it goes on without a restart.
 */
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DatabaseAway } from '../../../src/engine/alone.ts';
import { messageOf } from '../../../src/errors.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { createMessages } from '../../../src/store/messages.ts';
import { createPicturing } from '../../../src/store/picture.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type Cuttable, startCuttable } from '../../harness/cuttable.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';

const INSTALLATION = 'e1f5c7a0-0000-8000-8000-000000000001';
const PATIENCE_MS = 60_000;
const WAITING = `SELECT 1 FROM pg_stat_activity
  WHERE application_name = 'paksa-picture' AND wait_event_type = 'Lock' AND datname = current_database()`;

let database: FreshDatabase;
let near: pg.Pool;
let far: pg.Pool;
let road: Cuttable;
const left: Promise<void>[] = [];
/** Until the end of a test. */
let hangs: Promise<void>;
let end: () => void;
beforeAll(async () => {
  database = await preparedDatabase();
  near = openPool(database.url, () => undefined);
});
afterAll(async () => {
  await Promise.all(left);
  await near.end();
  await database.drop();
});
beforeEach(async () => {
  ({ promise: hangs, resolve: end } = Promise.withResolvers<void>());
  road = await startCuttable(database.url);
  far = openPool(road.url, () => undefined);
});
afterEach(async () => {
  end();
  road.mend();
  // What was swallowed takes its time to be given up: the next test need not wait for it.
  left.push(far.end().then(road.stop));
});

describe.each(['swallowed', 'broken'] as const)('its connections are %s', (how) => {
  test('while it sends a page: another one holds the page', { timeout: PATIENCE_MS }, async () => {
    const page = `page/${how}`;
    const { promise: sending, resolve: begun } = Promise.withResolvers<void>();
    void createDeliveries(far, INSTALLATION)
      .hold(page, 'duty', async (held) => {
        await held.markBegun();
        begun();
        await hangs;
      })
      .catch(() => undefined);
    await sending;
    road.cut(how);
    await createDeliveries(near, INSTALLATION).hold(page, 'duty', async ({ state }) =>
      expect(state).toBe('begun'),
    );
  });

  test('while it posts a message: another one holds the message', { timeout: PATIENCE_MS }, async () => {
    const key = `incident/${how}`;
    await createMessages(near).reserve(key, 'C1');
    const { promise: posting, resolve: begun } = Promise.withResolvers<void>();
    void createMessages(far)
      .hold(key, async (held) => {
        await held.markSending();
        begun();
        await hangs;
      })
      .catch(() => undefined);
    await posting;
    road.cut(how);
    const state = await createMessages(near).hold(key, async (held) => held.state);
    expect(state).toBe('sending');
  });

  test('in the middle of a transaction: another one has the row', { timeout: PATIENCE_MS }, async () => {
    await near.query('CREATE TABLE IF NOT EXISTS held (id text PRIMARY KEY)');
    await near.query('INSERT INTO held VALUES ($1)', [how]);
    const client = await far.connect();
    client.on('error', () => undefined);
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM held WHERE id = $1 FOR UPDATE', [how]);
    road.cut(how);
    await near.query('SELECT 1 FROM held WHERE id = $1 FOR UPDATE', [how]);
    client.release(true);
  });

  test('in the middle of its picture: mended, it takes the next', { timeout: PATIENCE_MS }, async () => {
    const picturing = createPicturing(road.url, `replica/${how}`);
    const holder = await near.connect();
    await holder.query('BEGIN; LOCK TABLE paksa.silence');
    const lost = expect(picturing.take(false)).rejects.toThrow(DatabaseAway);
    await expect
      .poll(async () => (await near.query(WAITING)).rowCount, { timeout: PATIENCE_MS })
      .toBeGreaterThan(0);
    road.cut(how);
    // PostgreSQL reads on, answers nobody, and keeps the row in which the replica said that it is there.
    await holder.query('ROLLBACK');
    holder.release();
    await lost;
    road.mend();
    const next = () => picturing.take(false).then(({ replicas }) => replicas, messageOf);
    await expect.poll(next, { timeout: PATIENCE_MS / 2 }).toContain(`replica/${how}`);
    await picturing.close();
  });

  test('and mended: it goes on', { timeout: PATIENCE_MS }, async () => {
    const store = createStore(far, async () => undefined);
    const look = () => store.transact(async ({ now }) => now);
    await look();
    road.cut(how);
    // More than the pool has: none of them may hold its place for ever.
    const lost = await Promise.allSettled(Array.from({ length: 25 }, look));
    expect(lost.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    road.mend();
    await expect.poll(() => look().catch(() => 0), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  });
});
