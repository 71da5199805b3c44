/** Who is in, and how they are put out: the database's sessions and roles, and people's sessions in Redis. */
import { describe, expect, test } from 'vitest';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import type { Replica } from '../../../commands/parts/replicas.ts';
import type { Connections } from '../../../src/adapters/postgres/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { faulty, healthy, inconclusive, warning } from '../topic.ts';
import { connections, keyspace, replica, stopped, topic, workload } from './samples.ts';

const { look, fixCalled, context } = topic(securityBreach);

const connected = (of: Partial<Connections> = {}): Given => ({
  postgres: { connections: async () => connections(of) },
});

describe('sessions', () => {
  test('are named, without Paksa’s own', async () => {
    expect(await look('sessions', connected())).toMatchObject({
      ...healthy(
        'look whether you know each: 8 × paksa-backend (app) from 10.0.0.4; 1 × psql (postgres) from 203.0.113.9',
      ),
      evidence: {
        clients: ['8 × paksa-backend (app) from 10.0.0.4', '1 × psql (postgres) from 203.0.113.9'],
      },
    });
  });

  test('nobody else', async () => {
    const own = [{ client: 'Paksa’s own (paksa) from 10.0.0.2', connections: 2, own: true }];
    expect(await look('sessions', connected({ byClient: own }))).toMatchObject(
      healthy('nobody is connected but Paksa'),
    );
  });

  test('that are hidden are not known', async () => {
    expect(await look('sessions', connected({ hidden: 9 }))).toMatchObject(
      inconclusive('9 of 12 sessions are hidden from Paksa’s role: GRANT pg_monitor to it'),
    );
  });

  test('of a database that cannot be asked', async () => {
    await expect(look('sessions', { postgres: { connections: faulty('unreachable') } })).rejects.toThrow();
  });
});

test('roles: superusers first, each named', async () => {
  const loginRoles = async () => [
    { name: 'app', superuser: false, sessions: 8 },
    { name: 'postgres', superuser: true, sessions: 0 },
    { name: 'intruder', superuser: true, sessions: 1 },
  ];
  expect(await look('roles', { postgres: { loginRoles } })).toMatchObject({
    ...healthy('look whether you know each: intruder (superuser), postgres (superuser), app'),
    evidence: {
      roles: ['intruder (superuser): 1 session', 'postgres (superuser): 0 sessions', 'app: 8 sessions'],
    },
  });
});

describe('logins', () => {
  const among = (
    sessions: number,
    {
      pods = [],
      containers = [],
      isolated = false,
    }: Partial<Record<'pods' | 'containers', Replica[]>> & { isolated?: boolean },
  ): Given => ({
    redis: { keyspace: async () => keyspace(sessions) },
    docker: { replicas: async () => containers },
    kubernetes: {
      replicas: async () => pods,
      workload: async () => workload({ replicas: pods.length }),
      isIsolated: async () => isolated,
    },
  });
  const LEFT = warning('7 sessions from before, though nobody can log in now', ['drop-sessions']);

  test.each([
    ['none', among(0, {}), healthy('nobody is logged in')],
    [
      'some, while the pods serve',
      among(7, { pods: [replica('a')], containers: [stopped('b')] }),
      healthy('7 sessions'),
    ],
    ['some, while the containers serve', among(7, { containers: [replica('b')] }), healthy('7 sessions')],
    ['some, though everything is stopped', among(7, { containers: [stopped('b')] }), LEFT],
    ['some, though the pods are cut off', among(7, { pods: [replica('a')], isolated: true }), LEFT],
  ])('%s', async (_, given, verdict) => {
    expect(await look('logins', given)).toMatchObject(verdict);
  });

  test('without a backend to ask, nothing is said of them', async () => {
    const { docker: _, kubernetes: __, ...target } = PRODUCTION;
    expect(await look('logins', among(7, {}), { target })).toMatchObject(healthy('7 sessions'));
  });

  test('a Redis that cannot be asked', async () => {
    await expect(look('logins', { redis: { keyspace: faulty('unreachable') } })).rejects.toThrow(
      'it said no',
    );
  });
});

describe('cut-sessions', () => {
  const fix = fixCalled('cut-sessions');

  test('shows who is put out; bound to the database, not to how many there are', async () => {
    const preview = await fix.preview(context(connected()));
    expect(preview).toMatchObject({
      summary: 'End the sessions of paksa_db, all but Paksa’s own',
      changes: [{ what: 'Sessions', before: '12 on the server', after: 'those of paksa_db ended' }],
      notes: expect.arrayContaining([
        'Now: 8 × paksa-backend (app) from 10.0.0.4; 1 × psql (postgres) from 203.0.113.9.',
        'Not ended: 2 × Paksa’s own (paksa) from 10.0.0.2. Is each of these the address of a replica of Paksa?',
      ]),
    });
    expect((await fix.preview(context(connected({ used: 3, byClient: [] })))).boundTo).toBe(preview.boundTo);
  });

  test('ends them once, and says who is back', async () => {
    let ended = 0;
    const acting = (byClient: Connections['byClient']): Given => ({
      postgres: {
        connections: async () => connections({ byClient }),
        terminateAll: async () => {
          ended += 1;
          return 9;
        },
      },
    });
    expect(await fix.run(context(acting([])))).toBe('9 sessions ended');
    expect(ended).toBe(1);
    expect(
      await fix.run(
        context(acting([{ client: 'psql (postgres) from 203.0.113.9', connections: 1, own: false }])),
      ),
    ).toBe('9 sessions ended; connected now: 1 × psql (postgres) from 203.0.113.9');
    expect(fix.undo).toMatchObject({ reversible: false });
  });

  test('cut off while it ran, it is done only where nobody is connected', async () => {
    const acted = (finished: boolean, byClient: Connections['byClient']) =>
      fix.hasActed?.(context(connected({ byClient })), { approved: 'sessions of paksa_db', finished });
    const back = [{ client: 'psql (postgres) from 203.0.113.9', connections: 1, own: false }];
    expect(await acted(true, back)).toBe(true);
    expect(await acted(false, back)).toBe(false);
    expect(await acted(false, [])).toBe(true);
  });

  test('needs a database', () => {
    const { postgres: _, ...without } = PRODUCTION;
    expect(fix.unavailable(without)).toMatch('no database configured');
  });
});

describe('drop-sessions', () => {
  const fix = fixCalled('drop-sessions');
  const preview = (sessions: number, of: Parameters<typeof keyspace>[1] = {}) =>
    fix.preview(context({ redis: { keyspace: async () => keyspace(sessions, of) } }));

  test('shows how many; bound to the Redis, not to the number', async () => {
    const { summary, changes, boundTo } = await preview(1200);
    expect({ summary, changes }).toEqual({
      summary: 'Remove 1,200 sessions from Redis',
      changes: [{ what: 'Sessions', before: '1,200', after: 'none' }],
    });
    expect((await preview(3)).boundTo).toBe(boundTo);
    expect((await preview(3, { sampled: true })).notes.join(' ')).toContain('an estimate');
  });

  test('cut off while it ran, it is done only where no session is left', async () => {
    const acted = (finished: boolean, sessions: number) =>
      fix.hasActed?.(context({ redis: { keyspace: async () => keyspace(sessions) } }), {
        approved: 'sessions of redis:6379/0',
        finished,
      });
    expect(await acted(true, 3)).toBe(true);
    expect(await acted(false, 3)).toBe(false);
    expect(await acted(false, 0)).toBe(true);
  });

  test('drops them once, and nothing else', async () => {
    let dropped = 0;
    const dropSessions = async () => {
      dropped += 1;
      return 12;
    };
    expect(await fix.run(context({ redis: { dropSessions } }))).toBe('12 sessions removed');
    expect(dropped).toBe(1);
    expect(fix.undo).toMatchObject({ reversible: false });
  });
});
