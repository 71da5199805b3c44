/** A whole system that is well, and the parts that it is made of. Its faults: sample-faults.ts. */
import type { Replica } from '../../commands/parts/replicas.ts';
import type { Sample, Timing } from '../../src/adapters/http/port.ts';
import type { Keyspace, RedisInfo } from '../../src/adapters/redis/port.ts';
import type { LogLine, LogTail, Usage, VariableFacts } from '../../src/adapters/runtime/port.ts';
import type { Given } from './context.ts';
import { pod, replica, workload } from './emergencies/samples.ts';
import { history, revision } from './revisions.ts';
import { minutesAgo } from './topic.ts';

export const MIB = 1024 ** 2;
export const LIMITS = { memoryBytes: 256 * MIB, cpuMillicores: 500 };

export const usage = (name: string, of: Partial<Usage> = {}): Usage => ({
  replica: name,
  memoryBytes: 64 * MIB,
  cpuMillicores: 50,
  limits: LIMITS,
  source: 'docker',
  ...of,
});
export const line = (text: string, minutes = 5): LogLine => ({
  replica: 'backend-1',
  at: minutesAgo(minutes),
  text,
});
export const tail = (...lines: readonly LogLine[]): LogTail => ({ lines, truncated: false });
export const secret = (of: Partial<VariableFacts> = {}): VariableFacts => ({
  present: true,
  length: 64,
  fingerprint: 'aaaa',
  ...of,
});
export const redisInfo = (of: Partial<RedisInfo> = {}): RedisInfo => ({
  version: '7.0.15',
  role: 'master',
  uptimeSeconds: 1000,
  usedMemoryBytes: 10 * MIB,
  maxMemoryBytes: 100 * MIB,
  evictionPolicy: 'noeviction',
  evictedKeys: 0,
  lookups: { hits: 9000, misses: 1000 },
  rejectedConnections: 0,
  connectedClients: 12,
  maxClients: 10_000,
  persistenceFailed: false,
  ...of,
});
export const keyspace = (of: Partial<Keyspace> = {}): Keyspace => ({
  counts: [
    { kind: 'queue', keys: 2, withoutTtl: 2, bytes: 4096 },
    { kind: 'session', keys: 30, withoutTtl: 0, bytes: 3 * MIB },
    { kind: 'cache', keys: 1200, withoutTtl: 0, bytes: 6 * MIB },
    { kind: 'other', keys: 0, withoutTtl: 0, bytes: 0 },
  ],
  allDatabases: 1232,
  sampled: false,
  ...of,
});
export const timed = (of: Partial<Timing> = {}): Timing => {
  const parts = { dnsMs: 1, connectMs: 2, tlsMs: 3, waitMs: 40, bodyMs: 4, ...of };
  const { dnsMs, connectMs, tlsMs, waitMs, bodyMs } = parts;
  return { status: 200, totalMs: dnsMs + connectMs + tlsMs + waitMs + bodyMs, ...parts };
};
export const ten = (of: Partial<Timing> = {}): Timing[] => Array.from({ length: 10 }, () => timed(of));
const resident: Sample = { name: 'process_resident_memory_bytes', labels: '', value: 60 * MIB };

export const HEALTH = '{"status":"ok","checks":{"database":"ok","redis":"ok"}}';
export const ILL = '{"status":"unavailable","reason":"database: connection refused","checks":{}}';
export const PAGE = (status: number) =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`;

export const names = (service: string, platform: 'docker' | 'kubernetes'): readonly string[] =>
  platform === 'docker' ? [`${service}-1`] : [`${service}-a`, `${service}-b`];

const runtime = (platform: 'docker' | 'kubernetes') => ({
  replicas: async (service: string): Promise<readonly Replica[]> =>
    names(service, platform).map((name) => replica(name, { limits: LIMITS })),
  usage: async (service: string) =>
    names(service, platform).map((name) =>
      usage(name, platform === 'docker' ? { source: 'docker', throttled: 0 } : { source: 'kubelet' }),
    ),
  logs: async () => tail(line('INFO:     10.0.0.9:50612 - "GET /health HTTP/1.1" 200 OK')),
  variables: async (service: string) =>
    names(service, platform).map((name) => ({ replica: name, variables: { JWT_SECRET_KEY: secret() } })),
  ask: async (service: string) =>
    names(service, platform).map((name) => ({ replica: name, status: 200, detail: HEALTH })),
  clocks: async (service: string) =>
    names(service, platform).map((name) => ({ replica: name, skewMs: 100, uncertaintyMs: 600 })),
  oomKills: async (service: string) => names(service, platform).map((name) => ({ replica: name, kills: 0 })),
  load: async (service: string) =>
    names(service, platform).map((name) => ({
      replica: name,
      averages: [0.5, 0.4, 0.3] as const,
      cores: 2,
    })),
  processes: async (service: string) =>
    names(service, platform).map((name) => ({
      replica: name,
      pid: 1,
      user: 'root',
      cpuPercent: 3,
      memoryBytes: 60 * MIB,
      command: 'uvicorn app:app',
    })),
});

/** What every probe of it answers. */
export const WELL = {
  docker: runtime('docker'),
  kubernetes: {
    ...runtime('kubernetes'),
    workload: async () =>
      workload({
        limits: LIMITS,
        readiness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
      }),
    autoscaler: async () => undefined,
    pods: async () => [pod('backend-a'), pod('backend-b')],
    throttling: async (service: string) =>
      names(service, 'kubernetes').map((name) => ({
        replica: name,
        limits: LIMITS,
        cpuMillicores: 50,
        throttled: 0,
      })),
    history: async () =>
      history({ current: revision(5, { pods: ['backend-a', 'backend-b'], ready: 2 }), earlier: [] }),
    endpoints: async () => ({
      service: 'paksa-backend-service',
      ready: ['10.1.0.1:8000 (backend-a)', '10.1.0.2:8000 (backend-b)'],
      notReady: [],
    }),
  },
  http: {
    get: async (path: string, { authorized }: { authorized: boolean }) =>
      path === '/auth/verify' && !authorized
        ? { status: 401, ms: 5, body: '{"detail":"missing token"}' }
        : { status: 200, ms: 5, body: HEALTH },
    timings: async () => ten(),
    metrics: async () => [resident],
    apiClock: async () => ({ skewMs: 100, uncertaintyMs: 600 }),
  },
  redis: {
    ping: async () => 0.4,
    info: async () => redisInfo(),
    cacheUse: async () => {
      const { lookups, evictedKeys } = redisInfo();
      return { sinceStart: lookups, justNow: { hits: 0, misses: 0 }, seconds: 2, evictedKeys };
    },
    keyspace: async () => keyspace(),
  },
  postgres: {
    ping: async () => 1,
    statements: async () => ({ available: true as const, statements: [], counted: 0, totalMs: 0 }),
    missingIndexes: async () => ({ proposals: [] }),
    sessions: async () => [],
  },
  nginx: {
    test: async () => ({
      ok: true,
      output:
        'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    }),
    errors: async () => ({ lines: [], truncated: false }),
    upstreams: async () => [
      {
        upstream: 'backend',
        address: 'backend:8000',
        maxFails: 1,
        failTimeoutSeconds: 10,
        file: '/etc/nginx/conf.d/backend.conf',
        line: 'server backend:8000;',
      },
    ],
  },
  prometheus: { query: async () => [{ labels: { status: '200' }, value: 3 }] },
} satisfies Given;

/** What is asked of it, with what differs from a system that is well. */
export const system = (changes: Given = {}): Given => ({
  docker: { ...WELL.docker, ...changes.docker },
  kubernetes: { ...WELL.kubernetes, ...changes.kubernetes },
  http: { ...WELL.http, ...changes.http },
  redis: { ...WELL.redis, ...changes.redis },
  postgres: { ...WELL.postgres, ...changes.postgres },
  nginx: { ...WELL.nginx, ...changes.nginx },
  prometheus: { ...WELL.prometheus, ...changes.prometheus },
  ...(changes.network ? { network: changes.network } : {}),
});
