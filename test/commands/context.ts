/** What a check or a fix is given in a test: the answers that the test names; whatever else is asked fails the test. */
import type { Target } from '../../src/runbook/target.ts';
import type { Circumstances, FixContext, Tools } from '../../src/runbook/tools.ts';

/** Answers of any of the probes and actuators, by system. */
export type Given = { readonly [System in keyof Tools]?: Partial<Tools[System]> };

/** A port that answers what it was given; the one cast, because a proxy has no type of its own. */
function answering<Port extends object>(system: string, given: Partial<Port> = {}): Port {
  return new Proxy(given, {
    get: (calls, name) =>
      Reflect.get(calls, name) ??
      (async () => {
        throw new Error(`${system}.${String(name)} was not to be called`);
      }),
    // So that spreading one port over another copies nothing that was not given.
    ownKeys: (calls) => Reflect.ownKeys(calls),
  }) as Port;
}

export const toolsWith = (given: Given = {}): Tools => ({
  network: answering('network', given.network),
  tls: answering('tls', given.tls),
  http: answering('http', given.http),
  certificate: answering('certificate', given.certificate),
  postgres: answering('postgres', given.postgres),
  redis: answering('redis', given.redis),
  docker: answering('docker', given.docker),
  kubernetes: answering('kubernetes', given.kubernetes),
  nginx: answering('nginx', given.nginx),
  alembic: answering('alembic', given.alembic),
  prometheus: answering('prometheus', given.prometheus),
  backup: answering('backup', given.backup),
});

/** At noon on 1 October 2026 unless told otherwise. */
export const contextWith = (
  target: Target,
  given: Given = {},
  of: Partial<Circumstances & Pick<FixContext, 'attempt' | 'approved'>> = {},
): FixContext => ({
  ...toolsWith(given),
  target,
  now: new Date('2026-10-01T12:00:00Z'),
  signal: AbortSignal.timeout(5000),
  attempt: 'inc-1-fix-1',
  approved: '',
  ...of,
});

/** One environment with everything configured, by the guide's names. */
export const PRODUCTION: Target = {
  environment: 'production',
  tls: { host: '10.0.0.7', port: 443, servername: 'api.paksafinancial.com' },
  api: {
    url: 'http://10.0.0.7:8000',
    port: 8000,
    paths: {
      health: '/health',
      metrics: '/metrics',
      verify: '/auth/verify',
      slow: '/api/v1/invoices',
    },
    hasToken: true,
  },
  postgres: { host: 'postgres', port: 5432, user: 'paksa', database: 'paksa_db' },
  redis: {
    host: 'redis',
    port: 6379,
    database: 0,
    prefixes: { cache: ['cache:'], session: ['session:'], queue: ['queue:'] },
  },
  docker: {
    socketPath: '/var/run/docker.sock',
    project: 'paksa',
    services: {
      backend: { service: 'backend' },
      postgres: { service: 'postgres' },
      redis: { service: 'redis' },
      nginx: { service: 'nginx' },
    },
  },
  kubernetes: {
    namespace: 'paksa-financial',
    backendService: 'paksa-backend-service',
    tlsSecret: 'paksa-tls-secret',
    workloads: {
      backend: { kind: 'deployment', name: 'paksa-backend', container: 'backend' },
      postgres: { kind: 'statefulset', name: 'postgres-primary' },
      redis: { kind: 'deployment', name: 'redis' },
      nginx: { kind: 'deployment', name: 'nginx-ingress-controller' },
    },
  },
  nginx: { place: { on: 'container', service: 'nginx' }, program: 'nginx' },
  alembic: {
    place: { on: 'container', service: 'backend' },
    program: ['alembic'],
    config: '/app/alembic.ini',
  },
  prometheus: { url: 'http://10.0.0.7:9090' },
  backups: { directory: '/var/backups/paksa', pgRestore: '/usr/bin/pg_restore', psql: '/usr/bin/psql' },
};
