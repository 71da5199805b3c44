/** Pods, containers and workloads as the platforms tell of them, and a topic whose every suggestion has to be one of its fixes. */
import { expect } from 'vitest';
import type { Replica } from '../../../commands/parts/replicas.ts';
import type { Pod, Workload } from '../../../src/adapters/kubernetes/port.ts';
import type { Connections, Standing } from '../../../src/adapters/postgres/port.ts';
import type { Keyspace } from '../../../src/adapters/redis/port.ts';
import type { Runbook } from '../../../src/runbook/define.ts';
import type { Target } from '../../../src/runbook/target.ts';
import { minutesAgo, under } from '../topic.ts';

export function topic(runbook: Runbook, target?: Target) {
  const tested = under(runbook, target);
  return {
    ...tested,
    look: async (...asked: Parameters<typeof tested.look>) => {
      const verdict = await tested.look(...asked);
      for (const fix of verdict.suggests) expect(Object.keys(runbook.fixes)).toContain(fix);
      return verdict;
    },
  };
}

export const replica = (name: string, of: Partial<Replica> = {}): Replica => ({
  name,
  image: 'paksa:1',
  state: 'running',
  ready: true,
  restarts: 0,
  startedAt: minutesAgo(600),
  limits: {},
  ...of,
});
export const stopped = (name: string): Replica =>
  replica(name, { state: 'exited', ready: false, lastExit: { code: 143, oomKilled: false } });
export const crashing = (name: string): Replica =>
  replica(name, { state: 'restarting', ready: false, restarts: 7 });

export const pod = (name: string, of: Partial<Pod> = {}): Pod => ({
  name,
  phase: 'Running',
  ready: true,
  restarts: 0,
  ...of,
});

export const workload = (of: Partial<Workload> = {}): Workload => ({
  kind: 'deployment',
  name: 'paksa-backend',
  namespace: 'paksa-financial',
  resourceVersion: '70',
  generation: 3,
  replicas: 2,
  ready: 2,
  updated: 2,
  limits: {},
  ...of,
});

export const standing = (of: Partial<Standing> = {}): Standing => ({
  version: '15.8',
  startedAt: minutesAgo(600),
  inRecovery: false,
  readOnlyByDefault: false,
  logsTo: 'stderr',
  tablespaces: [],
  ...of,
});

export const connections = (of: Partial<Connections> = {}): Connections => ({
  max: 100,
  reserved: 3,
  used: 12,
  own: 2,
  active: 1,
  idle: 9,
  idleInTransaction: 0,
  hidden: 0,
  byClient: [
    { client: 'paksa-backend (app) from 10.0.0.4', connections: 8, own: false },
    { client: 'Paksa’s own (paksa) from 10.0.0.2', connections: 2, own: true },
    { client: 'psql (postgres) from 203.0.113.9', connections: 1, own: false },
  ],
  ...of,
});

export const keyspace = (sessions: number, of: Partial<Keyspace> = {}): Keyspace => ({
  counts: [
    { kind: 'session', keys: sessions, withoutTtl: 0, bytes: 100 },
    { kind: 'cache', keys: 500, withoutTtl: 0, bytes: 100 },
  ],
  allDatabases: sessions + 500,
  sampled: false,
  ...of,
});
