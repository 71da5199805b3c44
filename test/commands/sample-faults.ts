/** The faults of one topic as the others see them, in a system that is well otherwise. */
import type { Replica } from '../../commands/parts/replicas.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { crashing, replica, workload } from './emergencies/samples.ts';
import { ILL, LIMITS, line, MIB, names, PAGE, redisInfo, system, tail, ten, WELL } from './sample-system.ts';
import { faulty } from './topic.ts';

/** As if the backend answered so, from inside and through the load balancer. */
const answering = (status: number, body: string) => ({
  ask: (platform: 'docker' | 'kubernetes') => async (service: string) =>
    names(service, platform).map((name) => ({ replica: name, status, detail: body })),
  get: async (path: string, options: { authorized: boolean }) =>
    path === '/health' ? { status, ms: 5, body } : WELL.http.get(path, options),
});

const unready =
  (platform: 'docker' | 'kubernetes', of: Partial<Replica>) =>
  async (service: string): Promise<readonly Replica[]> =>
    service === 'backend'
      ? names(service, platform).map((name) => replica(name, { ready: false, limits: LIMITS, ...of }))
      : WELL[platform].replicas(service);

const ill = answering(503, ILL);
const distrusted = faulty(
  'refused',
  'The certificate of 10.0.0.7:443 is not trusted (CERT_HAS_EXPIRED): look at “diagnose ssl”.',
);

export interface OtherFault {
  readonly given: Given;
  readonly target?: Target;
}

const HTTPS: Target = PRODUCTION.api
  ? { ...PRODUCTION, api: { ...PRODUCTION.api, url: 'https://10.0.0.7' } }
  : PRODUCTION;

export const FAULTS = {
  'postgres stopped': {
    given: system({
      docker: {
        ask: ill.ask('docker'),
        replicas: unready('docker', { why: 'unhealthy' }),
        logs: async () =>
          tail(
            line(
              'ERROR stores: database is unavailable: connection to server at "postgres", port 5432 failed: FATAL: password authentication failed for user "paksa"',
            ),
            line('INFO:     127.0.0.1:50612 - "GET /health HTTP/1.1" 503 Service Unavailable'),
          ),
      },
      kubernetes: {
        ask: ill.ask('kubernetes'),
        replicas: unready('kubernetes', { why: 'ContainersNotReady' }),
        endpoints: async () => ({
          service: 'paksa-backend-service',
          ready: [],
          notReady: ['10.1.0.1:8000 (backend-a)', '10.1.0.2:8000 (backend-b)'],
        }),
      },
      http: { get: ill.get, timings: async () => ten({ status: 500 }) },
      postgres: {
        ping: faulty('unreachable'),
        statements: faulty('unreachable'),
        missingIndexes: faulty('unreachable'),
      },
    }),
  },
  'Redis full': {
    given: system({
      redis: { info: async () => redisInfo({ usedMemoryBytes: 100 * MIB }) },
      http: { timings: async () => ten({ status: 500 }) },
    }),
  },
  'a rollout whose pod crashes': {
    given: system({
      kubernetes: {
        replicas: async (service) => [
          ...(await WELL.kubernetes.replicas(service)),
          ...(service === 'backend' ? [crashing('backend-c')] : []),
        ],
        endpoints: async () => ({
          service: 'paksa-backend-service',
          ready: ['10.1.0.1:8000 (backend-a)', '10.1.0.2:8000 (backend-b)'],
          notReady: ['10.1.0.3:8000 (backend-c)'],
        }),
      },
    }),
  },
  'an expired certificate': {
    target: HTTPS,
    given: system({
      http: { get: distrusted, timings: distrusted, metrics: distrusted, apiClock: distrusted },
    }),
  },
  'a mistake in nginx’s configuration': {
    given: system({
      nginx: {
        test: async () => ({
          ok: false,
          output:
            'nginx: [emerg] unknown directive "proxy_pas" in /etc/nginx/conf.d/backend.conf:11\nnginx: configuration file /etc/nginx/nginx.conf test failed\n',
        }),
        upstreams: faulty('failed', 'nginx does not load its configuration'),
      },
    }),
  },
  'a backend scaled to nothing': {
    given: system({
      docker: {
        replicas: async (service) =>
          service === 'backend' ? faulty('not-found')() : WELL.docker.replicas(service),
        usage: async (service) =>
          service === 'backend' ? faulty('not-found')() : WELL.docker.usage(service),
        logs: faulty('not-found'),
        variables: faulty('not-found'),
        ask: faulty('not-found'),
        load: faulty('not-found'),
        processes: faulty('not-found'),
      },
      kubernetes: {
        replicas: async (service) => (service === 'backend' ? [] : WELL.kubernetes.replicas(service)),
        usage: async (service) => (service === 'backend' ? [] : WELL.kubernetes.usage(service)),
        logs: async () => tail(),
        variables: async () => [],
        ask: async () => [],
        load: async () => [],
        processes: async () => [],
        workload: async () =>
          workload({
            replicas: 0,
            ready: 0,
            updated: 0,
            limits: LIMITS,
            readiness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
          }),
        endpoints: async () => ({ service: 'paksa-backend-service', ready: [], notReady: [] }),
      },
      http: {
        get: async () => ({ status: 503, ms: 5, body: PAGE(503) }),
        timings: async () => ten({ status: 503 }),
        metrics: faulty('not-found'),
      },
    }),
  },
} satisfies Readonly<Record<string, OtherFault>>;
