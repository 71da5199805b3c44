/** Who does what and who blocks whom; ending those who were seen, and nobody else. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ownName } from '../../../src/adapters/postgres/own-name.ts';
import type { Session as Seen } from '../../../src/adapters/postgres/port.ts';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import {
  createSystem,
  failureOf,
  openSession,
  openSystem,
  type Session,
  type System,
  soon,
} from './system.ts';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  let system: System;
  /** The same database for roles that have been granted nothing, and what Paksa needs. */
  let modest: System;
  let granted: System;
  const sessions: Session[] = [];
  const join = async (application?: string, user = 'app') => {
    const session = await openSession(system.url.replace('//postgres:', `//${user}:`), application);
    sessions.push(session);
    return session;
  };
  const seen = async (pid: number): Promise<Seen | undefined> =>
    (await system.probe.sessions(soon())).find((session) => session.pid === pid);
  const database = () => new URL(system.url).pathname.slice(1);

  beforeAll(async () => {
    server = await startPostgres({ settings: { track_activity_query_size: '8192' } });
    await execute(
      server.url(),
      ...[loginRole('app'), loginRole('modest'), loginRole('granted')],
      'GRANT pg_monitor, pg_signal_backend TO granted',
    );
    system = await createSystem(
      server.url(),
      'CREATE TABLE invoices (id int PRIMARY KEY, note text)',
      'INSERT INTO invoices VALUES (1), (2)',
      'GRANT ALL ON invoices TO app',
    );
    const urls = ['postgres', 'modest', 'granted'].map((user) =>
      system.url.replace('//postgres:', `//${user}:`),
    );
    const open = (url = '') => openSystem(url, urls.map(ownName));
    await system.db.close();
    [system, modest, granted] = [open(urls[0]), open(urls[1]), open(urls[2])];
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) {
      await execute(server.url(), `SELECT pg_terminate_backend(${session.pid})`);
      await session.end().catch(() => undefined);
    }
  });
  afterAll(async () => {
    await Promise.all([system?.db.close(), modest?.db.close(), granted?.db.close()]);
    await server?.[Symbol.asyncDispose]();
  });

  describe('sessions', () => {
    test('what a busy one does, without its literals', async () => {
      const busy = await join();
      busy.begin(`SELECT pg_sleep(600), 'Jane Roe', 4711, '${'x'.repeat(5000)}'`);
      await expect.poll(() => seen(busy.pid)).toBeDefined();
      expect(await seen(busy.pid)).toEqual({
        pid: busy.pid,
        backendStart: expect.any(Date),
        queryStart: expect.any(Date),
        transactionStart: expect.any(Date),
        state: 'active',
        user: 'app',
        database: database(),
        application: 'paksa-backend',
        kind: 'client backend',
        waitsFor: 'Timeout: PgSleep',
        blockedBy: [],
        query: 'SELECT pg_sleep(?), ?, …',
        seconds: expect.any(Number),
        own: false,
        elsewhere: false,
      });
    });

    test('who blocks whom, and who only sits there', async () => {
      const holder = await join();
      const waiter = await join();
      const idle = await join();
      await idle.query('SELECT 1');
      await holder.query('BEGIN');
      await holder.query(`UPDATE invoices SET note = 'secret' WHERE id = 1`);
      waiter.begin(`UPDATE invoices SET note = 'secret' WHERE id = 1`);
      await expect.poll(async () => (await seen(waiter.pid))?.blockedBy).toEqual([holder.pid]);
      expect(await seen(waiter.pid)).toMatchObject({ waitsFor: expect.stringContaining('Lock: ') });
      const both = await system.probe.sessions(soon());
      const holding = both.find(({ pid }) => pid === holder.pid);
      const waiting = both.find(({ pid }) => pid === waiter.pid);
      expect(holding).toMatchObject({
        state: 'idle in transaction',
        query: 'UPDATE invoices SET note = ? WHERE id = ?',
      });
      expect(holding).not.toHaveProperty('waitsFor');
      // Since its transaction began, not since its last statement.
      expect(holding?.seconds).toBeGreaterThan(waiting?.seconds ?? Number.NaN);
      expect(await seen(idle.pid)).toBeUndefined();
    });

    test('Paksa’s own are told apart', async () => {
      const called = new AbortController();
      const asleep = failureOf(
        system.db.read({ operation: 'sleep', signal: called.signal, statementMs: 0 }, (query) =>
          query('SELECT pg_sleep(600)'),
        ),
      );
      const replica = await join(ownName(system.url));
      replica.begin('SELECT pg_sleep(600)');
      const namesake = await join('paksa');
      namesake.begin('SELECT pg_sleep(600)');
      const own = async () => (await system.probe.sessions(soon())).filter((session) => session.own);
      await expect.poll(own).toHaveLength(2);
      for (const { application } of await own()) expect(application).toBe(ownName(system.url));
      expect(await seen(namesake.pid)).toMatchObject({ own: false });
      called.abort();
      await asleep;
    });

    test('are not said to be none where the role may not see them', async () => {
      const busy = await join();
      busy.begin('SELECT pg_sleep(600)');
      await expect.poll(() => seen(busy.pid)).toBeDefined();
      const error = await failureOf(modest.probe.sessions(soon()));
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('GRANT pg_monitor TO "modest"');
      expect((await granted.probe.sessions(soon())).map(({ pid }) => pid)).toContain(busy.pid);
    });
  });

  describe('ending sessions', () => {
    test('those that were seen, and they are gone', async () => {
      const runaway = await join();
      const bystander = await join();
      runaway.begin('SELECT pg_sleep(600)');
      await expect.poll(() => seen(runaway.pid)).toBeDefined();
      const target = await seen(runaway.pid);
      expect(await granted.actuator.terminate(target ? [target] : [], soon())).toBe(1);
      expect(await seen(runaway.pid)).toBeUndefined();
      await expect.poll(() => runaway.gone).toBe(true);
      expect(await bystander.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await granted.actuator.terminate(target ? [target] : [], soon())).toBe(0);
      expect(await granted.actuator.terminate([], soon())).toBe(0);
    });

    test('not who has gone on to another statement since, nor who is in another database', async () => {
      const busy = await join();
      await busy.query('BEGIN');
      const before = await seen(busy.pid);
      await busy.query('SELECT 1');
      await expect.poll(async () => (await seen(busy.pid))?.queryStart).not.toEqual(before?.queryStart);
      expect(await system.actuator.terminate(before ? [before] : [], soon())).toBe(0);

      const other = await openSession(server.url());
      sessions.push(other);
      await other.query('BEGIN');
      const elsewhere = await seen(other.pid);
      expect(elsewhere).toMatchObject({ elsewhere: true, database: 'postgres', own: false });
      expect(await system.actuator.terminate(elsewhere ? [elsewhere] : [], soon())).toBe(0);
    });

    test('not who has got the same process id since', async () => {
      const newcomer = await join();
      newcomer.begin('SELECT pg_sleep(600)');
      await expect.poll(() => seen(newcomer.pid)).toBeDefined();
      const before = new Date((await seen(newcomer.pid))?.backendStart.getTime() ?? 0);
      before.setSeconds(before.getSeconds() - 1);
      expect(await system.actuator.terminate([{ pid: newcomer.pid, backendStart: before }], soon())).toBe(0);
      expect(await seen(newcomer.pid)).toBeDefined();
    });

    test('whose start has microseconds, whatever they are', async () => {
      for (let time = 0; time < 20; time += 1) {
        const session = await join();
        await session.query('BEGIN');
        const target = await seen(session.pid);
        expect(await system.actuator.terminate(target ? [target] : [], soon())).toBe(1);
      }
    });

    test('never Paksa’s own, nor what is no client', async () => {
      const own = await join(ownName(system.url));
      await own.query('BEGIN');
      const target = await seen(own.pid);
      expect(await system.actuator.terminate(target ? [target] : [], soon())).toBe(0);
      const [writer] = await execute<{ pid: number; started: Date }>(
        server.url(),
        `SELECT pid, backend_start AS started FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
      );
      const process = { pid: writer?.pid ?? 0, backendStart: writer?.started ?? new Date() };
      expect(await system.actuator.terminate([process], soon())).toBe(0);
      expect(await own.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    test('nobody where one of them may not be ended', async () => {
      const mine = await join();
      const root = await join('psql', 'postgres');
      await mine.query('BEGIN');
      await root.query('BEGIN');
      const targets = (await system.probe.sessions(soon())).filter(({ pid }) =>
        [mine.pid, root.pid].includes(pid),
      );
      const superuser = await failureOf(granted.actuator.terminate(targets, soon()));
      expect(superuser).toMatchObject({ fault: 'forbidden' });
      expect(superuser.message).toContain('a session of “postgres” is among them');
      await execute(server.url(), 'REVOKE pg_signal_backend FROM granted');
      const other = await failureOf(
        granted.actuator.terminate(
          targets.filter(({ pid }) => pid === mine.pid),
          soon(),
        ),
      );
      await execute(server.url(), 'GRANT pg_signal_backend TO granted');
      expect(other.message).toContain('GRANT pg_signal_backend TO "granted"');
      expect((await failureOf(modest.actuator.terminate(targets, soon()))).message).toContain(
        'GRANT pg_monitor TO "modest"',
      );
      expect(await mine.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await root.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    test('all of the database, and none of another', async () => {
      const clients = [await join(), await join('psql', 'postgres')];
      const replica = await join(ownName(system.url));
      const intruder = await join('paksa');
      const elsewhere = await openSession(server.url());
      try {
        expect((await failureOf(granted.actuator.terminateAll(soon()))).fault).toBe('forbidden');
        expect((await failureOf(modest.actuator.terminateAll(soon()))).fault).toBe('forbidden');
        expect(await system.actuator.terminateAll(soon())).toBe(3);
        for (const client of [...clients, intruder]) await expect.poll(() => client.gone).toBe(true);
        expect(await replica.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        expect(await elsewhere.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        expect(await system.probe.ping(soon())).toBeGreaterThan(0);
      } finally {
        await elsewhere.end();
      }
    });
  });

  describe('read-only', () => {
    const write = async () => {
      const session = await join();
      return session.query('UPDATE invoices SET note = NULL').then(
        () => 'written',
        (error: Error) => error.message,
      );
    };

    test('holds for all, and is taken back', async () => {
      const writer = await join();
      await system.actuator.setReadOnly(true, soon());
      await expect.poll(() => writer.gone).toBe(true);
      expect(await write()).toMatch(/read-only transaction/);
      expect((await system.probe.standing(soon())).readOnlyByDefault).toBe(true);
      // What was approved is done all the same.
      await system.db.change({ operation: 'change', signal: soon() }, (query) =>
        query('UPDATE public.invoices SET note = NULL'),
      );

      const reader = await join();
      await system.actuator.setReadOnly(false, soon());
      await expect.poll(() => reader.gone).toBe(true);
      expect(await write()).toBe('written');
      expect((await system.probe.standing(soon())).readOnlyByDefault).toBe(false);
    });

    test('is not half done', async () => {
      // It may end sessions, but the database is not its own.
      const error = await failureOf(granted.actuator.setReadOnly(true, soon()));
      expect(error).toMatchObject({ fault: 'forbidden' });
      expect(error.message).toContain(`give it the role that owns database ${database()}`);
      // It owns the database, but may not end everybody's sessions.
      await execute(server.url(), `ALTER DATABASE ${database()} OWNER TO granted`);
      await join('psql', 'postgres');
      expect(await failureOf(granted.actuator.setReadOnly(true, soon()))).toMatchObject({
        fault: 'forbidden',
      });
      expect((await system.probe.standing(soon())).readOnlyByDefault).toBe(false);
      await execute(server.url(), `ALTER DATABASE ${database()} OWNER TO postgres`);
    });
  });
});
