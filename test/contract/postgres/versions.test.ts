/**
 * Every question and every act of the topics, on each version that is in use beside Debian's 15 and Paksa's own 18:
 * columns were renamed (`mean_time` in 13), views grew (`pg_stat_progress_create_index` in 12), and words changed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute, loginRole, type PostgresServer, startPostgres } from '../../harness/postgres-server.ts';
import { programsOf, requireVersions } from '../../harness/postgres-versions.ts';
import { invoices, missing, named, ROWS, run, STATISTICS } from './load.ts';
import { openSession, type System, soon } from './system.ts';
import { createOn } from './systems.ts';

const VERSIONS = [12, 13, 14, 16, 17] as const;
const LABEL = 'att-1';

const BOOKED = [
  'ALTER TABLE invoices ADD subtotal numeric(12, 2), ADD tax_amount numeric(12, 2)',
  'UPDATE invoices SET subtotal = total_amount - 1, tax_amount = 1',
  'UPDATE invoices SET total_amount = -total_amount WHERE id <= 3',
];

/** As pg_upgrade leaves a database (to 17 or older): rows, and nothing known of them. 14 marks that with -1, and 13 did not. */
const FORGET = [
  `UPDATE pg_class SET relpages = 0, reltuples = CASE WHEN current_setting('server_version_num')::int < 140000 THEN 0 ELSE -1 END
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  `DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
  'SELECT pg_stat_reset()',
];

describe.runIf(requireVersions(...VERSIONS)).each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: PostgresServer;
  const create = (...statements: readonly string[]) => createOn(server.url(), ...statements);
  const name = ({ url }: System) => new URL(url).pathname.slice(1);

  beforeAll(async () => {
    server = await startPostgres({
      programs: await programsOf(version),
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    });
    await execute(server.url(), loginRole('app'));
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('who is there: login, standing, connections, roles, databases', async () => {
    const system = await create(...invoices(10));
    const { probe } = system;
    expect(await probe.login(soon())).toMatchObject({
      ok: true,
      version: expect.stringMatching(`^${version}\\.`),
    });
    expect(await probe.ping(soon())).toBeGreaterThanOrEqual(0);
    expect(await probe.standing(soon())).toMatchObject({
      inRecovery: false,
      readOnlyByDefault: false,
      dataDirectory: server.data,
    });
    const beside = await openSession(system.url);
    expect(await probe.connections(soon())).toMatchObject({ max: 100, idle: 1, hidden: 0 });
    await beside.end();
    expect(await probe.databases(soon())).toContain(name(system));
    expect(await probe.rowCounts(name(system), soon())).toMatchObject({ invoices: 10 });
    expect(await probe.loginRoles(soon())).toContainEqual(
      expect.objectContaining({ name: 'app', superuser: false, sessions: 0 }),
    );
  });

  test('who blocks whom, and only who was seen is ended', async () => {
    const system = await create(...invoices(10));
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE invoices');
    const waiter = await openSession(system.url);
    const { settled } = waiter.begin('SELECT count(*) FROM invoices');
    const seen = async (pid: number) =>
      (await system.probe.sessions(soon())).find((session) => session.pid === pid);
    await expect.poll(async () => (await seen(waiter.pid))?.blockedBy).toEqual([holder.pid]);
    const found = await seen(holder.pid);
    expect(found).toMatchObject({ state: 'idle in transaction', kind: 'client backend', own: false });
    expect(await system.probe.usersOf('invoices', soon())).toBe(1);
    const { pid = 0, backendStart = new Date(0) } = found ?? {};
    expect(await system.actuator.terminate([{ pid, backendStart: new Date(0) }], soon())).toBe(0);
    expect(await system.actuator.terminate([{ pid, backendStart }], soon())).toBe(1);
    expect(await settled).toBe('done');
    await waiter.end();
    expect(await system.actuator.terminateAll(soon())).toBe(0);
  });

  test('the slowest statements, and the index that their plans ask for', async () => {
    const system = await create(STATISTICS, ...invoices());
    await run(system, `SELECT * FROM invoices WHERE tenant_id = 7 AND created_at > now() - interval '1 day'`);
    const found = await system.probe.statements(20, 1, soon());
    if (!found.available) throw new Error(found.enable);
    expect(found.statements).toContainEqual(
      expect.objectContaining({ query: expect.stringContaining('WHERE tenant_id = $1'), calls: 5 }),
    );
    expect(found.since === undefined).toBe(version < 14);

    const [proposal, ...others] = await missing(system);
    if (!proposal) throw new Error('none is proposed');
    expect(named([proposal, ...others])).toEqual(['invoices(tenant_id,created_at)']);
    expect(proposal).toMatchObject({ basis: 'plan', tableRows: ROWS });
    await system.actuator.createIndex(proposal, soon());
    expect(await missing(system)).toEqual([]);
    await system.actuator.dropIndex({ schema: 'public', name: proposal.name }, soon());
    expect(named(await missing(system))).toEqual(['invoices(tenant_id,created_at)']);
  });

  test('tables, their statistics, and what a failed build leaves', async () => {
    const system = await create(
      ...invoices(100),
      'CREATE TABLE loaded AS SELECT generate_series(1, 1000) AS id',
    );
    const loaded = async () =>
      (await system.probe.tables(soon())).find(({ table }) => table === 'loaded')?.hasStatistics;
    expect(await loaded()).toBe(false);
    await system.actuator.analyze([{ schema: 'public', table: 'loaded' }], soon());
    expect(await loaded()).toBe(true);

    await execute(system.url, 'INSERT INTO loaded VALUES (1)');
    const failed = execute(system.url, 'CREATE UNIQUE INDEX CONCURRENTLY once ON loaded (id)');
    await expect(failed).rejects.toThrow('could not create unique index');
    expect(await system.probe.invalidIndexes(soon())).toEqual([
      { schema: 'public', name: 'once', table: 'loaded', inProgress: false },
    ]);
    await system.actuator.dropIndex({ schema: 'public', name: 'once' }, soon());
    expect(await system.probe.invalidIndexes(soon())).toEqual([]);
  });

  test('after an upgrade nobody knows how many rows there are, until they are analysed', async () => {
    const system = await create(...invoices(), 'CREATE TABLE emptied (id int)');
    await execute(
      system.url,
      ...FORGET,
      // What comes in afterwards is all that has been counted.
      `INSERT INTO invoices (tenant_id, created_at) VALUES (1, now())`,
    );
    const found = async (name: string) =>
      (await system.probe.tables(soon())).find(({ table }) => table === name);
    const upgraded = await found('invoices');
    expect(upgraded).toMatchObject({ hasStatistics: false });
    expect(upgraded).not.toHaveProperty('lastAnalyze');
    expect(upgraded?.liveRows).toBeGreaterThan(ROWS / 3);
    expect(upgraded?.liveRows).toBeLessThan(ROWS * 3);
    expect(await found('emptied')).toMatchObject({ liveRows: 0 });
    expect(named(await missing(system))).toEqual(['invoices(tenant_id,created_at)']);
    await system.actuator.analyze([{ schema: 'public', table: 'invoices' }], soon());
    expect(await found('invoices')).toMatchObject({ liveRows: ROWS + 1, hasStatistics: true });
  });

  test('invoices that do not add up, repaired and put back', async () => {
    const system = await create(...invoices(10), ...BOOKED);
    const { probe, actuator } = system;
    expect(await probe.invoiceTotals(soon())).toMatchObject({ invoices: 10, negative: 3, mismatched: 3 });
    expect(await actuator.repairTotals(LABEL, soon())).toBe(3);
    expect(await probe.invoiceTotals(soon())).toMatchObject({ negative: 0, mismatched: 0 });
    expect(await actuator.restoreTotals(LABEL, soon())).toBe(3);
    expect(await probe.invoiceTotals(soon())).toMatchObject({ negative: 3, mismatched: 3 });
  });

  test('foreign keys and their orphans; indexes by amcheck; read-only and back', async () => {
    const system = await create(
      'CREATE EXTENSION amcheck',
      ...invoices(10),
      'ALTER TABLE invoices ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID',
      'ALTER TABLE invoices ADD CONSTRAINT of_other FOREIGN KEY (kind) REFERENCES customers NOT VALID',
    );
    const { probe, actuator } = system;
    const orphans = Object.fromEntries(
      (await probe.foreignKeys(soon())).map((key) => [key.name, key.orphans]),
    );
    expect(orphans).toEqual({ of_customer: 0, of_other: 5 });
    expect(await actuator.validateForeignKeys(soon())).toEqual(['of_customer']);
    expect(await probe.verifyIndexes(soon())).toMatchObject({ available: true, indexes: 2, broken: [] });

    await actuator.setReadOnly(true, soon());
    expect((await probe.standing(soon())).readOnlyByDefault).toBe(true);
    await expect(execute(system.url, 'DELETE FROM invoices')).rejects.toThrow('read-only transaction');
    await actuator.setReadOnly(false, soon());
    expect((await probe.standing(soon())).readOnlyByDefault).toBe(false);
  });
});
