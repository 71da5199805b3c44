/** The checks of the topic `connection-refused`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { connectionRefused } from '../../commands/connection-refused.ts';
import type { Connections, Login, Standing } from '../../src/adapters/postgres/port.ts';
import type { Disk, LogLine, Reach, ServerAddress, VariableFacts } from '../../src/adapters/runtime/port.ts';
import { redactDeep } from '../../src/redact.ts';
import type { Given } from './context.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, under, warning } from './topic.ts';

const { look } = under(connectionRefused);
const RESTARTS = ['restart-container', 'restart-statefulset'];
const GIB = 1024 ** 3;

const open = async () => ({ address: '10.0.0.5', ms: 2 });
const resolve = async () => ['10.0.0.5'];
const reachable: Given['network'] = { resolve, connect: open };

const refused = (code: string): Given => ({
  postgres: { login: async (): Promise<Login> => ({ ok: false, code, message: `refused with ${code}` }) },
  network: reachable,
});

const connections = (of: Partial<Connections> = {}): Given => ({
  postgres: {
    connections: async () => ({
      max: 103,
      reserved: 3,
      used: 20,
      active: 4,
      idle: 16,
      idleInTransaction: 0,
      hidden: 0,
      byClient: [{ client: 'paksa-backend (paksa) from 10.0.0.4', connections: 15 }],
      ...of,
    }),
  },
});
const standing = (of: Partial<Standing> = {}): Given => ({
  postgres: {
    standing: async () => ({
      version: '15.8',
      startedAt: minutesAgo(600),
      inRecovery: false,
      readOnlyByDefault: false,
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
const facts = (of: Partial<ServerAddress> = {}, fingerprint = 'f1'): VariableFacts => ({
  present: true,
  length: 50,
  fingerprint,
  address: { ...ADDRESS, ...of },
});
const UNSET: VariableFacts = { present: false, length: 0, fingerprint: '' };
const UNREADABLE: VariableFacts = { present: true, length: 20, fingerprint: 'f1' };

const variables = (...all: VariableFacts[]) => ({
  variables: async () =>
    all.map((DATABASE_URL, index) => ({ replica: `backend-${index + 1}`, variables: { DATABASE_URL } })),
});
const roles = (...names: string[]) => ({
  loginRoles: async () => names.map((name) => ({ name, superuser: false, sessions: 1 })),
});
const addresses = (...all: VariableFacts[]): Given => ({
  docker: variables(...all),
  postgres: roles('paksa'),
});

const disk = (used: number, of: Partial<Disk> = {}): Disk => ({
  replica: 'postgres-1',
  mount: '/var/lib/postgresql/data',
  sizeBytes: 20 * GIB,
  availableBytes: 20 * GIB * (1 - used),
  ...of,
});
const disks = (...all: Disk[]): Given => ({ docker: { disks: async () => all }, ...standing() });

const line = (text: string, minutes = 1): LogLine => ({
  replica: 'postgres-1',
  at: minutesAgo(minutes),
  text,
});
const log = (lines: readonly LogLine[], truncated = false): Given => ({
  docker: {
    logs: async () => ({ lines: lines.toSorted((a, b) => a.at.getTime() - b.at.getTime()), truncated }),
  },
});
const fatal = (text: string, minutes = 1) =>
  line(`2026-10-01 11:59:00.1 UTC [77] app@db FATAL:  ${text}`, minutes);
const READY = 'LOG:  database system is ready to accept connections';

const reach = (all: Partial<Reach>[], more: Given = {}): Given => ({
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
const CUT = { reached: false, detail: 'connection refused' };

const FINDINGS: Record<string, readonly Case[]> = {
  'address-docker': [
    [
      'as configured',
      addresses(facts(), facts()),
      healthy('points to “paksa_db” at postgres:5432 as “paksa”'),
    ],
    [
      'by another name, and as another user that the server knows',
      {
        docker: variables(facts({ host: 'db.internal', user: 'app', sslMode: 'require' })),
        postgres: roles('paksa', 'app'),
      },
      {
        ...healthy('points to “paksa_db” at db.internal:5432 as “app”'),
        evidence: {
          host: 'db.internal:5432',
          database: 'paksa_db',
          user: 'app',
          sslmode: 'require',
          'for Paksa': 'postgres:5432',
          'user of Paksa': 'paksa',
        },
      },
    ],
    ['not set in one', addresses(facts(), UNSET), problem('it is not set in backend-2')],
    ['empty', addresses({ ...UNREADABLE, length: 0 }), problem('it is not set in backend-1')],
    [
      'unreadable',
      addresses(UNREADABLE),
      problem(expect.stringContaining('no address that can be read in backend-1')),
    ],
    [
      'of something else',
      addresses(facts({ scheme: 'rediss' })),
      problem('it is no address of PostgreSQL in backend-1, but one of rediss'),
    ],
    [
      'of another database',
      addresses(facts({ database: 'paksa_test' })),
      warning('it names the database “paksa_test”, not “paksa_db”'),
    ],
    [
      'of a user that the server does not know',
      addresses(facts({ user: 'paska' })),
      problem('it names the user “paska”, who cannot log in there'),
    ],
    [
      'of a user whose password has ended',
      {
        docker: variables(facts()),
        postgres: {
          loginRoles: async () => [
            { name: 'paksa', superuser: false, sessions: 0, validUntil: minutesAgo(1500) },
          ],
        },
      },
      problem('the password of its user “paksa” ended on 2026-09-30'),
    ],
    [
      'while the database cannot be asked for its users',
      { docker: variables(facts()), postgres: { loginRoles: faulty('unreachable') } },
      healthy('points to “paksa_db” at postgres:5432 as “paksa”'),
    ],
    [
      'with another password in one',
      addresses(facts(), facts({}, 'f2')),
      warning('its password or its options differ between backend-1 and backend-2'),
    ],
    [
      'with another host in one',
      addresses(facts(), facts({ host: 'old-db' }, 'f2')),
      warning('it differs between backend-1 and backend-2'),
    ],
    [
      'of a backend that does not run',
      addresses(),
      inconclusive('no container of backend runs, so none has it to look at'),
    ],
  ],
  dns: [
    ['that resolves', { network: { resolve } }, healthy('postgres is 10.0.0.5')],
    [
      'that is an address',
      { network: { resolve: async () => ['postgres'] } },
      healthy('postgres is an address itself'),
    ],
    [
      'that does not resolve',
      { network: { resolve: faulty('not-found') } },
      problem(expect.stringContaining('postgres does not resolve')),
    ],
  ],
  tcp: [
    ['open', { network: reachable }, healthy('postgres:5432 takes connections, in 2 ms')],
    [
      'refused',
      { network: { resolve, connect: faulty('refused') } },
      problem('connection refused: nothing listens on postgres:5432', RESTARTS),
    ],
    [
      'silent',
      { network: { resolve, connect: faulty('timed-out') } },
      problem(expect.stringContaining('no answer from postgres:5432'), RESTARTS),
    ],
    [
      'without a way to it',
      { network: { resolve, connect: faulty('unreachable') } },
      problem(expect.stringContaining('cannot be reached')),
    ],
  ],
  login: [
    [
      'that works',
      { postgres: { login: async () => ({ ok: true, ms: 12, version: '15.8', user: 'paksa' }) } },
      healthy('“paksa” is let in, in 12 ms'),
    ],
    ...(
      [
        ['28P01', /^the password of “paksa” is wrong \(28P01\): put/, []],
        ['28000', /^“paksa” is not let in to “paksa_db” \(28000\): .*pg_hba/, []],
        ['3D000', /^there is no database “paksa_db” \(3D000\): /, []],
        ['42501', /GRANT CONNECT/, []],
        ['53300', /^every connection is taken \(53300\): /, ['free-connections', ...RESTARTS]],
        ['53100', /^its disk is full \(53100\): /, []],
        ['53200', /out of memory/, []],
        ['55000', /closed to connections/, []],
        ['57P01', /being shut down/, RESTARTS],
        ['57P02', /another one crashed/, []],
        ['57P03', /starting, stopping or recovering \(57P03\): wait/, []],
        ['08P01', /does not speak PostgreSQL/, []],
        ['08006', /^the connection broke \(08006\): /, []],
        ['28P99', /^the login is not valid/, []],
        ['53999', /lacks a resource/, []],
        ['57999', /somebody intervened/, []],
        ['58P01', /its files or its system fail it/, []],
        ['XX001', /internal error/, []],
        ['ZZ999', /^it refuses \(ZZ999\): see what it says$/, []],
        ['UNKNOWN', /^it refuses/, []],
        ['EPROTO', /has no TLS/, []],
        ['ECONNRESET', /closes the connection at once/, RESTARTS],
        ['EPIPE', /does not answer the login/, RESTARTS],
        ['ETIMEDOUT', /^the port is open, but PostgreSQL does not answer the login/, RESTARTS],
        ['CERT_HAS_EXPIRED', /its certificate is not accepted \(CERT_HAS_EXPIRED\): /, []],
        ['DEPTH_ZERO_SELF_SIGNED_CERT', /its certificate is not accepted/, []],
        ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /its certificate is not accepted/, []],
        ['ERR_TLS_CERT_ALTNAME_INVALID', /its certificate is not accepted/, []],
      ] as const
    ).map(
      ([code, says, suggests]): Case => [
        `refused with ${code}`,
        refused(code),
        problem(expect.stringMatching(says), suggests),
      ],
    ),
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].map(
      (code): Case => [
        `without a server (${code}), which the port tells`,
        refused(code),
        inconclusive(`nobody to log in to at postgres:5432 (${code})`),
      ],
    ),
    [
      'without an answer, from a port that does not answer either',
      { ...refused('ETIMEDOUT'), network: { connect: faulty('timed-out') } },
      inconclusive('nobody to log in to at postgres:5432 (ETIMEDOUT)'),
    ],
  ],
  query: [
    ['answered', { postgres: { ping: async () => 3 } }, healthy('answered in 3 ms')],
    ['slow', { postgres: { ping: async () => 2500 } }, warning(expect.stringContaining('takes 2.5 s'))],
  ],
  connections: [
    ['enough', connections(), healthy('20 of 100 connections are taken (20 %)')],
    ['just enough', connections({ used: 79 }), { status: 'healthy' }],
    [
      'enough, as far as Paksa is shown them',
      connections({ hidden: 12 }),
      { status: 'healthy', evidence: { 'not shown': '12: Paksa’s role is not in pg_monitor' } },
    ],
    [
      'few left',
      connections({ used: 80 }),
      warning('80 of 100 connections are taken (80 %); most by paksa-backend (paksa) from 10.0.0.4: 15'),
    ],
    [
      'few left, some held by nobody',
      connections({ used: 94, idleInTransaction: 40 }),
      warning(expect.stringContaining('94 %), 40 of them idle in a transaction'), ['free-connections']),
    ],
    [
      'nearly none left, held by nobody',
      connections({ used: 95, idleInTransaction: 40 }),
      problem(expect.stringContaining('95 of 100'), ['free-connections', ...RESTARTS]),
    ],
    [
      'none left, all at work',
      connections({ used: 100, byClient: [] }),
      problem(expect.any(String), RESTARTS),
    ],
    [
      'none left even to ask',
      { postgres: { connections: faulty('refused'), ...refused('53300').postgres } },
      problem(expect.stringContaining('every connection is taken'), [...RESTARTS, 'free-connections']),
    ],
  ],
  'disk-docker': [
    ['half full', disks(disk(0.5), disk(0.3, { mount: '/' })), healthy('50 % full at most')],
    [
      'full where nothing of it lies',
      disks(disk(0.5), disk(0.99, { mount: '/backups' })),
      healthy('50 % full at most'),
    ],
    [
      'nearly full',
      disks(disk(0.9)),
      warning('/var/lib/postgresql/data of postgres-1 is 90 % full: 2.0 GiB of 20 GiB left'),
    ],
    ['full', disks(disk(0.97)), problem(expect.stringContaining('is 97 % full'))],
    [
      'full at its root',
      disks(disk(0.2), disk(0.98, { mount: '/' })),
      problem(expect.stringMatching(/^\/ of/)),
    ],
    [
      'full where its WAL is',
      disks(disk(0.2), disk(0.98, { mount: '/var/lib/postgresql/data/pg_wal' })),
      problem(expect.stringContaining('pg_wal')),
    ],
    [
      'with a tenth of very much left',
      disks(disk(0.95, { sizeBytes: 4000 * GIB, availableBytes: 200 * GIB })),
      { status: 'healthy' },
    ],
    [
      'while the database cannot say where its data are',
      { docker: { disks: async () => [disk(0.98)] }, postgres: { standing: faulty('unreachable') } },
      { status: 'problem' },
    ],
    ['of nothing that runs', disks(), inconclusive(expect.stringContaining('no container of postgres runs'))],
  ],
  recovery: [
    ['of a primary', standing(), healthy('a primary, up since 2026-10-01 02:00:00Z')],
    [
      'of a standby',
      standing({ inRecovery: true, replayLagSeconds: 30 }),
      problem(
        'it is a standby, 30 s behind its primary: every write fails. Point the address at the primary',
      ),
    ],
    [
      'of a standby that does not know',
      standing({ inRecovery: true }),
      problem(expect.stringMatching(/^it is a standby:/)),
    ],
    [
      'read-only',
      standing({ readOnlyByDefault: true }),
      warning(expect.stringContaining('default_transaction_read_only')),
    ],
  ],
  'log-docker': [
    ['quiet', log([line(`LOG:  checkpoint complete`)]), healthy('no FATAL and no PANIC in the last 15 min')],
    [
      'of a stop and a start',
      log([
        fatal('terminating connection due to administrator command', 4),
        fatal('the database system is shutting down', 4),
        fatal('the database system is starting up', 3),
        line(READY, 3),
      ]),
      healthy(expect.stringContaining('3 FATALs in the last 15 min, none of the server itself')),
    ],
    [
      'with a wrong password now and then',
      log([fatal('password authentication failed for user "paksa"')]),
      { status: 'healthy' },
    ],
    [
      'with a wrong password again and again',
      log(Array.from({ length: 20 }, () => fatal('password authentication failed for user "paksa"'))),
      warning(
        'clients are refused, 20 times in the last 15 min: password authentication failed for user "paksa"',
      ),
    ],
    [
      'with many wrong passwords, and none any more',
      log(Array.from({ length: 30 }, () => fatal('password authentication failed for user "paksa"', 9))),
      { status: 'healthy' },
    ],
    [
      'with clients turned away',
      log([fatal('sorry, too many clients already'), fatal('sorry, too many clients already', 0.5)]),
      warning('clients are turned away, because connections run out, 2 times in the last 15 min'),
    ],
    [
      'with a file that it cannot read',
      log([fatal('data directory "/var/lib/postgresql/data" has invalid permissions')]),
      problem('data directory "/var/lib/postgresql/data" has invalid permissions, once in the last 15 min'),
    ],
    [
      'with a PANIC',
      log([line('PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device')]),
      problem(expect.stringContaining('No space left on device')),
    ],
    [
      'with a PANIC that it has got over',
      log([line('PANIC:  could not fsync file "base/1": Input/output error', 5), line(READY, 4)]),
      warning(expect.stringContaining('; it has come up again since')),
    ],
    [
      'with a process that was killed',
      log([line('LOG:  server process (PID 31) was terminated by signal 9: Killed', 5), line(READY, 4)]),
      warning(expect.stringContaining('server process (PID 31) was terminated by signal 9: Killed')),
    ],
    [
      'in JSON',
      log([
        line('{"record":{"error_severity":"FATAL","message":"could not load private key file \\"k\\""}}'),
      ]),
      problem(expect.stringContaining('could not load private key file')),
    ],
  ],
  'from-backend-docker': [
    ['reached', reach([{}, {}]), healthy('reached from inside 2 containers')],
    [
      'not reached from one, though Paksa does',
      reach([{}, CUT]),
      problem('postgres:5432 is not reached from 1 of 2 containers: connection refused'),
    ],
    [
      'not reached from any, though Paksa does',
      reach([CUT]),
      problem('postgres:5432 is not reached from any container: connection refused'),
    ],
    [
      'not reached from anywhere, which the port tells',
      reach([CUT], { network: { connect: faulty('refused') } }),
      inconclusive('postgres:5432 is not reached from any container: connection refused'),
    ],
    [
      'without an address',
      { docker: variables(UNSET) },
      inconclusive(expect.stringContaining('no replica of backend says')),
    ],
    [
      'of a backend that does not run',
      { docker: { ...variables(facts()), reach: async () => [] } },
      inconclusive(expect.stringContaining('no container of backend runs')),
    ],
  ],
};

test('every check has its cases; what is shared with other topics, and the other platform, has them elsewhere', () => {
  const elsewhere = [
    'containers',
    'pods',
    ...Object.keys(connectionRefused.checks).filter((id) => id.endsWith('-kubernetes')),
  ];
  expect(new Set([...Object.keys(FINDINGS), ...elsewhere])).toEqual(
    new Set(Object.keys(connectionRefused.checks)),
  );
});

describe.each(Object.entries(FINDINGS))('%s', (id, cases) => {
  test.each(cases)('%s', async (_, given, verdict) => {
    const seen = await look(id, given);
    expect(seen).toMatchObject(verdict);
    for (const fix of seen.suggests) expect(connectionRefused.fixes).toHaveProperty([fix]);
    expect(redactDeep(seen)).toEqual(seen);
  });
});

describe('what could not be looked at is not known to be well', () => {
  test.each([
    ['address-docker', { docker: { variables: faulty('forbidden') } }],
    ['dns', { network: { resolve: faulty('unreachable') } }],
    ['tcp', { network: { resolve: faulty('not-found') } }],
    ['tcp', { network: { resolve, connect: faulty('failed') } }],
    ['query', { postgres: { ping: faulty('unreachable') } }],
    ['connections', { postgres: { connections: faulty('unreachable') } }],
    ['connections', { postgres: { connections: faulty('refused'), ...refused('28P01').postgres } }],
    ['disk-docker', { docker: { disks: faulty('not-found') }, ...standing() }],
    ['recovery', { postgres: { standing: faulty('timed-out') } }],
    ['log-docker', { docker: { logs: faulty('not-found') } }],
    ['from-backend-docker', { docker: { ...variables(facts()), reach: faulty('not-found') } }],
  ] as const)('%s', async (id, given) => {
    await expect(look(id, given)).rejects.toThrow('it said no');
  });
});

test('pods are asked as containers are', async () => {
  const { docker, ...rest } = reach([CUT]);
  expect(await look('from-backend-kubernetes', { ...rest, kubernetes: docker ?? {} })).toMatchObject(
    problem('postgres:5432 is not reached from any pod: connection refused'),
  );
  expect(await look('address-kubernetes', { kubernetes: variables(UNSET) })).toMatchObject({
    summary: 'it is not set in backend-1',
  });
});
