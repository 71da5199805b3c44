/** What a step of a fix is done with, on a store of a test’s own: one environment or more that nothing is behind. */
import type pg from 'pg';
import type { Enqueue, Topics } from '../../../src/engine/ports.ts';
import type { WorkDeps } from '../../../src/engine/workshop.ts';
import { createEstate } from '../../../src/estate.ts';
import { createStore } from '../../../src/store/store.ts';
import { named } from './system-down.ts';

export interface Working {
  /** `production` alone when absent. */
  readonly environments?: readonly string[];
  readonly enqueue?: Enqueue;
}

export const workDeps = (
  pool: pg.Pool,
  topics: Topics,
  { environments = ['production'], enqueue = async () => undefined }: Working = {},
): WorkDeps => ({
  store: createStore(pool, enqueue),
  topics,
  estate: createEstate(environments.map((environment) => named(environment))),
  owner: 'this test',
  redact: (value) => value,
  checkpoint: () => undefined,
  settleMs: 0,
});
