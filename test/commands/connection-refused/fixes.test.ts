/** The fixes of the topic `connection-refused`, and the topic as a whole when the database is down. */
import { describe, expect, test } from 'vitest';
import { connectionRefused } from '../../../commands/connection-refused.ts';
import type { Connections, Session, SessionRef } from '../../../src/adapters/postgres/port.ts';
import { examine } from '../../../src/engine/examine.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { stopped, workload } from '../emergencies/samples.ts';
import { idle } from '../sessions.ts';
import { faulty, minutesAgo, under } from '../topic.ts';
import { facts, variables } from './given.ts';

const { context, fixCalled } = under(connectionRefused);

const CONNECTIONS: Connections = {
  max: 103,
  reserved: 3,
  used: 98,
  own: 2,
  active: 4,
  idle: 48,
  idleInTransaction: 44,
  hidden: 0,
  byClient: [],
};
const STOPPED = stopped('postgres-1');

const busy = (...sessions: Session[]): Given => ({
  postgres: { connections: async () => CONNECTIONS, sessions: async () => sessions },
});

describe.each([
  ['restart-container', ['containers', 'tcp', 'login', 'query']],
  ['restart-statefulset', ['pods', 'tcp', 'login', 'query']],
])('%s', (id, verifiedBy) => {
  const fix = fixCalled(id);
  const runtime: Given = {
    docker: { replicas: async () => [STOPPED] },
    kubernetes: {
      workload: async () =>
        workload({ kind: 'statefulset', name: 'postgres-primary', replicas: 1, ready: 0 }),
    },
  };

  test('shows the sessions that it would cut', async () => {
    const { changes, notes } = await fix.preview(context({ ...runtime, ...busy() }));
    expect(changes[1]).toEqual({
      what: 'Sessions',
      before: '98, 4 of them active',
      after: 'all of them cut',
    });
    expect(notes).toContain('48 open transactions are rolled back.');
  });

  test('can be shown of a database that is down, and says what it could not ask', async () => {
    const down = { ...runtime, postgres: { connections: faulty('unreachable') } };
    const { changes, notes } = await fix.preview(context(down));
    expect(changes).toHaveLength(1);
    expect(notes).toContain('The database does not say whose sessions would be cut: it cannot be asked.');
  });

  test('is bound to what is restarted, not to who is connected', async () => {
    const bound = async (given: Given) => (await fix.preview(context({ ...runtime, ...given }))).boundTo;
    expect(await bound(busy())).toBe(await bound({ postgres: { connections: faulty('unreachable') } }));
  });

  test('has helped once the database can be used', () => expect(fix.verifiedBy).toEqual(verifiedBy));
});

describe('free-connections', () => {
  const fix = fixCalled('free-connections');

  test('shows whom it would end, the longest first, and what that frees', async () => {
    const { changes, notes, summary } = await fix.preview(
      context(busy(idle(11, 6), idle(12, 30, { query: 'UPDATE invoices SET notes = $1' }))),
    );
    expect(summary).toBe('End 2 sessions of paksa_db: pid 12, 11');
    expect(changes).toEqual([
      { what: 'Connections taken', before: '98 of 100', after: '96 of 100' },
      {
        what: 'Pid 12',
        before: 'paksa-backend (paksa), idle in transaction for 30 min',
        after: 'ended, its transaction rolled back',
      },
      {
        what: 'Pid 11',
        before: 'paksa-backend (paksa), idle in transaction for 6 min',
        after: 'ended, its transaction rolled back',
      },
    ]);
    expect(notes).toEqual([
      'Pid 12: UPDATE invoices SET notes = $1',
      'Pid 11: SELECT total_amount FROM invoices WHERE id = $1',
      '1 of them writes (pid 12): what it has not committed is lost.',
      expect.stringContaining('connect again'),
    ]);
  });

  test.each([
    ['not that long', idle(1, 4)],
    ['at work', idle(1, 30, { state: 'active' })],
    ['between two statements of a long transaction', idle(1, 30, { queryStart: minutesAgo(0.5) })],
    ['Paksa’s own', idle(1, 30, { own: true })],
    ['replication', idle(1, 30, { kind: 'walsender' })],
    ['the head of a parallel dump', idle(1, 90, { application: 'pg_dump' })],
  ])('leaves alone who is %s', async (_, left) => {
    await expect(fix.preview(context(busy(left)))).rejects.toThrow('there is none to end');
  });

  test('ends twenty at most, so that the set holds still while ever more grow old', async () => {
    const many = Array.from({ length: 25 }, (_, index) => idle(index + 1, 30 - index / 2));
    const { boundTo, changes } = await fix.preview(context(busy(...many)));
    expect(changes.at(-1)).toEqual({ what: 'And', before: '12 others', after: 'ended likewise' });
    const more = [...many, idle(99, 5.5)];
    expect((await fix.preview(context(busy(...more)))).boundTo).toBe(boundTo);
  });

  test('an approval holds while the same sessions are at the same thing', async () => {
    const bound = async (of: Partial<Session>) =>
      (await fix.preview(context(busy({ ...idle(11, 6), ...of })))).boundTo;
    expect(await bound({ seconds: 500 })).toBe(await bound({}));
    expect(await bound({ backendStart: minutesAgo(7) })).not.toBe(await bound({}));
    expect(await bound({ transactionStart: minutesAgo(5.9) })).not.toBe(await bound({}));
  });

  test('ends them by pid and start, once', async () => {
    const asked: (readonly SessionRef[])[] = [];
    const terminate = async (sessions: readonly SessionRef[]) => {
      asked.push(sessions);
      return 1;
    };
    const given = busy(idle(11, 6), idle(12, 30));
    const approved = (await fix.preview(context(given))).boundTo;
    expect(await fix.run(context({ postgres: { ...given.postgres, terminate } }, { approved }))).toBe(
      '1 of 2 sessions ended',
    );
    expect(asked).toEqual([
      [
        { pid: 12, backendStart: minutesAgo(112), queryStart: minutesAgo(30) },
        { pid: 11, backendStart: minutesAgo(111), queryStart: minutesAgo(6) },
      ],
    ]);
    expect(fix.undo).toMatchObject({ reversible: false });
  });

  test('has nothing to do when they have gone by themselves', async () => {
    expect(await fix.run(context(busy()))).toBe('they had ended by themselves');
  });

  test('needs a database', () => {
    const { postgres: _, ...without } = PRODUCTION;
    expect(fix.unavailable(without)).toMatch(/no database configured/);
  });
});

describe('the topic as a whole', () => {
  const down = faulty('unreachable', 'Nothing listens on postgres:5432');
  const statuses = async (given: Given, target = PRODUCTION) => {
    const { findings, skipped } = await examine(connectionRefused, target, context(given), {
      redact: (value) => value,
    });
    return {
      skipped: skipped.map(({ check }) => check),
      problems: findings.filter(({ status }) => status === 'problem').map(({ check }) => check),
      unknown: findings.filter(({ status }) => status === 'inconclusive').map(({ check }) => check),
    };
  };

  test('a database that is down is told by what is down, and by nothing that follows from it', async () => {
    const { kubernetes: _, ...target } = PRODUCTION;
    const backend = {
      ...variables(facts()),
      reach: async () => [{ replica: 'backend-1', reached: false, detail: 'connection refused' }],
    };
    const seen = await statuses(
      {
        docker: {
          ...backend,
          replicas: async () => [STOPPED],
          disks: async () => [],
          logs: async () => ({
            lines: [
              {
                replica: 'postgres-1',
                at: minutesAgo(1),
                text: 'FATAL:  terminating connection due to administrator command',
              },
            ],
            truncated: false,
          }),
        },
        network: { resolve: async () => ['10.0.0.5'], connect: faulty('refused') },
        postgres: {
          login: async () => ({ ok: false, code: 'ECONNREFUSED', message: 'no' }),
          ping: down,
          connections: down,
          standing: down,
          loginRoles: down,
        },
      },
      target,
    );
    expect(seen).toEqual({
      problems: ['containers', 'tcp'],
      unknown: ['login', 'query', 'connections', 'disk-docker', 'recovery', 'from-backend-docker'],
      skipped: ['pods', 'address-kubernetes', 'disk-kubernetes', 'log-kubernetes', 'from-backend-kubernetes'],
    });
  });

  test('what is not configured is not looked at', async () => {
    expect((await statuses({}, { environment: 'empty' })).skipped).toEqual(
      Object.keys(connectionRefused.checks),
    );
  });

  test('a database on a socket has neither a name nor a port to look at', async () => {
    const target = {
      environment: 'local',
      postgres: { host: '/run/postgresql', port: 5432, user: 'paksa', database: 'paksa_db' },
    };
    expect((await statuses({}, target)).skipped).toEqual(expect.arrayContaining(['dns', 'tcp']));
  });
});
