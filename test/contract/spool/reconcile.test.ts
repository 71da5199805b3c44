/** What happened without the database, taken into a real one: once, as of when it was, and not against what that has come to. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { Entry } from '../../../src/engine/alone.ts';
import { apply, commit } from '../../../src/engine/apply.ts';
import { pageKey, pageKeys, sendPage, timerDue } from '../../../src/engine/escalate.ts';
import { reconcile } from '../../../src/engine/reconcile.ts';
import type { Task } from '../../../src/engine/task.ts';
import { createSpooledDeliveries } from '../../../src/spool/deliveries.ts';
import { recall } from '../../../src/spool/memory.ts';
import { createSpooledStore } from '../../../src/spool/store.ts';
import { isAway } from '../../../src/store/away.ts';
import { createImports } from '../../../src/store/imports.ts';
import { createPicturing } from '../../../src/store/picture.ts';
import { createStore } from '../../../src/store/store.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { MINUTE, incident as sample } from '../../unit/sample-incident.ts';

const pool = paksaTables();
const tasks: Task[] = [];
const store = () => createStore(pool(), async (_, task) => void tasks.push(task));
const picture = async () => {
  const { connectionString } = pool().options;
  const picturing = createPicturing(connectionString ?? '', 'a replica');
  try {
    return await picturing.take(false);
  } finally {
    await picturing.close();
  }
};

let id: string;
let count = 0;
beforeEach(async () => {
  count += 1;
  id = `INC-${count}`;
  await store().transact((tx) => {
    const opened = { ...sample(), id, fingerprint: id };
    const { severity, findings } = opened;
    return commit(tx, opened, { type: 'opened', severity, findings }, { actor: 'paksa' });
  });
  tasks.length = 0;
});

/** A replica without the database, from its picture on; its pages are taken by a pager that writes them down. */
async function replica() {
  const taken = await picture();
  const entries: Entry[] = [{ entry: 'begun', id: randomUUID(), since: taken.at }];
  const memory = recall(taken, []);
  let now = taken.at;
  const rows = {
    memory,
    add: async (entry: Entry) => void entries.push(entry),
    now: () => now,
    maintenance: [],
    freezes: [],
  };
  const alone = createSpooledStore(rows);
  const deliveries = createSpooledDeliveries(rows);
  const deps = {
    store: alone,
    schedules: new Map(),
    redact: (text: string) => text,
    checkpoint: () => undefined,
    pager: {
      page: async (incident: { id: string }, page: Parameters<typeof pageKey>[1]) =>
        deliveries.hold(pageKey(incident.id, page), 'sms', async (delivery) => {
          await delivery.markBegun();
          await delivery.markSent('SMS', 'SM1');
          return 'SMS';
        }),
    },
  };
  return {
    entries,
    alone,
    deliveries,
    wait: (ms: number) => {
      now += ms;
    },
    /** What is due, and the pages of it. */
    climb: async () => {
      for (const timer of await alone.overdue(0, 10))
        if (timer.incident === id) await timerDue(deps, { task: 'timer', ...timer });
      for (const owed of await alone.owedPages(0, 0)) await sendPage(deps, { task: 'page', ...owed });
    },
  };
}

const takeOver = (entries: readonly Entry[], dieAfter?: string) =>
  reconcile(
    {
      store: store(),
      alerts: { keep: async () => undefined },
      replies: { keep: async () => true },
      imports: createImports(pool(), async (_, task) => void tasks.push(task)),
      isAway,
      onLeft: (incident, error) => {
        throw new Error(`${incident} was left`, { cause: error });
      },
      checkpoint: (name) => {
        if (name === dieAfter) throw new Error('the process died');
      },
    },
    entries,
  );
const log = async () => (await store().log(id)).map(({ happening }) => happening);
const types = async () => (await log()).map(({ type }) => type).slice(1);

test('once, however often it is begun again, and as of when it was', async () => {
  const away = await replica();
  away.wait(5 * MINUTE);
  await away.climb();
  await apply(away.alone, id, { type: 'acknowledged' }, { actor: 'U1', cause: 'receipt-1' });
  for (const point of ['spool-imported', 'spool-caught-up', 'spool-reconciled'])
    await expect(takeOver(away.entries, point)).rejects.toThrow('the process died');
  await takeOver(away.entries);
  expect(await types()).toEqual(['timer-due', 'page-sent', 'acknowledged', 'caught-up']);
  const [opened, due] = await log();
  expect((due?.at ?? 0) - (opened?.at ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE - 1_000);
  expect(await store().incident(id)).toMatchObject({ status: 'acknowledged', answeredBy: 'U1' });
  expect((await log()).at(-1)).toMatchObject({ type: 'caught-up', paged: 1, untaken: [] });
});

test('what the database has come to wins, and what does not fit is named', async () => {
  const away = await replica();
  away.wait(5 * MINUTE);
  await away.climb();
  await apply(store(), id, { type: 'acknowledged' }, { actor: 'U9' });
  await takeOver(away.entries);
  expect(await types()).toEqual(['acknowledged', 'page-sent', 'caught-up']);
  expect((await log()).at(-1)).toMatchObject({ untaken: [{ what: 'level/1', why: expect.any(String) }] });
  expect(await store().incident(id)).toMatchObject({ status: 'acknowledged', ladder: { state: 'stopped' } });
});

test('two replicas that did the same by clocks of their own: it happened once', async () => {
  const [one, other] = [await replica(), await replica()];
  for (const [each, drift] of [
    [one, 0],
    [other, 700],
  ] as const) {
    each.wait(5 * MINUTE + drift);
    await each.climb();
    each.wait(10 * MINUTE + drift);
    await each.climb();
  }
  await takeOver(other.entries);
  await takeOver(one.entries);
  expect((await types()).filter((type) => type !== 'caught-up')).toEqual([
    'timer-due',
    'page-sent',
    'timer-due',
    'page-sent',
    'page-sent',
  ]);
  expect((await log()).filter(({ type }) => type === 'caught-up')).toMatchObject([{ untaken: [] }]);
});

test('a page that was begun, and no more, is owed to the queue, which finds it begun', async () => {
  const away = await replica();
  away.wait(5 * MINUTE);
  const [timer] = await away.alone.overdue(0, 1);
  if (timer === undefined) throw new Error('nothing is due');
  await apply(away.alone, id, { type: 'timer-due', timer: timer.timer, due: timer.due }, { actor: 'paksa' });
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const key = pageKey(id, page);
  await takeOver([
    ...away.entries,
    {
      entry: 'delivery',
      delivery: { id: randomUUID(), page: key, pager: 'sms', state: 'begun', owedAt: 1, begunAt: 1 },
    },
    { entry: 'message', message: { key, channel: 'D1', state: 'sending' } },
  ]);
  expect(tasks).toContainEqual({ task: 'page', incident: id, page });
  const { rows } = await pool().query(
    `SELECT (SELECT state FROM paksa.page_delivery WHERE page = $1) AS delivery,
            (SELECT state FROM paksa.message WHERE key = $1) AS message`,
    [key],
  );
  expect(rows).toEqual([{ delivery: 'begun', message: 'sending' }]);
});

test('when each pager was asked is known afterwards, and what came of it', async () => {
  const away = await replica();
  away.wait(5 * MINUTE);
  const key = pageKey(id, { level: 1, attempt: 1, responder: 'user/U1' });
  const tried = await away.deliveries.beginTry(key, 'sms');
  await takeOver(away.entries);
  expect(await store().tries(pageKeys(id))).toEqual([tried]);
  await away.deliveries.endTry(tried, { taken: true, said: 'SMS' });
  for (let time = 0; time < 2; time += 1) await takeOver(away.entries);
  expect(await store().tries(pageKeys(id))).toEqual([{ ...tried, outcome: { taken: true, said: 'SMS' } }]);
});

test('a page that another replica has sent is left to it', async () => {
  const away = await replica();
  away.wait(5 * MINUTE);
  const [timer] = await away.alone.overdue(0, 1);
  if (timer === undefined) throw new Error('nothing is due');
  await apply(away.alone, id, { type: 'timer-due', timer: timer.timer, due: timer.due }, { actor: 'paksa' });
  const page = pageKey(id, { level: 1, attempt: 1, responder: 'user/U1' });
  await takeOver([...away.entries, { entry: 'elsewhere', page }]);
  expect(tasks.map(({ task }) => task)).not.toContain('page');
});
