/** The store and the alerts on tables of a test file's own, emptied before each test; what they have sent on is kept. */
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Alerts, Store } from '../../src/engine/ports.ts';
import type { Task } from '../../src/engine/task.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { openPool } from '../../src/store/pool.ts';
import { createStore } from '../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from './database.ts';

export interface Stores {
  readonly pool: pg.Pool;
  readonly store: Store;
  readonly alerts: Alerts;
}

/** Call it at the top of a test file; `use` is called once they are there. */
export function openStores(use: (stores: Stores) => void) {
  let database: FreshDatabase;
  let pool: pg.Pool;
  const sent: Task[] = [];
  beforeAll(async () => {
    database = await preparedDatabase();
    pool = openPool(database.url, () => undefined);
    const enqueue = async (_: unknown, task: Task) => {
      sent.push(task);
    };
    use({ pool, store: createStore(pool, enqueue), alerts: createAlerts(pool, enqueue) });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query('TRUNCATE paksa.alert, paksa.incident, paksa.event, paksa.diagnosis, paksa.message');
    await pool.query('ALTER SEQUENCE paksa.incident_number RESTART');
    sent.length = 0;
  });
  return {
    sent: sent as readonly Task[],
    /** What was sent until now, taken. */
    taken: (): readonly Task[] => sent.splice(0),
  };
}
