/** What kind of server this is, who is connected, and what is on it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownName } from '../../../src/adapters/postgres/own-name.ts';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { createSystem, failureOf, openSession, openSystem, type System, soon } from './system.ts';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  let system: System;
  /** The same database for a role that has been granted nothing. */
  let modest: System;

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '40', max_prepared_transactions: '2' } });
    await execute(
      server.url(),
      loginRole('modest'),
      loginRole('paksa_app', "VALID UNTIL '2099-01-01'"),
      `CREATE ROLE forever LOGIN VALID UNTIL 'infinity'`,
      'CREATE ROLE nobody',
    );
    system = await createSystem(
      server.url(),
      'CREATE TABLE invoices (id int PRIMARY KEY, note text)',
      'INSERT INTO invoices SELECT generate_series(1, 30)',
      'CREATE SCHEMA billing',
      'CREATE TABLE billing.parts (id int, day date) PARTITION BY RANGE (day)',
      `CREATE TABLE billing.parts_old PARTITION OF billing.parts FOR VALUES FROM (MINVALUE) TO ('2024-01-01')`,
      `CREATE TABLE billing.parts_new PARTITION OF billing.parts DEFAULT`,
      `INSERT INTO billing.parts VALUES (1, '2020-01-01'), (2, '2025-01-01'), (3, '2025-01-01')`,
      'CREATE TABLE "odd ""name" ()',
      'CREATE SCHEMA paksa_kept',
      'CREATE TABLE paksa_kept.x (id int)',
    );
    modest = openSystem(system.url.replace('//postgres:', '//modest:'));
  });
  afterAll(async () => {
    await modest?.db.close();
    await system?.db.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('a primary', async () => {
    const standing = await system.probe.standing(soon());
    expect(standing).toEqual({
      logsTo: 'stderr',
      tablespaces: [],
      version: expect.stringMatching(/^15\./),
      startedAt: expect.any(Date),
      inRecovery: false,
      readOnlyByDefault: false,
      dataDirectory: server.data,
    });
    expect(standing.startedAt.getTime()).toBeLessThan(Date.now());
    expect(await modest.probe.standing(soon())).not.toHaveProperty('dataDirectory');
  });

  test('whether new transactions are read-only, whatever this session’s own default is', async () => {
    const readOnly = async () => (await system.probe.standing(soon())).readOnlyByDefault;
    const database = new URL(system.url).pathname.slice(1);
    expect(await readOnly()).toBe(false);
    await execute(server.url(), `ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    expect(await readOnly()).toBe(true);
    const later = openSystem(system.url);
    expect((await later.probe.standing(soon())).readOnlyByDefault).toBe(true);
    await execute(server.url(), `ALTER DATABASE ${database} RESET default_transaction_read_only`);
    expect((await later.probe.standing(soon())).readOnlyByDefault).toBe(false);
    await later.db.close();

    await execute(
      server.url(),
      'ALTER SYSTEM SET default_transaction_read_only = on',
      'SELECT pg_reload_conf()',
    );
    await expect.poll(readOnly).toBe(true);
    await execute(
      server.url(),
      'SET default_transaction_read_only = off',
      'ALTER SYSTEM RESET default_transaction_read_only',
      'SELECT pg_reload_conf()',
    );
    await expect.poll(readOnly).toBe(false);
  });

  test('a standby, and how far it is behind', async () => {
    const standby = await startPostgres({
      make: (data, run) =>
        run('pg_basebackup', ['-d', server.url(), '-D', data, '-R', '--checkpoint=fast', '--no-sync']),
    });
    const behind = openSystem(standby.url());
    try {
      await expect.poll(async () => (await behind.probe.login(soon())).ok).toBe(true);
      await execute(server.url(), 'CREATE TABLE replicated (id int)');
      const isReplicated = async () =>
        (await execute(standby.url(), `SELECT FROM pg_class WHERE relname = 'replicated'`)).length;
      await expect.poll(isReplicated).toBe(1);
      // Whatever it receives it replays, and is behind by nothing then.
      await expect.poll(async () => (await behind.probe.standing(soon())).replayLagSeconds).toBe(0);
      expect(await behind.probe.standing(soon())).toMatchObject({ inRecovery: true });

      await execute(standby.url(), 'SELECT pg_wal_replay_pause()');
      await execute(server.url(), 'DROP TABLE replicated', 'SELECT pg_switch_wal()');
      await expect
        .poll(async () => (await behind.probe.standing(soon())).replayLagSeconds)
        .toBeGreaterThan(0);
      const sessions = await system.probe.sessions(soon());
      expect(sessions).toContainEqual(expect.objectContaining({ kind: 'walsender', own: false }));
      const refused = await failureOf(behind.actuator.setReadOnly(true, soon()));
      expect(refused.message).toMatch(/takes no changes .* point the address at the primary/);
    } finally {
      await behind.db.close();
      await standby[Symbol.asyncDispose]();
    }
  });

  test('connections, by what they do and whose they are', async () => {
    // Connections that are kept for the next question count, too.
    await Promise.all([system.db.close(), modest.db.close()]);
    const busy = await openSession(system.url, 'worker');
    const idle = await Promise.all([openSession(system.url), openSession(system.url)]);
    const forgotten = await openSession(system.url, '');
    try {
      busy.begin('SELECT pg_sleep(600)');
      await forgotten.query('BEGIN');
      await expect
        .poll(() => system.probe.connections(soon()))
        .toMatchObject({
          max: 40,
          reserved: 3,
          used: 5,
          own: 1,
          active: 1,
          idle: 2,
          idleInTransaction: 1,
          hidden: 0,
        });
      const { byClient } = await system.probe.connections(soon());
      expect(byClient).toEqual([
        { client: 'paksa-backend (postgres) from 127.0.0.1', connections: 2, own: false },
        { client: 'unnamed (postgres) from 127.0.0.1', connections: 1, own: false },
        { client: 'Paksa’s own (postgres) from 127.0.0.1', connections: 1, own: true },
        { client: 'worker (postgres) from 127.0.0.1', connections: 1, own: false },
      ]);
      // A role without pg_monitor sees that they are there, and says what it does not see.
      const seen = await modest.probe.connections(soon());
      expect(seen).toMatchObject({ active: 0, idle: 0, idleInTransaction: 0, hidden: seen.used - 1 });
      expect(seen.byClient[0]).toEqual({
        client: 'paksa-backend (postgres) from an address that is not shown',
        connections: 2,
        own: false,
      });
    } finally {
      await execute(server.url(), `SELECT pg_terminate_backend(${busy.pid})`);
      await Promise.all([...idle, forgotten].map((session) => session.end()));
    }
  });

  test('Paksa’s own are taken, and nothing that could be freed', async () => {
    await Promise.all([system.db.close(), modest.db.close()]);
    // Another replica's; a system that is called Paksa too is none.
    const idle = await Promise.all([
      openSession(system.url, ownName(system.url)),
      openSession(system.url, 'paksa'),
    ]);
    const reading = await openSession(system.url, ownName(system.url));
    try {
      await reading.query('BEGIN');
      await expect
        .poll(() => system.probe.connections(soon()))
        .toMatchObject({ used: 4, own: 3, active: 0, idle: 1, idleInTransaction: 0 });
    } finally {
      await Promise.all([...idle, reading].map((session) => session.end()));
    }
  });

  test('databases, and the rows of one', async () => {
    const name = new URL(system.url).pathname.slice(1);
    expect(await modest.probe.databases(soon())).toEqual(['postgres', name]);
    expect(await system.probe.rowCounts(name, soon())).toEqual({
      'billing.parts': 3,
      invoices: 30,
      'odd "name': 0,
    });
    await using other = await createSystem(server.url(), 'CREATE TABLE a AS SELECT generate_series(1, 7)');
    const beside = new URL(other.url).pathname.slice(1);
    expect(await system.probe.rowCounts(beside, soon())).toEqual({ a: 7 });
    const missing = await failureOf(system.probe.rowCounts('gone_db', soon()));
    expect(missing.message).toContain('has no database “gone_db”');
    expect(await failureOf(modest.probe.rowCounts(name, soon()))).toMatchObject({ fault: 'forbidden' });
  });

  test('roles that can log in', async () => {
    const roles = await modest.probe.loginRoles(soon());
    expect(roles.map(({ name }) => name)).toEqual(['forever', 'modest', 'paksa_app', 'postgres']);
    expect(roles).toContainEqual({ name: 'forever', superuser: false, sessions: 0 });
    expect(roles).toContainEqual({
      name: 'paksa_app',
      superuser: false,
      sessions: 0,
      validUntil: new Date('2099-01-01T00:00:00Z'),
    });
    expect(roles.find(({ name }) => name === 'postgres')).toMatchObject({ superuser: true });
    expect(roles.find(({ name }) => name === 'modest')?.sessions).toBeGreaterThan(0);
  });

  test('who uses a table', async () => {
    expect(await system.probe.usersOf('invoices', soon())).toBe(0);
    const reader = await openSession(system.url);
    const writer = await openSession(system.url);
    try {
      await reader.query('BEGIN');
      await reader.query('SELECT * FROM invoices LIMIT 1');
      await writer.query('BEGIN');
      await writer.query('UPDATE invoices SET note = NULL');
      expect(await system.probe.usersOf('invoices', soon())).toBe(2);
      expect(await modest.probe.usersOf('public.invoices', soon())).toBe(2);
      expect(await system.probe.usersOf('billing.parts', soon())).toBe(0);
    } finally {
      await Promise.all([reader.end(), writer.end()]);
    }
    await expect.poll(() => system.probe.usersOf('invoices', soon())).toBe(0);
    await execute(system.url, 'BEGIN', 'LOCK TABLE invoices', `PREPARE TRANSACTION 'left over'`);
    expect(await system.probe.usersOf('invoices', soon())).toBe(1);
    await execute(system.url, `ROLLBACK PREPARED 'left over'`);
    const missing = await failureOf(system.probe.usersOf('nothing', soon()));
    expect(missing).toMatchObject({ fault: 'not-found' });
    expect(missing.message).toContain('There is no table nothing');
    // Of the only schema that has one, even off the search path.
    expect(await system.probe.usersOf('parts', soon())).toBe(0);
  });
});
