/** The sweep over a queue that loses everything: timers and pages are moved on all the same, and what cannot be is told. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apply, commit } from '../../../src/engine/apply.ts';
import { sweep } from '../../../src/engine/sweep.ts';
import type { Incident, PageRef } from '../../../src/incident/incident.ts';
import { keepSweeping } from '../../../src/jobs/sweeping.ts';
import { createHeartbeat } from '../../../src/paging/heartbeat.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

const MINUTE = 60_000;

let database: FreshDatabase;
let pool: ReturnType<typeof openPool>;
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const paged: PageRef[] = [];
const store = () => createStore(pool, async () => undefined);
const deps = () => ({
  store: store(),
  schedules: new Map(),
  pager: {
    page: async (_: Incident, page: PageRef) => {
      paged.push(page);
      return 'a pager of the tests';
    },
  },
  redact: (text: string) => text,
  checkpoint: () => undefined,
});

/** Opened so long ago, with a ladder that should have moved since. */
async function openedAgo(id: string, ms: number): Promise<void> {
  await store().transact((tx) => {
    const opened = { ...sample(), id, fingerprint: id };
    const { severity, findings } = opened;
    return commit(tx, opened, { type: 'opened', severity, findings }, { actor: 'paksa' });
  });
  await pool.query(
    `UPDATE paksa.incident
        SET due_at = due_at - $2 * interval '1 millisecond',
            state = jsonb_set(state, '{ladder,nextAt}', to_jsonb((state #>> '{ladder,nextAt}')::bigint - $2::bigint))
      WHERE id = $1`,
    [id, ms],
  );
}
const present = async (id: string) => (await store().incident(id))?.ladder;
const FIRST = sample().policy.escalation.firstPageAfterMs;

test('a timer that the queue lost is moved on; one that is not late is left alone', async () => {
  await openedAgo('INC-901', FIRST + MINUTE);
  await openedAgo('INC-902', FIRST + 1_000);
  expect(await sweep(deps())).toEqual({
    moved: [expect.stringMatching(/^INC-901, ladder, due 20/)],
    stuck: [],
  });
  expect(await present('INC-901')).toMatchObject({ state: 'climbing', level: 1, attempt: 1 });
  expect(await present('INC-902')).toMatchObject({ state: 'waiting', level: 0 });
  expect(await sweep(deps())).toEqual({ moved: [], stuck: [] });
});

test('a page that the queue lost goes out once, and is recorded', async () => {
  await pool.query(`UPDATE paksa.event SET at = at - interval '6 minutes' WHERE incident = 'INC-901'`);
  expect((await sweep(deps())).moved).toEqual([expect.stringMatching(/^page\/INC-901\/1\/1\//)]);
  expect(paged).toEqual([{ level: 1, attempt: 1, responder: expect.any(String) }]);
  const log = await store().log('INC-901');
  expect(log.at(-1)?.happening).toMatchObject({ type: 'page-sent', by: 'a pager of the tests' });
  expect(await sweep(deps())).toEqual({ moved: [], stuck: [] });
  expect(paged).toHaveLength(1);
});

test('a page that the queue lost is dropped when somebody has answered meanwhile, and owed no more', async () => {
  await openedAgo('INC-906', FIRST + MINUTE);
  await sweep(deps());
  await apply(store(), 'INC-906', { type: 'acknowledged' }, { actor: 'U1' });
  await pool.query(`UPDATE paksa.event SET at = at - interval '6 minutes' WHERE incident = 'INC-906'`);
  const before = paged.length;
  expect((await sweep(deps())).moved).toEqual([expect.stringMatching(/^page\/INC-906\//)]);
  expect(paged).toHaveLength(before);
  expect((await store().log('INC-906')).at(-1)?.happening).toMatchObject({ type: 'page-dropped' });
  expect(await sweep(deps())).toEqual({ moved: [], stuck: [] });
});

test('many replicas that sweep at once take one step', async () => {
  await openedAgo('INC-903', FIRST + MINUTE);
  await Promise.all([sweep(deps()), sweep(deps()), sweep(deps())]);
  expect(await present('INC-903')).toMatchObject({ level: 1, attempt: 1 });
});

test('one that is held does not hold up the others, and is told; the heartbeat is withheld meanwhile', async () => {
  const beats = vi.fn();
  const monitor = await serveHttp((_, response) => {
    beats();
    response.end('OK');
  });
  await openedAgo('INC-904', FIRST + MINUTE);
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query(`SELECT 1 FROM paksa.incident WHERE id = 'INC-904' FOR UPDATE`);
  await openedAgo('INC-905', FIRST + MINUTE);

  const onStuck = vi.fn();
  const sweeping = keepSweeping({
    sweep: () => sweep(deps()),
    everyMs: 10,
    beat: { send: createHeartbeat(monitor.url), everyMs: 1 },
    onMoved: () => undefined,
    onStuck,
    onError: (error) => {
      throw error;
    },
  });
  try {
    await expect.poll(() => onStuck.mock.calls.length).toBeGreaterThan(0);
    expect(onStuck.mock.calls[0]?.[0]).toEqual([
      expect.stringMatching(/^INC-904, ladder.*somebody else holds it$/),
    ]);
    expect(await present('INC-905')).toMatchObject({ level: 1 });
    expect(beats).not.toHaveBeenCalled();
    await holder.query('ROLLBACK');
    await expect.poll(() => beats.mock.calls.length).toBeGreaterThan(1);
    expect(await present('INC-904')).toMatchObject({ level: 1, attempt: 1 });
  } finally {
    await sweeping.stop();
    await holder.end();
  }
});

test('without the database there is no clean sweep, and no heartbeat', async () => {
  const gone = openPool('postgresql://nobody@127.0.0.1:1/none', () => undefined);
  await expect(sweep({ ...deps(), store: createStore(gone, async () => undefined) })).rejects.toThrow(
    'ECONNREFUSED',
  );
  await gone.end();
});

test('a monitor that refuses is told of, without its address', async () => {
  const monitor = await serveHttp((_, response) => response.writeHead(404).end());
  await expect(createHeartbeat(`${monitor.url}/secret-path`)()).rejects.toThrow(
    "The heartbeat's monitor answered 404: check the address in heartbeat.urlEnv.",
  );
});
