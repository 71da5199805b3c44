/** Indexes that are missing, on evidence: proposed once each, built as proposed, and not proposed where nothing is gained. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { invoices, missing, named, ROWS, run, STATISTICS } from './load.ts';
import { type System, soon } from './system.ts';
import { createOn, visitAs } from './systems.ts';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  const create = (...statements: readonly string[]) => createOn(server.url(), ...statements);

  beforeAll(async () => {
    server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
    await execute(
      server.url(),
      ...[loginRole('blind'), loginRole('monitor'), loginRole('reader'), loginRole('app')],
      'GRANT pg_monitor TO monitor, reader',
      'GRANT pg_read_all_data TO reader',
    );
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('the plan of a costly statement speaks for the guide’s index, which then serves it', async () => {
    const system = await create(STATISTICS, ...invoices());
    await run(system, `SELECT * FROM invoices WHERE tenant_id = 7 AND created_at > now() - interval '1 day'`);
    const [proposal, ...others] = await missing(system);
    expect(others).toEqual([]);
    expect(proposal).toEqual({
      name: 'idx_invoices_tenant_date',
      schema: 'public',
      table: 'invoices',
      columns: ['tenant_id', 'created_at'],
      basis: 'plan',
      ddl: 'CREATE INDEX CONCURRENTLY "idx_invoices_tenant_date" ON "public"."invoices" ("tenant_id", "created_at")',
      reason: expect.stringMatching(
        /^reads all 20,000 rows of invoices \(plan cost [\d,]+\), 5 times at [\d.]+ ms: SELECT \* FROM invoices WHERE tenant_id = \$1/,
      ),
      tableRows: ROWS,
      tableBytes: expect.any(Number),
    });
    expect(proposal?.tableBytes).toBeGreaterThan(1_000_000);
    // The same each time, or what was approved would not be what is built.
    expect(await missing(system)).toEqual([proposal]);
    // A role that may read plans what a superuser does.
    expect(await missing(visitAs(system, 'reader'))).toEqual([proposal]);
    if (proposal) await system.actuator.createIndex(proposal, soon());
    expect(await missing(system)).toEqual([]);
  });

  test('a healthy database: nothing', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(),
      'CREATE INDEX idx_invoices_tenant_date ON invoices (tenant_id, created_at)',
      'ANALYZE',
    );
    await run(system, 'SELECT * FROM invoices WHERE id = 4711');
    await run(system, 'SELECT * FROM invoices WHERE tenant_id = 7 ORDER BY created_at DESC LIMIT 20');
    await run(system, 'SELECT count(*), sum(total_amount) FROM invoices');
    await run(system, 'SELECT * FROM invoices WHERE total_amount < 0');
    await run(system, 'SELECT * FROM invoices ORDER BY note LIMIT 5');
    expect(await missing(system)).toEqual([]);
  });

  test('a small table: nothing', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(500),
      'ALTER TABLE invoices ADD FOREIGN KEY (customer_id) REFERENCES customers',
    );
    await run(system, 'SELECT * FROM invoices WHERE tenant_id = 7');
    expect(await missing(system)).toEqual([]);
  });

  test('the guide’s own index, where nothing else speaks', async () => {
    const system = await create(...invoices());
    const [proposal, ...others] = await missing(system);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      name: 'idx_invoices_tenant_date',
      basis: 'guide',
      reason: expect.stringContaining("the guide's own index is missing, and invoices has 20,000 rows"),
    });
    for (const useless of [
      'CREATE INDEX one ON invoices (tenant_id)',
      'CREATE INDEX two ON invoices (created_at, tenant_id)',
      'CREATE INDEX three ON invoices (tenant_id, created_at) WHERE total_amount > 0',
      'CREATE INDEX four ON invoices (tenant_id, date(created_at AT TIME ZONE $$UTC$$))',
      'CREATE INDEX five ON invoices (tenant_id) INCLUDE (created_at)',
    ]) {
      await execute(system.url, useless);
      expect(await missing(system), useless).toEqual([proposal]);
    }
    await execute(system.url, 'CREATE INDEX six ON invoices (tenant_id, created_at, status)');
    expect(await missing(system)).toEqual([]);
  });

  test('a foreign key that nothing leads, once', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(),
      'CREATE INDEX idx_invoices_tenant_date ON invoices (tenant_id, created_at)',
      'ALTER TABLE invoices ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers',
      'ALTER TABLE invoices ADD CONSTRAINT again FOREIGN KEY (customer_id) REFERENCES customers',
    );
    const [proposal, ...others] = await missing(system);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      name: 'idx_invoices_customer_id',
      basis: 'foreign-key',
      reason: expect.stringContaining('deleting from customers'),
    });
    // A plan that wants the same is the better reason, and one index more is enough for a longer one.
    await run(system, 'SELECT * FROM invoices WHERE customer_id = 7 ORDER BY created_at LIMIT 5');
    await run(system, 'SELECT note FROM invoices WHERE customer_id = 8');
    const [planned, ...more] = await missing(system);
    expect(more).toEqual([]);
    expect(planned).toMatchObject({ name: 'idx_invoices_customer_id_created_at', basis: 'plan' });
    if (planned) await system.actuator.createIndex(planned, soon());
    expect(await missing(system)).toEqual([]);
  });

  test('foreign keys of a dozen small tables do not crowd the guide’s index out', async () => {
    const small = Array.from({ length: 12 }, (_, i) => [
      `CREATE TABLE small_${i} (id serial PRIMARY KEY, customer_id int REFERENCES customers, note text)`,
      `INSERT INTO small_${i} (customer_id, note) SELECT i % 100 + 1, repeat('x', 800) FROM generate_series(1, 1100) i`,
    ]);
    const system = await create(...invoices(), ...small.flat(), 'ANALYZE');
    const [first, ...others] = named(await missing(system));
    expect(first).toBe('invoices(tenant_id,created_at)');
    expect(others).toHaveLength(12);
  });

  test('which indexes there are, whoever misses them', async () => {
    const system = await create(...invoices(10), 'CREATE INDEX "Odd one" ON invoices (note)');
    const odd = { schema: 'public', name: 'Odd one' };
    const asked = [odd, { schema: 'public', name: 'none' }, { schema: 'public', name: 'invoices' }];
    expect(await system.probe.presentIndexes(asked, soon())).toEqual([odd]);
  });

  test('what could not be looked at is not in order', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(),
      'CREATE INDEX idx_invoices_tenant_date ON invoices (tenant_id, created_at)',
    );
    await run(system, `SELECT * FROM invoices WHERE note = 'x'`);
    const unseen = async (by: System) => (await by.probe.missingIndexes(soon())).unseen ?? '';
    expect(await unseen(visitAs(system, 'blind'))).toContain('GRANT pg_monitor TO "blind"');
    const monitor = visitAs(system, 'monitor');
    const grant =
      /GRANT SELECT ON ALL TABLES IN SCHEMA public TO "monitor"/.exec(await unseen(monitor))?.[0] ?? '';
    await execute(system.url, grant);
    expect(named(await missing(monitor))).toEqual(['invoices(note)']);
  });

  test('a superuser lends its rights to nobody’s function', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(),
      'CREATE INDEX idx_invoices_tenant_date ON invoices (tenant_id, created_at)',
      'GRANT ALL ON SCHEMA public TO app',
      'GRANT SELECT ON invoices TO app',
      'CREATE SEQUENCE run',
      'SET ROLE app',
      `CREATE FUNCTION wicked() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM nextval('run'); RETURN 'x'; END $$`,
      'RESET ROLE',
    );
    await run(system, `SELECT * FROM invoices WHERE note = wicked()`);
    const [before] = await execute(system.url, 'SELECT last_value FROM run');
    const found = await system.probe.missingIndexes(soon());
    expect(found.unseen).toContain("planning would run other roles' functions with its rights");
    expect(await execute(system.url, 'SELECT last_value FROM run')).toEqual([before]);
    // A role of its own has no rights to lend.
    expect((await visitAs(system, 'blind').probe.missingIndexes(soon())).unseen).toContain('pg_monitor');
    await execute(system.url, 'ALTER FUNCTION wicked VOLATILE');
    expect(await system.probe.missingIndexes(soon())).toEqual({ proposals: [] });
  });
});
