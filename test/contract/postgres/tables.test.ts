/** How the tables are doing: dead rows, stale statistics, and space that holds nothing. */
import { describe, expect, test } from 'vitest';
import { execute } from '../../harness/postgres-server.ts';
import { openSession, SERVERS, type System, soon } from './system.ts';
import { refilled } from './systems.ts';

describe.each(SERVERS.filter(({ runs }) => runs))('$version', ({ start }) => {
  const create = refilled({ start });
  const health = async ({ probe }: System, table: string) =>
    (await probe.tables(soon())).find((found) => found.table === table);

  /** 200 bytes a row, without autovacuum, which would tidy up in between. */
  const filled = [
    'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int, note text) WITH (autovacuum_enabled = off)',
    `INSERT INTO invoices SELECT i, i % 7, CASE WHEN i % 2 = 0 THEN repeat('x', 300) END FROM generate_series(1, 20000) i`,
  ];

  test('one that was never analyzed: rows as they were written, and no guess at its bloat', async () => {
    const system = await create(...filled);
    await expect
      .poll(() => health(system, 'invoices'))
      .toEqual({
        schema: 'public',
        table: 'invoices',
        liveRows: 20_000,
        deadRows: 0,
        bytes: expect.any(Number),
        bloatBytes: 0,
        modifiedSinceAnalyze: 20_000,
        hasStatistics: false,
      });
  });

  test('its statistics outlive the counters, which a crash resets', async () => {
    const system = await create(...filled, 'ANALYZE invoices');
    await expect.poll(async () => (await health(system, 'invoices'))?.lastAnalyze).toBeInstanceOf(Date);
    await execute(system.url, `SELECT pg_stat_reset_single_table_counters('invoices'::regclass)`);
    await expect
      .poll(async () => {
        const { lastAnalyze, hasStatistics } = (await health(system, 'invoices')) ?? {};
        return { lastAnalyze, hasStatistics };
      })
      .toEqual({ lastAnalyze: undefined, hasStatistics: true });
  });

  test('one in good order has next to no bloat', async () => {
    const system = await create(...filled, 'VACUUM ANALYZE invoices');
    await expect.poll(async () => (await health(system, 'invoices'))?.lastVacuum).toBeInstanceOf(Date);
    const found = await health(system, 'invoices');
    expect(found?.lastAnalyze).toBeInstanceOf(Date);
    const [size] = await execute<{ bytes: number }>(
      system.url,
      `SELECT pg_total_relation_size('invoices')::float8 AS bytes`,
    );
    expect(found?.bytes).toBe(size?.bytes);
    expect((found?.bloatBytes ?? 0) / (found?.bytes ?? 1)).toBeLessThan(0.05);
  });

  test('one that was emptied for the most part holds mostly nothing', async () => {
    const system = await create(...filled, 'DELETE FROM invoices WHERE id % 10 <> 0');
    await expect.poll(() => health(system, 'invoices')).toMatchObject({ liveRows: 2_000, deadRows: 18_000 });
    await execute(system.url, 'VACUUM ANALYZE invoices');
    await expect.poll(() => health(system, 'invoices')).toMatchObject({ deadRows: 0 });
    const found = await health(system, 'invoices');
    expect((found?.bloatBytes ?? 0) / (found?.bytes ?? 1)).toBeGreaterThan(0.6);
    await execute(system.url, 'VACUUM FULL ANALYZE invoices');
    const packed = await health(system, 'invoices');
    expect((packed?.bloatBytes ?? 0) / (packed?.bytes ?? 1)).toBeLessThan(0.1);
  });

  test('room that was left on purpose is no bloat, and a type that fools the estimate is not guessed at', async () => {
    const system = await create(
      'CREATE TABLE roomy (id int, note text) WITH (fillfactor = 50, autovacuum_enabled = off)',
      `INSERT INTO roomy SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i`,
      'CREATE TABLE named (who name) WITH (autovacuum_enabled = off)',
      `INSERT INTO named SELECT 'a' FROM generate_series(1, 5000) i`,
      'ANALYZE',
      'DELETE FROM named WHERE ctid < $$(10,0)$$::tid',
      'VACUUM ANALYZE named',
    );
    const roomy = await health(system, 'roomy');
    expect((roomy?.bloatBytes ?? 0) / (roomy?.bytes ?? 1)).toBeLessThan(0.05);
    expect(await health(system, 'named')).toMatchObject({ bloatBytes: 0 });
  });

  test('the largest first, and neither PostgreSQL’s own nor what Paksa keeps', async () => {
    const system = await create(
      ...filled,
      'CREATE SCHEMA app',
      'CREATE TABLE app.small (id int)',
      'CREATE SCHEMA paksa_kept',
      'CREATE TABLE paksa_kept.figures (id int)',
      'CREATE VIEW seen AS SELECT 1',
    );
    const tables = await system.probe.tables(soon());
    expect(tables.map(({ schema, table }) => `${schema}.${table}`)).toEqual(['public.invoices', 'app.small']);
  });

  test('one that somebody has locked does not hold up the look', async () => {
    const system = await create(...filled, 'VACUUM ANALYZE invoices');
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE invoices');
    expect((await health(system, 'invoices'))?.bytes).toBeGreaterThan(1_000_000);
    expect(await system.probe.missingIndexes(soon())).toEqual({ proposals: [] });
    await holder.end();
  });
});
