/** What the checks of the topic `connection-refused` are given, as several of their suites need it. */
import type { Login, Standing } from '../../../src/adapters/postgres/port.ts';
import type { Reach, ServerAddress, VariableFacts } from '../../../src/adapters/runtime/port.ts';
import type { Given } from '../context.ts';
import { minutesAgo } from '../topic.ts';

export const RESTARTS = ['restart-container', 'restart-statefulset'];

const open = async () => ({ address: '10.0.0.5', ms: 2 });
export const resolve = async () => ['10.0.0.5'];
export const reachable = { resolve, connect: open };

export const refused = (code: string, message = `refused with ${code}`): Given => ({
  postgres: { login: async (): Promise<Login> => ({ ok: false, code, message }) },
  network: reachable,
});

export const standing = (of: Partial<Standing> = {}): Given => ({
  postgres: {
    standing: async () => ({
      version: '15.8',
      startedAt: minutesAgo(600),
      inRecovery: false,
      readOnlyByDefault: false,
      logsTo: 'stderr',
      tablespaces: [],
      dataDirectory: '/var/lib/postgresql/data',
      ...of,
    }),
  },
});

const ADDRESS: ServerAddress = {
  scheme: 'postgresql',
  host: 'postgres',
  port: 5432,
  user: 'paksa',
  database: 'paksa_db',
  hasPassword: true,
};
export const facts = (of: Partial<ServerAddress> = {}, fingerprint = 'f1'): VariableFacts => ({
  present: true,
  length: 50,
  fingerprint,
  address: { ...ADDRESS, ...of },
});
export const UNSET: VariableFacts = { present: false, length: 0, fingerprint: '' };

export const variables = (...all: VariableFacts[]) => ({
  variables: async () =>
    all.map((DATABASE_URL, index) => ({ replica: `backend-${index + 1}`, variables: { DATABASE_URL } })),
});

export const reach = (all: Partial<Reach>[], more: Given = {}): Given => ({
  docker: {
    ...variables(...all.map(() => facts())),
    reach: async () =>
      all.map((of, index) => ({
        replica: `backend-${index + 1}`,
        reached: true,
        detail: 'connected in 1 ms',
        ...of,
      })),
  },
  network: reachable,
  ...more,
});
export const CUT = { reached: false, detail: 'connection refused' };
