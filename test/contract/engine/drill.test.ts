/** Drills on a real database: what was confirmed is sent once, in time or not at all, and what is over stays over. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type DrillDeps, drillPlan, startDrill } from '../../../src/engine/drill.ts';
import {
  type DrillPagesDeps,
  drillPageLost,
  endDrill,
  gotDrillPage,
  sendDrillPage,
} from '../../../src/engine/drill-pages.ts';
import type { Task } from '../../../src/engine/task.ts';
import { AdapterError } from '../../../src/errors.ts';
import { DRILL_MS, type Drill, REST_MS } from '../../../src/policy/drill.ts';
import { createStore } from '../../../src/store/store.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { level, policy, user } from '../../unit/sample-incident.ts';

const tables = paksaTables();
const APPROVER = { id: 'UAPPROVER', groups: [] };
const levels = [
  level([user('U1'), user('U2')], { pagers: ['slack', 'duty'] }),
  level([{ kind: 'schedule', id: 'nobody' }]),
];

let environment = '';
let count = 0;
let owed: Task[] = [];
let reached: string[] = [];
let closed: string[] = [];
let trouble: AdapterError | undefined;

beforeEach(() => {
  count += 1;
  environment = `place-${count}`;
  owed = [];
  reached = [];
  closed = [];
  trouble = undefined;
});

function deps(): DrillDeps & DrillPagesDeps {
  const pager = (name: string) => ({
    page: async (_: unknown, { level: at }: { level: number }, to: { id: string }) => {
      if (trouble) throw trouble;
      reached.push(`${name} ${at} ${to.id}`);
      return name;
    },
  });
  return {
    store: createStore(tables(), async (_, task) => void owed.push(task)),
    schedules: new Map(),
    estate: {
      environments: [environment],
      policy: () => policy({ levels }),
      ladders: () => ({ default: policy({ levels }).escalation, named: new Map(), rules: [] }),
    },
    isOfLevel: (name) => name === 'duty',
    pagers: new Map(['slack', 'duty'].map((name) => [name, pager(name)])),
    quieter: {
      quiet: async ({ id, status }) => {
        closed.push(`${id} ${status}`);
        return [];
      },
    },
    redact: (text) => text,
    checkpoint: () => undefined,
  };
}

async function begun(cause = `cause-${count}`): Promise<Drill> {
  const { digest } = await drillPlan(deps(), { environment });
  const drilled = await startDrill(deps(), { environment, digest, by: APPROVER, cause });
  if (!('drill' in drilled)) throw new Error('it did not begin');
  return drilled.drill;
}
const found = (id: string) => deps().store.transact((tx) => tx.drills.find(id));
const moveBack = (id: string, ms: number) =>
  tables().query(
    `UPDATE paksa.drill SET started_at = started_at - $2 * interval '1 millisecond' WHERE id = $1`,
    [id, ms],
  );
const states = async (id: string) => (await found(id))?.pages.map(({ state }) => state);
const send = async (id: string) => {
  for (const page of (await found(id))?.pages.keys() ?? [])
    await sendDrillPage(deps(), { task: 'drill', drill: id, page });
};
const failure = (retryable: boolean) =>
  new AdapterError('it is away', { system: 'x', operation: 'page', fault: 'unreachable', retryable });

test('each responder by each pager, a service once for a level; sent again, nobody is reached twice', async () => {
  const { id } = await begun();
  await send(id);
  await send(id);
  expect(reached).toEqual(['slack 1 U1', 'slack 1 U2', 'duty 1 U1']);
  expect((await found(id))?.pages).toMatchObject([
    { state: 'taken', takenBy: 'slack', takenAt: expect.any(Number) },
    { state: 'taken' },
    { state: 'taken', takenBy: 'duty' },
    { state: 'failed', reason: 'nobody is on call' },
  ]);
});

describe('one at a time', () => {
  test('two that are started at once are one', async () => {
    const { digest } = await drillPlan(deps(), { environment });
    const both = await Promise.allSettled(
      ['one', 'other'].map((cause) =>
        startDrill(deps(), { environment, digest, by: APPROVER, cause: `${environment}/${cause}` }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(owed.filter(({ task }) => task === 'drill').length).toBe(4);
  });

  test('the same cause is the same drill', async () => {
    const first = await begun();
    expect((await begun()).id).toBe(first.id);
  });

  test('the next one may begin after the rest', async () => {
    const { id } = await begun();
    await expect(begun('again')).rejects.toThrow(`${id} was 0 min ago`);
    await moveBack(id, REST_MS);
    expect((await begun('later')).id).not.toBe(id);
  });
});

test.each([
  [{ id: 'UNOBODY', groups: [] }, false],
  [{ id: 'U2', groups: [] }, true],
  [{ id: 'cli:root', groups: [] }, true],
])('%o may: %s', async (by, may) => {
  const { digest } = await drillPlan(deps(), { environment });
  expect((await startDrill(deps(), { environment, digest, by, cause: environment })).done).toBe(may);
});

test('what was confirmed is another plan by now: nothing is sent', async () => {
  const drilled = await startDrill(deps(), {
    environment,
    digest: '0'.repeat(16),
    by: APPROVER,
    cause: environment,
  });
  expect(drilled).toMatchObject({ done: false, changed: { pages: expect.any(Array) } });
  expect(owed).toEqual([]);
});

test('a page that comes late is not sent: nobody is woken for a drill of an hour ago', async () => {
  const { id } = await begun();
  await moveBack(id, DRILL_MS + 1000);
  await send(id);
  expect(reached).toEqual([]);
  expect(await states(id)).toEqual(['failed', 'failed', 'failed', 'failed']);
});

test('a passing failure comes back with its reason; a lasting one, and one that nobody could finish, have failed', async () => {
  const { id } = await begun();
  trouble = failure(true);
  await expect(sendDrillPage(deps(), { task: 'drill', drill: id, page: 0 })).rejects.toThrow('it is away');
  expect((await found(id))?.pages[0]).toMatchObject({ state: 'owed', reason: 'it is away' });
  await drillPageLost(deps(), { task: 'drill', drill: id, page: 0 });
  trouble = failure(false);
  await sendDrillPage(deps(), { task: 'drill', drill: id, page: 1 });
  expect((await states(id))?.slice(0, 3)).toEqual(['failed', 'failed', 'owed']);
});

test('its end closes what was opened, and ends what was not sent; what is taken after it is closed too', async () => {
  const { id } = await begun();
  await sendDrillPage(deps(), { task: 'drill', drill: id, page: 0 });
  await endDrill(deps(), { task: 'drill-end', drill: id });
  expect(closed).toEqual([`${id} resolved`]);
  expect(await states(id)).toEqual(['taken', 'failed', 'failed', 'failed']);
  await send(id);
  expect(reached).toEqual(['slack 1 U1']);
});

test('who has it is kept once', async () => {
  const { id } = await begun();
  expect([await gotDrillPage(deps(), id, 0, 'U1'), await gotDrillPage(deps(), id, 0, 'U2')]).toEqual([
    true,
    false,
  ]);
  expect((await found(id))?.pages[0]).toMatchObject({ gotBy: 'U1', gotAt: expect.any(Number) });
  expect(await gotDrillPage(deps(), 'DRILL-0', 0, 'U1')).toBe(false);
});
