/** The topic `slow-api`: what may be behind a slow answer, and what it can do. The answers themselves: slow-api-timing.test.ts. */
import { describe, expect, test } from 'vitest';
import type { Replica } from '../../commands/parts/replicas.ts';
import { slowApi } from '../../commands/slow-api.ts';
import { type Given, PRODUCTION } from './context.ts';
import { replica, stopped, topic, workload } from './emergencies/samples.ts';
import { proposal } from './sample-indexes.ts';
import { type Case, healthy, inconclusive, warning } from './topic.ts';

const { look, fixCalled, context, checkCalled } = topic(slowApi);

describe('the hit rate of the cache', () => {
  const using = (
    [hits, misses]: readonly [number, number],
    [hitsNow, missesNow]: readonly [number, number] = [0, 0],
    evictedKeys = 0,
  ): Given => ({
    redis: {
      cacheUse: async () => ({
        sinceStart: { hits, misses },
        justNow: { hits: hitsNow, misses: missesNow },
        seconds: 2.04,
        evictedKeys,
      }),
    },
  });
  test.each<Case>([
    ['good since its start', using([900, 300]), healthy('75 % of 1,200 look-ups since its start')],
    [
      'bad since its start',
      using([300, 900]),
      warning('25 % of 1,200 look-ups since its start, the rest is worked out anew'),
    ],
    [
      'keys dropped',
      using([300, 900], [0, 0], 5000),
      warning(
        '25 % of 1,200 look-ups since its start, the rest is worked out anew; it dropped 5,000 keys for want of memory',
      ),
    ],
    [
      'lost a moment ago',
      using([9000, 1000], [10, 190]),
      warning('5.0 % of 200 look-ups in 2 s just now (90 % since its start), the rest is worked out anew'),
    ],
    [
      'filled since',
      using([300, 900], [95, 5]),
      healthy('95 % of 100 look-ups in 2 s just now (25 % since its start)'),
    ],
    ['hardly asked just now', using([900, 300], [0, 99]), healthy('75 % of 1,200 look-ups since its start')],
    ['just started', using([0, 999]), healthy('999 look-ups since its start: too few to say')],
    ['never asked', using([0, 0]), healthy('0 look-ups since its start: too few to say')],
  ])('%s', async (_, given, verdict) => {
    expect(await look('cache-hit-rate', given)).toMatchObject(verdict);
  });

  test('shows what it is worked out of', async () => {
    expect((await look('cache-hit-rate', using([9000, 1000], [0, 0], 7))).evidence).toEqual({
      hits: 9000,
      misses: 1000,
      'dropped for room': 7,
    });
  });
});

describe.each([
  ['containers', 'docker', 'container', ['restart-backend']],
  ['pods', 'kubernetes', 'pod', ['rollout-restart']],
] as const)('%s', (id, platform, noun, suggests) => {
  const sharing = (...replicas: Replica[]): Given => ({
    [platform]: {
      replicas: async () => replicas,
      workload: async () => workload({ replicas: 2 }),
    },
  });
  const unready = replica('b', { ready: false });
  test.each([
    ['all', sharing(replica('a'), replica('b')), healthy(`2 ${noun}s, as many as are wanted`)],
    ['half of them', sharing(replica('a'), unready), warning(`1 of 2 ${noun}s do the work of all`, suggests)],
    [
      'none, which is no matter of speed',
      sharing(unready, stopped('a')),
      inconclusive(`no ${noun} takes requests: that is no matter of speed, see load-balancer`),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });
});

test('pods: one too many that does not come up takes nothing from the others', async () => {
  const given: Given = {
    kubernetes: {
      replicas: async () => [replica('a'), replica('b'), replica('c', { state: 'restarting', ready: false })],
      workload: async () => workload({ replicas: 2 }),
    },
  };
  expect(await look('pods', given)).toMatchObject(healthy('2 pods, as many as are wanted'));
});

describe('what the database has to do with it', () => {
  test('a missing index, and the fix that slow-queries has for it', async () => {
    const missing = proposal();
    const given: Given = {
      postgres: {
        missingIndexes: async () => ({ proposals: [missing] }),
        invalidIndexes: async () => [],
        sessions: async () => [],
      },
    };
    expect(await look('indexes', given)).toMatchObject(
      warning(expect.stringContaining('invoices (tenant_id, created_at)'), ['create-index']),
    );
    expect(await fixCalled('create-index').preview(context(given))).toMatchObject({ boundTo: missing.ddl });
    expect(fixCalled('create-index').verifiedBy).toEqual(['indexes', 'found-indexes']);
  });

  test('statements that are slow', async () => {
    const query = 'SELECT * FROM invoices WHERE tenant_id = $1';
    const statements = async () => ({
      available: true as const,
      statements: [{ query, calls: 100, meanMs: 900, totalMs: 90_000, rows: 5000 }],
      counted: 1,
      totalMs: 90_000,
    });
    expect(await look('statements', { postgres: { statements } })).toMatchObject(
      warning(expect.stringContaining(query)),
    );
  });
});

describe('what it can do', () => {
  test.each([
    ['scale-out', ['timing', 'pods']],
    ['rollout-restart', ['pods', 'timing']],
    ['restart-backend', ['containers', 'timing']],
  ])('%s is looked at afterwards by its answers', (id, verifiedBy) => {
    expect(fixCalled(id).verifiedBy).toEqual(verifiedBy);
  });

  test('scale-out: once, to three', async () => {
    const scaled: unknown[] = [];
    const scale = async (...[service, replicas]: [string, number, AbortSignal]) => {
      scaled.push([service, replicas]);
    };
    const acting = context({
      kubernetes: {
        workload: async () => workload({ replicas: 2 }),
        autoscaler: async () => undefined,
        scale,
      },
    });
    expect(await fixCalled('scale-out').preview(acting)).toMatchObject({ changes: [{ after: '3' }] });
    await fixCalled('scale-out').run(acting);
    expect(scaled).toEqual([['backend', 3]]);
  });

  test('the guide’s advice on the code comes with a place to read more', () => {
    expect(slowApi.advice?.map(({ text }) => text).join()).toMatch(/@cache_result.*plans/);
    for (const { link } of slowApi.advice ?? []) expect(URL.canParse(link)).toBe(true);
  });

  test('what is not configured is not looked at, and cannot be fixed', () => {
    const { environment } = PRODUCTION;
    for (const id of Object.keys(slowApi.checks))
      expect([id, checkCalled(id).skip({ environment })]).toEqual([id, expect.any(String)]);
    for (const { unavailable } of Object.values(slowApi.fixes))
      expect([unavailable({ environment }), unavailable(PRODUCTION)]).toEqual([
        expect.any(String),
        undefined,
      ]);
  });
});
