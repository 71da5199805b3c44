/** The emergency `system-down`: every pod, service and container, the database from inside and from here, the load balancer. */
import { describe, expect, test } from 'vitest';
import { systemDown } from '../../../commands/emergencies/system-down.ts';
import type { Pod, ServiceSummary } from '../../../src/adapters/kubernetes/port.ts';
import type { Login } from '../../../src/adapters/postgres/port.ts';
import type { Reach } from '../../../src/adapters/runtime/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Findings, testFindings } from '../findings.ts';
import { type Case, faulty, healthy, inconclusive, problem, warning } from '../topic.ts';
import { connections, crashing, pod, replica, stopped, topic, workload } from './samples.ts';

const { look, fixCalled, checkCalled, context } = topic(systemDown);

const pods = (...all: readonly Pod[]): Given => ({ kubernetes: { pods: async () => all } });
const services = (...all: readonly Partial<ServiceSummary>[]): Given => ({
  kubernetes: {
    services: async () =>
      all.map((of) => ({ name: 'api', type: 'ClusterIP', readyAddresses: 1, hasSelector: true, ...of })),
  },
});
const BEFORE_IT = { name: 'paksa-backend-service' };
const ready = (...all: readonly Partial<Reach>[]): Given => {
  const pgIsReady = async () =>
    all.map((of) => ({ replica: 'postgres-primary-0', reached: true, detail: 'accepts connections', ...of }));
  return { kubernetes: { pgIsReady }, docker: { pgIsReady } };
};
const login = (outcome: Login): Given => ({ postgres: { login: async () => outcome } });
const refused = (code: string): Given => login({ ok: false, code, message: 'it said why.' });
const answer = (status: number): Given => ({
  http: { get: async () => ({ status, ms: 12, body: 'the body' }) },
});

const BACKEND = { owner: 'deployment/paksa-backend' };
const CRASHES = { ready: false, why: 'CrashLoopBackOff' };
const RESTART_DATABASE = ['restart-postgres', 'restart-statefulset'];

const FINDINGS: Findings = {
  pods: [
    ['all ready', pods(pod('a', BACKEND), pod('b')), healthy('2 pods, none of them in trouble')],
    [
      'jobs that have ended, and an evicted pod whose place was taken',
      pods(
        pod('a', BACKEND),
        pod('old', { ...BACKEND, phase: 'Failed', ready: false, why: 'Evicted' }),
        pod('job', { phase: 'Succeeded', ready: false }),
      ),
      healthy('1 pod, none of them in trouble'),
    ],
    [
      'one on its way beside one that works',
      pods(
        pod('a', BACKEND),
        pod('b', { ...BACKEND, ready: false, phase: 'Pending', why: 'ContainerCreating' }),
      ),
      healthy('2 pods, none of them in trouble'),
    ],
    [
      'one on its way out beside the one that has taken its place',
      pods(pod('a', BACKEND), pod('b', { ...BACKEND, ready: false, why: 'Terminating' })),
      healthy('2 pods, none of them in trouble'),
    ],
    [
      'one of two of the backend',
      pods(pod('a', BACKEND), pod('b', { ...BACKEND, ...CRASHES })),
      warning('1 of 2 pods not ready: b: CrashLoopBackOff', ['rollout-restart']),
    ],
    [
      'the only one of the database, and one that nobody knows',
      pods(
        pod('postgres-primary-0', { owner: 'statefulset/postgres-primary', ready: false, phase: 'Pending' }),
        pod('stray', CRASHES),
      ),
      problem('2 of 2 pods not ready: postgres-primary-0: Pending; stray: CrashLoopBackOff', [
        'restart-statefulset',
      ]),
    ],
    [
      'the ingress controller and Redis',
      pods(
        pod('n', { ...CRASHES, owner: 'deployment/nginx-ingress-controller' }),
        pod('r', { ...CRASHES, owner: 'deployment/redis' }),
      ),
      problem('2 of 2 pods not ready: n: CrashLoopBackOff; r: CrashLoopBackOff', [
        'restart-redis-pods',
        'restart-ingress',
      ]),
    ],
    [
      'more than are told',
      pods(...['a', 'b', 'c', 'd', 'e'].map((name) => pod(name, CRASHES))),
      problem(
        '5 of 5 pods not ready: a: CrashLoopBackOff; b: CrashLoopBackOff; c: CrashLoopBackOff and 2 more',
      ),
    ],
    ['none', pods(), problem('there is no pod in the namespace')],
    [
      'none that runs',
      pods(pod('job', { phase: 'Succeeded', ready: false })),
      problem('none runs: 1 pod has ended'),
    ],
  ],
  services: [
    [
      'somebody behind each, and one that has none by design',
      services(BEFORE_IT, { name: 'external', hasSelector: false, readyAddresses: 0 }),
      healthy('2 services, each with somebody behind it'),
    ],
    ['none at all', services(), problem(expect.stringMatching(/^there is no service paksa-backend-service/))],
    [
      'others, and not the backend’s',
      services({}),
      problem(expect.stringMatching(/^there is no service paksa-backend-service/)),
    ],
    [
      'nobody behind the backend’s',
      services({}, { name: 'paksa-backend-service', readyAddresses: 0 }),
      problem('nobody is behind paksa-backend-service', ['rollout-restart', 'start-pods']),
    ],
    [
      'nobody behind another',
      services(BEFORE_IT, { name: 'reports', readyAddresses: 0 }),
      warning('nobody is behind reports'),
    ],
  ],
  'backend-pods': [
    [
      'scaled to nothing: the fix is to start them, not to restart them',
      { kubernetes: { workload: async () => workload({ replicas: 0, ready: 0 }), replicas: async () => [] } },
      problem('it is scaled to nothing: no pod of backend is wanted', ['start-pods']),
    ],
  ],
  'redis-pods': [
    [
      'in a crash loop',
      {
        kubernetes: {
          workload: async () => workload({ name: 'redis', replicas: 1 }),
          replicas: async () => [crashing('redis-0')],
        },
      },
      problem(expect.stringContaining('redis-0 ends and is started again'), ['restart-redis-pods']),
    ],
  ],
  ...Object.fromEntries(
    [
      ['postgres', 'restart-postgres'],
      ['redis', 'restart-redis'],
      ['backend', 'restart-backend'],
      ['nginx', 'restart-nginx'],
    ].map(([service = '', fix = '']): [string, readonly Case[]] => [
      `${service}-containers`,
      [
        [
          'running',
          { docker: { replicas: async () => [replica('a')] } },
          healthy('1 container, running and ready'),
        ],
        [
          'stopped',
          { docker: { replicas: async () => [stopped('a')] } },
          problem(expect.stringContaining('a has stopped'), [fix]),
        ],
      ],
    ]),
  ),
  'database-in-pods': [
    ['it accepts', ready({}), healthy('postgres-primary-0 accepts connections')],
    [
      'it is starting',
      ready({ reached: false, detail: 'refuses connections: it is starting, stopping or recovering' }),
      problem('postgres-primary-0 refuses connections: it is starting, stopping or recovering', [
        'restart-statefulset',
      ]),
    ],
    ['no pod', ready(), problem('no pod of postgres runs', ['restart-statefulset'])],
  ],
  'database-in-containers': [
    ['it accepts', ready({ replica: 'postgres-1' }), healthy('postgres-1 accepts connections')],
    ['no container', ready(), problem('no container of postgres runs', ['restart-postgres'])],
  ],
  database: [
    [
      'it lets us in',
      login({ ok: true, ms: 12, version: '15.8', user: 'paksa' }),
      healthy('PostgreSQL 15.8 lets “paksa” in, in 12 ms'),
    ],
    ['nobody there', refused('ECONNREFUSED'), problem(/\(ECONNREFUSED\)/, RESTART_DATABASE)],
    ['no connection left', refused('53300'), problem(/\(53300\)/, RESTART_DATABASE)],
    ['a wrong password, which no restart mends', refused('28P01'), problem(/\(28P01\)/)],
    ['a recovery, which a restart would begin anew', refused('57P03'), problem(/\(57P03\)/)],
  ],
  through: [
    ['it answers', answer(200), healthy('answers 200 in 12 ms')],
    [
      '502',
      answer(502),
      problem('answers 502: the servers behind it do not answer', ['restart-nginx', 'restart-ingress']),
    ],
    ['503', answer(503), problem(/^answers 503: no server behind it/)],
    [
      'nobody',
      { http: { get: faulty('unreachable', 'no route') } },
      problem('nobody answers: no route', ['restart-nginx', 'restart-ingress']),
    ],
    [
      'no token of trust',
      { http: { get: faulty('failed', 'a bad answer') } },
      inconclusive('could not look: a bad answer'),
    ],
  ],
};

testFindings(systemDown, FINDINGS);

test('a platform that cannot be asked is not known to be well', async () => {
  const away = { pods: faulty('unreachable'), services: faulty('forbidden'), pgIsReady: faulty('timed-out') };
  for (const id of ['pods', 'services', 'database-in-pods'])
    await expect(look(id, { kubernetes: away })).rejects.toThrow('it said no');
});

test('one platform alone is looked at, where there is one', () => {
  const { kubernetes: _, ...composed } = PRODUCTION;
  expect(checkCalled('pods').skip(composed)).toMatch('no cluster configured');
  expect(checkCalled('database-in-pods').skip(composed)).toMatch('no workload of postgres');
  expect(checkCalled('database-in-containers').skip(composed)).toBeUndefined();
  expect(fixCalled('restart-redis-pods').unavailable(composed)).toMatch('no workload of redis');
});

describe('the restarts', () => {
  const docker = { replicas: async () => [stopped('a')] };
  const kubernetes = { workload: async () => workload() };

  test.each([
    ['restart-postgres', 'docker', 'postgres'],
    ['restart-redis', 'docker', 'redis'],
    ['restart-backend', 'docker', 'backend'],
    ['restart-nginx', 'docker', 'nginx'],
    ['restart-statefulset', 'kubernetes', 'postgres'],
    ['restart-redis-pods', 'kubernetes', 'redis'],
    ['rollout-restart', 'kubernetes', 'backend'],
    ['restart-ingress', 'kubernetes', 'nginx'],
  ] as const)('%s: %s, %s, once', async (id, platform, service) => {
    const restarted: string[] = [];
    const restart = async (name: string) => void restarted.push(name);
    await fixCalled(id).run(context({ [platform]: { restart } }));
    expect(restarted).toEqual([service]);
  });

  test('of the database say whom they cut off', async () => {
    const postgres = { connections: async () => connections({ used: 12, active: 3 }) };
    for (const id of ['restart-postgres', 'restart-statefulset'])
      expect((await fixCalled(id).preview(context({ docker, kubernetes, postgres }))).changes).toContainEqual(
        {
          what: 'Sessions',
          before: '12, 3 of them active',
          after: 'all of them cut',
        },
      );
  });

  test('of nginx is refused while nginx would not come up again', async () => {
    const nginx = { test: async () => ({ ok: false, output: 'unexpected "}"' }) };
    await expect(fixCalled('restart-nginx').preview(context({ docker, nginx }))).rejects.toThrow(
      'unexpected "}"',
    );
  });
});

describe('the procedure', () => {
  const { steps = {} } = systemDown.procedures?.['system-down'] ?? {};
  const order = Object.keys(steps);

  test('begins with everything, and restarts first what the others need', () => {
    const places = [
      'check-services',
      'restart-postgres',
      'restart-redis',
      'check-database',
      'restart-backend',
      'rollout-restart',
      'restart-nginx',
      'check-balancer',
      'notify',
      'back',
    ].map((step) => order.indexOf(step));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('a system that stays down keeps the news from nobody, and the procedure from its end', () => {
    expect(steps['check-balancer']).toMatchObject({ mustBeHealthy: false });
    expect(steps.back).toMatchObject({ mustBeHealthy: true });
  });
});
