/** The topic `load-balancer`, the way through and each replica behind it: one case a finding. */
import { describe, expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { Replica } from '../../commands/parts/replicas.ts';
import type { InsideAnswer } from '../../src/adapters/runtime/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { crashing, replica, stopped, topic } from './emergencies/samples.ts';
import { history, revision } from './revisions.ts';
import { HEALTH, ILL, PAGE } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, warning } from './topic.ts';

const { look, checkCalled } = topic(loadBalancer);
const RESTARTS = ['restart-nginx', 'restart-ingress'];
const withUrl = (url: string): Target =>
  PRODUCTION.api ? { ...PRODUCTION, api: { ...PRODUCTION.api, url } } : PRODUCTION;

describe('through', () => {
  const answering = (status: number, body = ''): Given => ({
    http: { get: async () => ({ status, ms: 12, body }) },
  });
  test.each([
    ['open', answering(200, HEALTH), healthy('answers 200 in 12 ms')],
    ['502', answering(502, PAGE(502)), problem('answers 502: the servers behind it do not answer', RESTARTS)],
    [
      '503 of an ingress',
      answering(503, PAGE(503)),
      problem('answers 503: no server behind it takes requests'),
    ],
    ['504', answering(504, PAGE(504)), problem('answers 504: the servers behind it are too slow', RESTARTS)],
    [
      '503 of the API, which names what it lacks',
      answering(503, ILL),
      inconclusive('the way is open, but the API itself answers 503: database: connection refused'),
    ],
    [
      '500 of the API',
      answering(500, 'Internal Server Error'),
      inconclusive('the way is open, but the API itself answers 500: Internal Server Error'),
    ],
    [
      'elsewhere',
      answering(308),
      inconclusive(expect.stringMatching(/^sends us elsewhere \(308\): .*api\.url/)),
    ],
    [
      'another path',
      answering(404, '{"detail":"Not Found"}'),
      inconclusive('answers 404 to /health: look at api.paths.health'),
    ],
    [
      'nobody',
      { http: { get: faulty('unreachable', 'Nothing listens.') } },
      problem('nobody answers: Nothing listens.', RESTARTS),
    ],
    [
      'somebody who hangs up',
      { http: { get: faulty('refused', 'It hung up.') } },
      problem('nobody answers: It hung up.', RESTARTS),
    ],
    [
      'nobody in time',
      { http: { get: faulty('timed-out', 'Too late.') } },
      inconclusive('could not look: Too late.'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('through', given)).toMatchObject(verdict);
  });

  test('a certificate that is not trusted is another topic’s', async () => {
    const given: Given = { http: { get: faulty('refused', 'The certificate is not trusted.') } };
    expect(await look('through', given, { target: withUrl('https://10.0.0.7') })).toMatchObject(
      inconclusive('could not look: The certificate is not trusted.'),
    );
  });

  test('shows what was answered as people read it', async () => {
    expect((await look('through', answering(502, PAGE(502)))).evidence).toEqual({
      path: '/health',
      status: 502,
      answer: '502 502 nginx/1.22.1',
    });
  });
});

describe.each([
  ['container-health', 'docker', 'container', ['restart-backend']],
  ['pod-health', 'kubernetes', 'pod', ['rollout-restart']],
] as const)('%s', (id, platform, noun, restart) => {
  type One = readonly [Replica, Partial<InsideAnswer>?];
  const behind = (...all: One[]): Given => ({
    [platform]: {
      replicas: async () => all.map(([one]) => one),
      ask: async () => all.flatMap(([{ name }, of]) => (of ? [{ replica: name, detail: '', ...of }] : [])),
      // The only one: no deploy to take back.
      ...(platform === 'kubernetes'
        ? { history: async () => history({ current: revision(1, { pods: ['a', 'b'] }), earlier: [] }) }
        : {}),
    },
  });
  const well = { status: 200, detail: HEALTH };
  const fresh = { startedAt: minutesAgo(0.3) };
  test.each([
    ['one', behind([replica('a'), well]), healthy(`1 ${noun} answers`)],
    ['both', behind([replica('a'), well], [replica('b'), well]), healthy(`2 ${noun}s answer`)],
    [
      'one does not',
      behind([replica('a'), well], [replica('b'), { detail: 'connection refused' }]),
      warning('b does not answer: connection refused', restart),
    ],
    [
      'none does',
      behind([replica('a'), { detail: 'timed out' }], [replica('b'), { detail: 'timed out' }]),
      problem('a does not answer: timed out, and 1 more likewise', restart),
    ],
    [
      'one fails',
      behind([replica('a'), { status: 500, detail: 'Internal Server Error' }]),
      problem('a answers 500: Internal Server Error', restart),
    ],
    [
      'one has stopped',
      behind([stopped('a')]),
      problem('a has stopped: exit code 143, told to stop', restart),
    ],
    [
      'one crashes',
      behind([replica('a'), well], [crashing('b')]),
      warning('b ends and is started again and again: 7 restarts', restart),
    ],
    [
      'one cannot begin',
      behind([replica('a', { state: 'waiting', ready: false, why: 'ImagePullBackOff' })]),
      problem('a has not started: ImagePullBackOff', restart),
    ],
    [
      'one says itself what it lacks',
      behind([replica('a', { ready: false }), { status: 503, detail: ILL }], [replica('b'), well]),
      inconclusive('a answers 503: database: connection refused. That is not the load balancer’s'),
    ],
    [
      'it is asked for the wrong thing',
      behind([replica('a'), { status: 404, detail: '{"detail":"Not Found"}' }]),
      inconclusive('a answers 404: Not Found. Look at api.paths.health'),
    ],
    [
      'one has only just started',
      behind([replica('a'), well], [replica('b', fresh), { detail: 'connection refused' }]),
      healthy(`1 ${noun} answers`),
    ],
    [
      'all have only just started',
      behind([replica('b', fresh), { detail: 'connection refused' }]),
      inconclusive('b has only just started, and does not answer yet: look again in a minute'),
    ],
    [
      'one that was started again and again has not only just started',
      behind([replica('b', { ...fresh, restarts: 4 }), { detail: 'connection refused' }]),
      problem('b does not answer: connection refused', restart),
    ],
    [
      'one is being made',
      behind([replica('a', { state: 'waiting', ready: false, why: 'ContainerCreating' })]),
      inconclusive('a is being made: look again in a minute'),
    ],
    [
      'one began between two looks',
      behind([replica('a'), well], [replica('b')]),
      healthy(`1 ${noun} answers`),
    ],
    [
      'nobody is there',
      behind(),
      problem(
        `no ${noun} of the backend is there`,
        platform === 'kubernetes' ? ['start-pods', 'rollout-restart'] : [],
      ),
    ],
    [
      'there is none at all',
      { [platform]: { replicas: faulty('not-found', 'Create it.'), ask: faulty('not-found', 'Create it.') } },
      problem('there is none: Create it.'),
    ],
    [
      'nobody may ask',
      { [platform]: { replicas: async () => [replica('a')], ask: faulty('forbidden', 'Allow it.') } },
      inconclusive('could not look: Allow it.'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('asks each on the port and path that are configured, or the guide’s', async () => {
    const asked: unknown[] = [];
    const ask = async (...[service, port, path]: [string, number, string, AbortSignal]) => {
      asked.push([service, port, path]);
      return [];
    };
    const given: Given = { [platform]: { replicas: async () => [], ask } };
    const { api: _, ...withoutApi }: Target = PRODUCTION;
    const other = PRODUCTION.api
      ? {
          ...PRODUCTION,
          api: { ...PRODUCTION.api, port: 9000, paths: { ...PRODUCTION.api.paths, health: '/up' } },
        }
      : PRODUCTION;
    await look(id, given, { target: withoutApi });
    await look(id, given, { target: other });
    expect(asked).toEqual([
      ['backend', 8000, '/health'],
      ['backend', 9000, '/up'],
    ]);
  });

  test('shows what each says', async () => {
    const given = behind([replica('a'), well], [replica('b'), { status: 503, detail: ILL }]);
    expect((await look(id, given)).evidence).toEqual({
      answers: ['a answers 200', 'b answers 503: database: connection refused'],
    });
  });
});

test('what is not configured is not looked at', () => {
  const { environment } = PRODUCTION;
  for (const id of Object.keys(loadBalancer.checks))
    expect([id, checkCalled(id).skip({ environment }), checkCalled(id).skip(PRODUCTION)]).toEqual([
      id,
      expect.stringContaining('environments.production.'),
      undefined,
    ]);
});
