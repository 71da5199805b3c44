/** Calls that are stopped, take too long, fail or are cut off: nothing goes on behind them, and the next one works. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { failureOf, openSession, refusal, type System, soon } from './system.ts';
import { visit } from './systems.ts';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  const url = () => server.url({ user: 'paksa', database: 'paksa_db' });

  beforeAll(async () => {
    server = await startPostgres();
    await execute(server.url(), loginRole('paksa'), 'CREATE DATABASE paksa_db OWNER paksa');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describe('a call that is stopped', () => {
    const sleepers = () =>
      execute(
        server.url(),
        `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'`,
      );
    const sleep = (made: System, signal: AbortSignal, more = {}) =>
      made.db.read({ operation: 'sleep', signal, ...more }, (query) => query('SELECT pg_sleep(600)'));

    test('ends on the server, too, and the others go on', async () => {
      const made = visit(url());
      const called = new AbortController();
      const sleeping = failureOf(sleep(made, called.signal, { statementMs: 0 }));
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      const error = await sleeping;
      expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
      expect(error.message).toContain('The database was told to stop before it could sleep');
      expect(await sleepers()).toHaveLength(0);
      expect(await made.probe.ping(soon())).toBeGreaterThan(0);
    });

    test('before it began', async () => {
      expect(await failureOf(visit(url()).probe.ping(AbortSignal.abort()))).toMatchObject({
        fault: 'timed-out',
      });
    });

    test('by its own deadline, and by the statement timeout of the server', async () => {
      const made = visit(url());
      const late = await failureOf(sleep(made, soon(), { deadlineMs: 300, statementMs: 0 }));
      expect(late).toMatchObject({ fault: 'timed-out' });
      expect(late.message).toContain('did not sleep in time');
      const cut = await failureOf(sleep(made, soon(), { statementMs: 100 }));
      expect(cut).toMatchObject({ fault: 'timed-out', retryable: true });
      expect(cut.message).toContain('57014');
      expect(await sleepers()).toHaveLength(0);
    });

    test('while it waits for its turn', async () => {
      const made = visit(url());
      const called = new AbortController();
      const busy = Array.from({ length: 4 }, () => failureOf(sleep(made, called.signal, { statementMs: 0 })));
      await expect.poll(sleepers).toHaveLength(4);
      expect(await failureOf(made.probe.ping(AbortSignal.timeout(100)))).toMatchObject({
        fault: 'timed-out',
      });
      const patient = made.probe.ping(soon());
      called.abort();
      await Promise.all(busy);
      expect(await patient).toBeGreaterThan(0);
    });

    test('a change is rolled back, and not to be tried blindly again', async () => {
      await execute(url(), 'DROP TABLE IF EXISTS changed', 'CREATE TABLE changed (id int)');
      const made = visit(url());
      const called = new AbortController();
      const changing = failureOf(
        made.db.change({ operation: 'change', signal: called.signal, statementMs: 0 }, async (query) => {
          await query('INSERT INTO public.changed VALUES (1)');
          await query('SELECT pg_sleep(600)');
        }),
      );
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      expect(await changing).toMatchObject({
        retryable: false,
        message: expect.stringContaining('look at what is there before trying again'),
      });
      expect(await execute(url(), 'SELECT * FROM changed')).toHaveLength(0);
    });
  });

  describe('a transaction', () => {
    test('that reads cannot write, and does not look beyond PostgreSQL’s own names', async () => {
      const made = visit(url());
      const error = await failureOf(
        made.db.read({ operation: 'write', signal: soon() }, (query) =>
          query('CREATE TABLE public.written (id int)'),
        ),
      );
      expect(error).toMatchObject({ fault: 'refused', retryable: false });
      expect(error.message).toContain('25006');
      const [path] = await made.db.read({ operation: 'look', signal: soon() }, (query) =>
        query<{ path: string }>(`SELECT current_setting('search_path') AS path`),
      );
      expect(path).toEqual({ path: 'pg_catalog' });
    });

    test('takes one statement at a time', async () => {
      const error = await failureOf(
        visit(url()).db.change({ operation: 'look', signal: soon() }, (query) => query('SELECT 1; SELECT 2')),
      );
      expect(error.message).toContain('42601');
    });

    test('that fails leaves the connection usable', async () => {
      const made = visit(url());
      for (let time = 0; time < 6; time += 1)
        await failureOf(
          made.db.read({ operation: 'divide', signal: soon() }, (query) => query('SELECT 1 / 0')),
        );
      expect(await made.probe.ping(soon())).toBeGreaterThan(0);
      expect(made.db.ownPids()).toHaveLength(1);
    });

    test('that a row-level policy would narrow refuses, and says what to grant', async () => {
      await execute(
        server.url({ database: 'paksa_db' }),
        'CREATE TABLE secret (id int)',
        'ALTER TABLE secret ENABLE ROW LEVEL SECURITY',
        'GRANT SELECT ON secret TO paksa',
      );
      const error = await failureOf(
        visit(url()).db.read({ operation: 'count', signal: soon() }, (query) =>
          query('SELECT * FROM public.secret'),
        ),
      );
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('ALTER ROLE "paksa" BYPASSRLS');
    });

    test.each([
      ['SELECT * FROM public.others', 'GRANT SELECT ON "others" TO "paksa"'],
      ['SELECT * FROM closed_schema.t', 'GRANT USAGE ON SCHEMA "closed_schema" TO "paksa"'],
      [`SELECT pg_read_file('postgresql.conf')`, 'GRANT EXECUTE ON FUNCTION pg_read_file TO "paksa"'],
      [`SELECT current_setting('shared_preload_libraries')`, 'GRANT pg_monitor TO "paksa"'],
    ])('names the privilege that %s wants', async (statement, grant) => {
      await execute(
        server.url({ database: 'paksa_db' }),
        'CREATE TABLE IF NOT EXISTS others (id int)',
        'CREATE SCHEMA IF NOT EXISTS closed_schema',
      );
      const error = await failureOf(
        visit(url()).db.read({ operation: 'look', signal: soon() }, (query) => query(statement)),
      );
      expect(error).toMatchObject({ fault: 'forbidden' });
      expect(error.message).toContain('42501');
      expect(error.message).toContain(grant);
    });

    test('waits for no lock for long', async () => {
      const holder = await openSession(url());
      try {
        await execute(url(), 'CREATE TABLE IF NOT EXISTS held (id int)');
        await holder.query('BEGIN');
        await holder.query('LOCK TABLE held');
        const error = await failureOf(
          visit(url()).db.read({ operation: 'look', signal: soon(), lockMs: 50 }, (query) =>
            query('SELECT * FROM public.held'),
          ),
        );
        expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
        expect(error.message).toContain('Another session holds a lock');
      } finally {
        await holder.end();
      }
    });
  });

  test('a session that somebody ends, and a server that stops and comes back', async () => {
    const made = visit(url());
    const signal = soon();
    const asleep = failureOf(
      made.db.read({ operation: 'sleep', signal, statementMs: 0 }, (query) => query('SELECT pg_sleep(600)')),
    );
    const sleeping = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%'`;
    await expect.poll(() => execute(server.url(), sleeping)).toHaveLength(1);
    expect(await asleep).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(await made.probe.ping(signal)).toBeGreaterThan(0);

    await server.stop();
    expect(await failureOf(made.probe.ping(signal))).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(refusal(await made.probe.login(signal)).code).toBe('ECONNREFUSED');
    await server.start();
    expect(await made.probe.ping(signal)).toBeGreaterThan(0);
  });
});
