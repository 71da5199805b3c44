/** The endpoints on a real port over a real PostgreSQL: who may send, what is taken, and that it is kept before it is answered. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { takeIn } from '../../../src/engine/intake.ts';
import type { Task } from '../../../src/engine/task.ts';
import type { AlertIntake } from '../../../src/http/alerts.ts';
import { type HttpServer, startHttp } from '../../../src/http/server.ts';
import { GUIDE_ROUTES } from '../../../src/policy/route.ts';
import { redactDeep } from '../../../src/redact.ts';
import { createAlerts } from '../../../src/store/alerts.ts';
import { openPool } from '../../../src/store/pool.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { notification, type SampleAlert, send, TOKEN } from '../../smoke/alert-sender.ts';

let database: FreshDatabase;
let pool: pg.Pool;
let server: HttpServer;
let owed: Task[];
let leftOut: number;
const running: HttpServer[] = [];

const serve = async (on: pg.Pool): Promise<HttpServer> => {
  const alerts = createAlerts(on, async (_, task) => {
    owed.push(task);
  });
  const intake: AlertIntake = {
    token: TOKEN,
    takeIn: (sent) =>
      takeIn(
        {
          alerts,
          routes: GUIDE_ROUTES,
          known: { topics: new Set(['load-balancer', 'ssl']), environments: ['production', 'staging'] },
          redact: redactDeep,
          checkpoint: () => undefined,
        },
        sent,
      ),
    onLeftOut: (_, count) => {
      leftOut += count;
    },
    onError: () => undefined,
  };
  const started = await startHttp({
    port: 0,
    host: '127.0.0.1',
    readiness: () => ({ waitingFor: [], works: true }),
    alerts: intake,
    onError: (error) => {
      throw error;
    },
  });
  running.push(started);
  return started;
};

beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
  server = await serve(pool);
});
afterAll(async () => {
  for (const each of running) await each.stop();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('DELETE FROM paksa.alert');
  owed = [];
  leftOut = 0;
});

const rows = async () => {
  const { rows: kept } = await pool.query<{ fingerprint: string; status: string; count: string }>(
    'SELECT * FROM paksa.alert ORDER BY fingerprint',
  );
  return kept.map((row) => ({ ...row, count: Number(row.count) }));
};
const high = (of: SampleAlert = {}): SampleAlert => ({ name: 'HighErrorRate', fingerprint: 'f1', ...of });
const post = (...alerts: readonly SampleAlert[]) =>
  send(server.port, 'alertmanager', notification(...alerts));
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('who may send', () => {
  test.each([
    ['a bearer', { authorization: `Bearer ${TOKEN}` }],
    ['a bearer, however it is written', { authorization: `bearer  ${TOKEN}` }],
    ['a password', basic('alertmanager', TOKEN)],
    ['a password of nobody', basic('', TOKEN)],
  ])('%s', async (_, headers) => {
    expect(await send(server.port, 'alertmanager', notification(high()), headers)).toMatchObject({
      status: 200,
    });
    expect(await rows()).toHaveLength(1);
  });

  test.each([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the token alone', { authorization: TOKEN }],
    ['the token as the name', basic(TOKEN, '')],
    ['another scheme', { authorization: `Digest ${TOKEN}` }],
  ])('not %s', async (_, headers: Record<string, string>) => {
    const answer = await send(server.port, 'alertmanager', notification(high()), headers);
    expect(answer).toMatchObject({
      status: 401,
      said: { error: expect.stringContaining('alerts.tokenEnv') },
    });
    expect(answer.headers.get('www-authenticate')).toMatch(/Bearer/);
    expect(await rows()).toEqual([]);
  });

  test('nobody, where no token is configured: the answer says what to do', async () => {
    const none = await startHttp({
      port: 0,
      host: '127.0.0.1',
      readiness: () => ({ waitingFor: [], works: true }),
      alerts: {
        token: undefined,
        takeIn: () => Promise.reject(),
        onLeftOut: () => undefined,
        onError: () => undefined,
      },
      onError: () => undefined,
    });
    running.push(none);
    expect(await send(none.port, 'alertmanager', notification(high()))).toMatchObject({
      status: 404,
      said: { error: expect.stringMatching(/alerts\.tokenEnv.*paksa\.yaml/) },
    });
  });
});

describe('what is taken', () => {
  test.each([
    ['is not JSON', '{', /is not JSON/],
    ['is another version', { ...notification(high()), version: '3' }, /version must be “4”/],
    [
      'has an alert without labels',
      { version: '4', alerts: [{ status: 'firing' }] },
      /alerts\.0\.labels is missing/,
    ],
    ['is empty', '', /is not JSON/],
  ])('not what %s: 400, and what is wrong', async (_, body, problem) => {
    expect(await send(server.port, 'alertmanager', body)).toMatchObject({
      status: 400,
      said: { problems: expect.arrayContaining([expect.stringMatching(problem)]) },
    });
    expect(await rows()).toEqual([]);
  });

  test('not more than 1 MB', async () => {
    const huge = notification(high({ annotations: { summary: 'x'.repeat(1_000_000) } }));
    expect(await send(server.port, 'alertmanager', huge)).toMatchObject({ status: 413 });
    const just = notification(high({ annotations: { summary: 'x'.repeat(990_000) } }));
    expect(await send(server.port, 'alertmanager', just)).toMatchObject({ status: 200 });
  });

  test('nothing but POST, and nothing at other places', async () => {
    const at = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    const got = await at('/alerts/alertmanager');
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await at('/alerts/nagios')).status).toBe(404);
    expect((await at('/healthz')).status).toBe(200);
  });

  test('no half of a request: who hangs up has sent nothing, and others are served', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /alerts/alertmanager HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 1000\r\n\r\n{"version":`,
    );
    socket.destroy();
    expect(await post(high())).toMatchObject({ status: 200 });
    expect(await rows()).toHaveLength(1);
  });

  test('from Grafana, and in the form for everything else', async () => {
    const body = { ...notification(high()), version: '1', orgId: 1, title: 'x' };
    expect(await send(server.port, 'grafana', body)).toMatchObject({ status: 200 });
    const one = { name: 'HighErrorRate', labels: { environment: 'staging' } };
    expect(await send(server.port, 'generic', one)).toMatchObject({ status: 200, said: { unrouted: 0 } });
    expect(owed).toEqual([
      { task: 'alerts', environment: 'production', topic: 'load-balancer' },
      { task: 'alerts', environment: 'staging', topic: 'load-balancer' },
    ]);
  });

  test('what its sender left out is said', async () => {
    await send(server.port, 'alertmanager', { ...notification(high()), truncatedAlerts: 7 });
    expect(leftOut).toBe(7);
  });

  test('without what is secret in it, and with what PostgreSQL does not store', async () => {
    const annotations = { summary: 'login as postgres://paksa:hunter2@db/paksa failed\u0000\ud83d' };
    expect(await post(high({ annotations, labels: { password: 'hunter2' } }))).toMatchObject({ status: 200 });
    expect(JSON.stringify(await rows())).not.toContain('hunter2');
  });
});

describe('what is kept', () => {
  const NOON = '2026-01-31T12:00:00Z';
  const ONE = '2026-01-31T13:00:00Z';
  const resolved = { status: 'resolved' } as const;

  test('is one row an alert, though it comes twice at once, and twice in one request', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(high(), high(), high({ fingerprint: 'f2' }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await rows()).toMatchObject([
      { fingerprint: 'f1', count: 40 },
      { fingerprint: 'f2', count: 20 },
    ]);
  });

  test('is all that comes at once, in whatever order the requests name them', async () => {
    const some = Array.from({ length: 40 }, (_, index) => high({ fingerprint: `f${index}` }));
    const requests = Array.from({ length: 24 }, (_, index) =>
      index % 2 === 0 ? post(...some) : post(...some.toReversed(), { name: `Unknown${index}` }),
    );
    expect((await Promise.all(requests)).every(({ status }) => status === 200)).toBe(true);
    const kept = await rows();
    expect(kept).toHaveLength(52);
    expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(24 * 40 + 12);
  });

  test.each([
    [
      'what began before the one that is over',
      [high({ startsAt: ONE, ...resolved, endsAt: ONE }), high({ startsAt: NOON })],
      'resolved',
    ],
    [
      'an end from before it fired again',
      [high({ startsAt: ONE }), high({ ...resolved, endsAt: NOON, startsAt: NOON })],
      'firing',
    ],
  ])('is not %s: that came late', async (_, [first, second], status) => {
    if (first) await post(first);
    if (second) await post(second);
    expect(await rows()).toMatchObject([{ status, count: 1 }]);
  });

  test('is what fires again, with the time at which it began anew', async () => {
    await post(high({ startsAt: NOON }));
    await post(high({ startsAt: NOON, ...resolved, endsAt: '2026-01-31T12:10:00Z' }));
    expect(await rows()).toMatchObject([{ status: 'resolved', ends_at: new Date('2026-01-31T12:10:00Z') }]);
    await post(high({ startsAt: ONE }));
    expect(await rows()).toMatchObject([
      { status: 'firing', starts_at: new Date(ONE), ends_at: null, count: 3 },
    ]);
  });

  test('is nothing when the database is away: 503, and when to come again', async () => {
    const gone = openPool('postgres://paksa:paksa@127.0.0.1:1/paksa', () => undefined);
    const { port } = await serve(gone);
    const answer = await send(port, 'alertmanager', notification(high()));
    expect(answer).toMatchObject({ status: 503 });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await gone.end();
  });
});
