/** Clicks that changed nothing, on the real store: each is in the log with why, once however often it is delivered. */
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Decision, decide } from '../../../src/engine/decide.ts';
import type { Store } from '../../../src/engine/ports.ts';
import type { Actor } from '../../../src/policy/permission.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { at, attempt, incident as sample } from '../../unit/sample-incident.ts';

let database: FreshDatabase;
let pool: pg.Pool;
let store: Store;
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
  store = createStore(pool, async () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('TRUNCATE paksa.alert, paksa.incident, paksa.event');
  const incident = sample({ attempts: { renew: attempt('awaiting-approval') } });
  const opened = at({ type: 'opened', severity: 'critical', findings: [] });
  await store.transact((tx) => tx.save(incident, opened, []));
});

const approver: Actor = { id: 'UAPPROVER', groups: [] };
const stranger: Actor = { id: 'USTRANGER', groups: [] };
const press = (decision: Decision, actor: Actor, receipt?: string) =>
  decide({ store, checkpoint: () => undefined }, 'INC-1', decision, actor, receipt);
const tried = async () =>
  (await store.log('INC-1')).flatMap(({ happening }) =>
    happening.type === 'refused' ? [[happening.actor, happening.what, happening.why]] : [],
  );
/** All but how often it has changed. */
const state = async () => ({ ...(await store.incident('INC-1')), version: undefined });

test('a stale button, what is decided already, and who may not: each is there, and nothing else has changed', async () => {
  await press({ decision: 'acknowledge' }, approver, 'receipt-1');
  const before = await state();
  for (const [index, [decision, actor]] of (
    [
      [{ decision: 'approve', fix: 'renew', round: 1 }, approver],
      [{ decision: 'acknowledge' }, approver],
      [{ decision: 'resolve' }, stranger],
    ] as const
  ).entries())
    expect(await press(decision, actor, `receipt-2-${index}`)).toMatchObject({ done: false });
  expect(await tried()).toEqual([
    ['UAPPROVER', 'approve “renew”', expect.stringContaining('no longer the latest')],
    ['UAPPROVER', 'acknowledge it', 'It has been acknowledged already.'],
    ['USTRANGER', 'resolve it', undefined],
  ]);
  expect(await state()).toEqual(before);
});

test('delivered again it is answered again, and is one; pressed again it is another', async () => {
  const resolve = (receipt: string) => press({ decision: 'resolve' }, stranger, receipt);
  const answers = [await resolve('receipt-1'), await resolve('receipt-1'), await resolve('receipt-2')];
  expect(new Set(answers.map(({ done }) => done))).toEqual(new Set([false]));
  expect(await tried()).toHaveLength(2);
});

test('delivered twice at once it is one', async () => {
  await Promise.all(Array.from({ length: 8 }, () => press({ decision: 'resolve' }, stranger, 'receipt-1')));
  expect(await tried()).toHaveLength(1);
});

test('of a resolved incident it is there too', async () => {
  await press({ decision: 'resolve' }, approver, 'receipt-1');
  await press({ decision: 'acknowledge' }, approver, 'receipt-2');
  expect(await tried()).toEqual([['UAPPROVER', 'acknowledge it', 'INC-1 is resolved already.']]);
});
