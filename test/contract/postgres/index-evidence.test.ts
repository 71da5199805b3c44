/** What a plan says for an index, and what it does not; over names and tables of all kinds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute, POSTGRES, type PostgresServer, startPostgres } from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { invoices, missing, named, ROWS, run, STATISTICS } from './load.ts';
import { createSystem, type System, soon } from './system.ts';
import { createOn } from './systems.ts';

const GUIDE = 'CREATE INDEX idx_invoices_tenant_date ON invoices (tenant_id, created_at)';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  /** Invoices with the guide's index. */
  let usual: System;
  const create = (...statements: readonly string[]) => createOn(server.url(), ...statements);

  beforeAll(async () => {
    server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
    usual = await createSystem(server.url(), STATISTICS, ...invoices(), GUIDE);
  });
  afterAll(async () => {
    await usual?.db.close();
    await server?.[Symbol.asyncDispose]();
  });

  test.each([
    ['a varchar', `SELECT * FROM invoices WHERE status = 's7'`, ['invoices(status)']],
    ['a list', 'SELECT * FROM invoices WHERE customer_id IN (1, 2, 3)', ['invoices(customer_id)']],
    [
      'two columns',
      `SELECT 1 FROM invoices WHERE status = 's1' AND customer_id = 7`,
      ['invoices(customer_id,status)'],
    ],
    ['an alias', 'SELECT 1 FROM invoices AS "The I" WHERE "The I".note = $$x$$', ['invoices(note)']],
    [
      'a window of time',
      `SELECT 1 FROM invoices WHERE due BETWEEN now() - interval '9 d' AND now() - interval '7 d'`,
      ['invoices(due)'],
    ],
    [
      'the last ones of something common',
      'SELECT * FROM invoices WHERE kind = 1 ORDER BY total_amount DESC LIMIT 5',
      ['invoices(kind,total_amount)'],
    ],
    [
      'a join',
      'SELECT c.name FROM customers c JOIN invoices i ON i.customer_id = c.id WHERE i.status = $$s9$$',
      ['invoices(status)'],
    ],
    ['an update', `UPDATE invoices SET note = 'n' WHERE note = 'no such'`, ['invoices(note)']],
    ['a deletion', `DELETE FROM invoices WHERE note = 'no such'`, ['invoices(note)']],
    [
      'a copy',
      `INSERT INTO customers SELECT id + 1000000, note FROM invoices WHERE note = 'no such'`,
      ['invoices(note)'],
    ],
    [
      'a common table expression',
      `WITH w AS MATERIALIZED (SELECT * FROM invoices WHERE note = 'x') SELECT * FROM w`,
      ['invoices(note)'],
    ],
    ['all of something common', 'SELECT * FROM invoices WHERE kind = 1 ORDER BY total_amount DESC', []],
    ['a date', `SELECT 1 FROM invoices WHERE due = date '2024-01-01'`, ['invoices(due)']],
    ['an expression', `SELECT 1 FROM invoices WHERE lower(note) = 'x'`, []],
    ['a cast', `SELECT 1 FROM invoices WHERE created_at::date = '2024-01-01'`, []],
    ['a comparison that leaves most rows', 'SELECT 1 FROM invoices WHERE total_amount > 5', []],
    ['alternatives', 'SELECT 1 FROM invoices WHERE customer_id = 5 OR note = $$x$$', []],
  ])('%s', async (_, statement, expected) => {
    await execute(usual.url, 'SELECT pg_stat_statements_reset()');
    await run(usual, statement);
    expect(named(await missing(usual))).toEqual(expected);
  });

  test('a statement that was tried twice is no evidence', async () => {
    await execute(usual.url, 'SELECT pg_stat_statements_reset()');
    await run(usual, `SELECT * FROM invoices WHERE note = 'x'`, 2);
    expect(await missing(usual)).toEqual([]);
  });

  test('explaining changes nothing, and what cannot be explained does not stop it', async () => {
    const system = await create(
      STATISTICS,
      ...invoices(),
      GUIDE,
      'CREATE SEQUENCE seen',
      'CREATE TABLE short_lived (id int)',
    );
    await run(system, 'SELECT * FROM short_lived WHERE id = 1');
    await execute(system.url, 'DROP TABLE short_lived');
    await run(system, `SELECT interval '1 day' + interval '1 hour' AS later, nextval('seen')`);
    await run(system, `DELETE FROM invoices WHERE note = 'note ' || nextval('seen') * 1000000`);
    await run(system, `SELECT * FROM invoices WHERE note = 'x'`);
    const [before] = await execute(
      system.url,
      'SELECT last_value, (SELECT count(*) FROM invoices) FROM seen',
    );
    expect(named(await missing(system))).toEqual(['invoices(note)']);
    expect(await execute(system.url, 'SELECT last_value, (SELECT count(*) FROM invoices) FROM seen')).toEqual(
      [before],
    );
    // Nothing prepared is left on the connection.
    const left = await system.db.read({ operation: 'look', signal: soon() }, (query) =>
      query('SELECT name FROM pg_prepared_statements'),
    );
    expect(left).toEqual([]);
  });

  test('names that need quotes, that are long, and that are taken', async () => {
    const long = `a_rather_long_table_name_${'x'.repeat(30)}`;
    const system = await create(
      STATISTICS,
      'CREATE SCHEMA "My App"',
      ...['"My App"."Order"', long].flatMap((table) => [
        `CREATE TABLE ${table} ("group" int, "Größe ""x""" int, fill text)`,
        `INSERT INTO ${table} SELECT i, i, repeat('x', 100) FROM generate_series(1, ${ROWS}) i`,
      ]),
      'ANALYZE',
      'CREATE TABLE "My App"."idx_Order_group" ()',
    );
    await run(system, 'SELECT fill FROM "My App"."Order" WHERE "group" = 5');
    await run(system, 'SELECT fill FROM "My App"."Order" WHERE "Größe ""x""" = 5');
    await run(system, `SELECT fill FROM ${long} WHERE "Größe ""x""" = 5`);
    const proposals = await missing(system);
    expect(proposals.map(({ name }) => name).toSorted()).toEqual([
      'idx_Order_Größe "x"',
      expect.stringMatching(/^idx_Order_group_[0-9a-f]{8}$/),
      expect.stringMatching(/^idx_a_rather_long_table_name_x+_[0-9a-f]{8}$/),
    ]);
    for (const proposal of proposals) await system.actuator.createIndex(proposal, soon());
    expect(await missing(system)).toEqual([]);
  });

  test('a part of a partitioned table', async () => {
    const system = await create(
      STATISTICS,
      'CREATE TABLE entries (id int, day date, note text) PARTITION BY RANGE (day)',
      `CREATE TABLE entries_old PARTITION OF entries FOR VALUES FROM (MINVALUE) TO ('2024-01-01')`,
      'CREATE TABLE entries_new PARTITION OF entries DEFAULT',
      `INSERT INTO entries SELECT i, '2025-01-01', 'note ' || i FROM generate_series(1, ${ROWS}) i`,
      'ANALYZE',
    );
    await run(system, `SELECT * FROM entries WHERE note = 'x'`);
    const proposals = await missing(system);
    expect(named(proposals)).toEqual(['entries_new(note)']);
    for (const proposal of proposals) await system.actuator.createIndex(proposal, soon());
    expect(await missing(system)).toEqual([]);
  });
});
