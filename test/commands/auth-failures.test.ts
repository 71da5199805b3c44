/** The checks of the topic `auth-failures`, but for the log: one case a finding. */
import { describe, expect, test } from 'vitest';
import { authFailures } from '../../commands/auth-failures.ts';
import type { RedisInfo } from '../../src/adapters/redis/port.ts';
import type { VariableFacts } from '../../src/adapters/runtime/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { keyspace, MIB, redisInfo, secret } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, problem, warning } from './topic.ts';

const { look, checkCalled } = topic(authFailures);

const answering = (status: number, body = ''): Given => ({
  http: { get: async () => ({ status, ms: 12, body }) },
});

describe('token', () => {
  const restart = ['restart-backend', 'rollout-restart', 'clear-cache'];
  test.each([
    ['taken', answering(200, '{"sub":"paksa"}'), healthy('taken in 12 ms')],
    [
      'refused for its signature',
      answering(401, '{"detail":"signature verification failed"}'),
      problem('refused with 401: signature verification failed', restart),
    ],
    ['refused without a word', answering(403), problem('refused with 403: no reason given', restart)],
    [
      'spent, which is Paksa’s own affair',
      answering(401, '{"detail":"token expired"}'),
      inconclusive(expect.stringMatching(/^Paksa’s own token is spent \(token expired\): .*api\.tokenEnv/)),
    ],
    [
      'of a session that has ended',
      answering(401, '{"detail":"session ended"}'),
      inconclusive(expect.stringContaining('spent')),
    ],
    [
      'not judged',
      answering(502, '<html><head><title>502</title></head></html>'),
      inconclusive('the API answers 502 (502), which says nothing about tokens'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('token', given)).toMatchObject(verdict);
  });

  test.each([
    ['taken', answering(200), healthy('a valid one is taken')],
    [
      'spent: whoever says so has read it',
      answering(401, '{"detail":"token expired"}'),
      healthy('the API has read Paksa’s own, and says that it is spent (token expired)'),
    ],
    [
      'refused for its signature',
      answering(401, '{"detail":"signature verification failed"}'),
      problem('refused with 401: signature verification failed'),
    ],
    ['not judged', answering(502), inconclusive(expect.stringContaining('says nothing about tokens'))],
  ] as readonly Case[])('that tokens are read again, after a fix: %s', async (_, given, verdict) => {
    expect(await look('tokens-read', given)).toMatchObject(verdict);
    expect(checkCalled('tokens-read').isOnlyNamed).toBe(true);
  });

  test('is asked with the token, the other check without', async () => {
    const asked: unknown[] = [];
    const get = async (path: string, { authorized }: { authorized: boolean }) => {
      asked.push([path, authorized]);
      return { status: 200, ms: 1, body: '' };
    };
    await look('token', { http: { get } });
    await look('guard', { http: { get } });
    expect(asked).toEqual([
      ['/auth/verify', true],
      ['/auth/verify', false],
    ]);
  });

  test('without a token there is nothing to look at', () => {
    const target: Target = PRODUCTION.api
      ? { ...PRODUCTION, api: { ...PRODUCTION.api, hasToken: false } }
      : PRODUCTION;
    expect(checkCalled('token').skip(target)).toContain('api.tokenEnv');
    expect(checkCalled('guard').skip(target)).toBeUndefined();
  });
});

describe('guard', () => {
  test.each([
    ['kept', answering(401), healthy('refused with 401')],
    ['kept, in FastAPI’s way', answering(403), healthy('refused with 403')],
    ['open', answering(200), problem('/auth/verify answers 200 to whoever asks, without any token')],
    [
      'not judged',
      answering(422, '{"detail":"field required"}'),
      inconclusive(expect.stringContaining('422 (field required)')),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('guard', given)).toMatchObject(verdict);
  });
});

describe.each([
  ['container-secret', 'containers-agree', 'docker', 'container', []],
  ['pod-secret', 'pods-agree', 'kubernetes', 'pod', ['rollout-restart']],
] as const)('%s', (id, agree, platform, noun, suggests) => {
  const holding = (...facts: VariableFacts[]): Given => ({
    [platform]: {
      variables: async () =>
        facts.map((fact, n) => ({ replica: `b-${n}`, variables: { JWT_SECRET_KEY: fact } })),
    },
  });
  const absent = secret({ present: false, length: 0, fingerprint: '' });
  const next = platform === 'docker' ? /docker compose up -d backend/ : /a rollout gives them all/;
  test.each([
    ['the same', holding(secret(), secret()), healthy(`long enough, and the same in all 2 ${noun}s`)],
    ['of one', holding(secret()), healthy(`long enough, and the same in the one ${noun}`)],
    [
      'empty',
      holding(secret({ length: 0 })),
      problem(expect.stringMatching(/^b-0 has no JWT_SECRET_KEY/), suggests),
    ],
    [
      'absent in some',
      holding(secret(), absent, absent),
      problem(expect.stringMatching(/^b-1, b-2 have no JWT_SECRET_KEY/), suggests),
    ],
    [
      'another one in one of them',
      holding(secret(), secret({ fingerprint: 'bbbb' }), secret()),
      problem(expect.stringMatching(/^not the same everywhere, b-1 has another one: /), suggests),
    ],
    [
      'too short',
      holding(secret({ length: 16 })),
      warning('only 16 characters long, where 32 are the least: it can be guessed'),
    ],
    ['nobody to ask', holding(), inconclusive(`there is no ${noun} of the backend to ask`)],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('says what puts it right, and never the fingerprint', async () => {
    const verdict = await look(id, holding(secret(), secret({ fingerprint: 'bbbb' })));
    expect(verdict.summary).toMatch(next);
    expect(verdict.evidence).toEqual({ 'different ones': 2, [`${noun}s`]: 2 });
    expect(JSON.stringify(verdict)).not.toMatch(/aaaa|bbbb/);
  });

  test('a restart answers for their being the same, and not for their length', async () => {
    expect(await look(agree, holding(secret({ length: 5 })))).toMatchObject(
      healthy(`the same in the one ${noun}`),
    );
    expect(await look(agree, holding(secret(), absent))).toMatchObject(
      problem(expect.stringContaining('b-1'), suggests),
    );
    expect(checkCalled(agree).isOnlyNamed).toBe(true);
  });
});

describe('redis', () => {
  const being = (of: Partial<RedisInfo>, more: Given['redis'] = {}): Given => ({
    redis: { ping: async () => 0.4, info: async () => redisInfo(of), ...more },
  });
  const away = ['restart-redis', 'restart-redis-pods'];
  const drop = ['clear-cache', 'flush-all'];
  const full = { usedMemoryBytes: 97 * MIB };
  const evicting = { ...full, evictionPolicy: 'allkeys-lru' };
  test.each([
    ['well', being({}), healthy('answers in 0 ms')],
    [
      'without a limit',
      being({ maxMemoryBytes: 0, usedMemoryBytes: 9000 * MIB }),
      healthy('answers in 0 ms'),
    ],
    [
      'full',
      being({ usedMemoryBytes: 100 * MIB }),
      problem('full (100 %), and set to refuse writes: nobody can log in', drop),
    ],
    [
      'nearly full',
      being(full),
      warning('nearly full (97 %), and set to refuse writes when it is: then nobody can log in', drop),
    ],
    [
      'a replica',
      being({ role: 'slave' }),
      problem(expect.stringMatching(/^it is a replica of another Redis, and takes no writes/)),
    ],
    [
      'loading, which a restart would begin anew',
      being({ loading: 0.4 }, { ping: faulty('refused', 'LOADING') }),
      problem(
        expect.stringMatching(/^it is loading its data from the disk \(40 %\): nobody .* begins again$/),
      ),
    ],
    [
      'nearly without a connection left',
      being({ connectedClients: 9000 }),
      warning(expect.stringMatching(/^9000 of 10,000 connections are taken/)),
    ],
    [
      'full of a cache alone',
      being({ ...evicting, evictedKeys: 500 }, { keyspace: async () => keyspace({ counts: [] }) }),
      healthy('answers in 0 ms'),
    ],
    ['full, but it has had to drop nothing yet', being(evicting), healthy('answers in 0 ms')],
    [
      'full, and drops what it can',
      being({ ...evicting, evictedKeys: 500 }, { keyspace: async () => keyspace() }),
      warning('full (97 %), and makes room by dropping keys: among them may be any of 30 sessions', drop),
    ],
    [
      'does not save',
      being({ persistenceFailed: true }),
      warning(expect.stringContaining('its last save to disk failed')),
    ],
    [
      'full, and does not save',
      being({ usedMemoryBytes: 100 * MIB, persistenceFailed: true }),
      problem(expect.stringContaining('nobody can log in'), drop),
    ],
    ...(['unreachable', 'refused', 'timed-out'] as const).map(
      (fault): Case => [
        fault,
        being({}, { ping: faulty(fault, 'nothing listens') }),
        // One that answers and refuses is not started anew: what it says tells what to do.
        problem('sessions cannot be read: nothing listens', fault === 'refused' ? [] : away),
      ],
    ),
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('redis', given)).toMatchObject(verdict);
  });

  test('a wrong password of Paksa’s own is nobody else’s', async () => {
    await expect(look('redis', being({}, { info: faulty('forbidden', 'WRONGPASS') }))).rejects.toThrow(
      'WRONGPASS',
    );
  });

  test('shows its figures', async () => {
    expect((await look('redis', being({ maxClients: 0, evictedKeys: 3 }))).evidence).toEqual({
      version: '7.0.15',
      memory: '10 MiB of 100 MiB',
      policy: 'noeviction',
      'dropped for room': 3,
      clients: 12,
    });
  });
});

describe('platforms-agree', () => {
  const both = (container: Partial<VariableFacts>, pod: Partial<VariableFacts>): Given => {
    const of = (replica: string, fact: Partial<VariableFacts>) => ({
      variables: async () => [{ replica, variables: { JWT_SECRET_KEY: secret(fact) } }],
    });
    return { docker: of('backend-1', container), kubernetes: of('backend-a', pod) };
  };
  test.each([
    ['the same', both({}, {}), healthy('the same in the one container and the one pod')],
    [
      'different ones',
      both({}, { fingerprint: 'bbbb' }),
      problem(expect.stringMatching(/^the containers have another JWT_SECRET_KEY than the pods/)),
    ],
    ['none here', both({ present: false }, {}), inconclusive(expect.stringContaining('not both'))],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('platforms-agree', given)).toMatchObject(verdict);
  });
});

test('what cannot be looked at is the engine’s to report', async () => {
  const away = faulty('unreachable', 'nobody listens');
  const given: Given = {
    http: { get: away, apiClock: away },
    docker: { logs: away, variables: away, clocks: away },
    kubernetes: { logs: away, variables: away, clocks: away },
  };
  for (const id of Object.keys(authFailures.checks).filter((check) => check !== 'redis'))
    await expect(look(id, given)).rejects.toThrow('nobody listens');
});

test('what is not configured is not looked at', () => {
  const { environment } = PRODUCTION;
  for (const id of Object.keys(authFailures.checks))
    expect([id, checkCalled(id).skip({ environment }), checkCalled(id).skip(PRODUCTION)]).toEqual([
      id,
      expect.stringContaining('environments.production.'),
      undefined,
    ]);
});
