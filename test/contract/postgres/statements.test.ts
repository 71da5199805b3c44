/** The slowest statements, or exactly what to do to have them: followed to the letter, it works. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Statements } from '../../../src/adapters/postgres/port.ts';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { failureOf, type System, soon } from './system.ts';
import { createOn, visitAs } from './systems.ts';

const enable = (statements: Statements): string => {
  if (statements.available) throw new Error('they are available');
  return statements.enable;
};

/** What stands in the advice as SQL. */
const sqlOf = (advice: string): string[] =>
  advice.match(/(ALTER SYSTEM|SELECT|CREATE EXTENSION)[^;]*;/g) ?? [];

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  const create = (...statements: readonly string[]) => createOn(server.url(), ...statements);
  const available = async ({ probe }: System, limit = 100) => {
    const found = await probe.statements(limit, 1, soon());
    if (!found.available) throw new Error(found.enable);
    return found;
  };

  beforeAll(async () => {
    server = await startPostgres({ settings: { shared_preload_libraries: 'auto_explain' } });
    await execute(server.url(), loginRole('modest'), loginRole('granted'), 'GRANT pg_monitor TO granted');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('a server that does not load the library: the advice keeps what it loads, and the server starts with it', async () => {
    const system = await create();
    const advice = enable(await system.probe.statements(10, 1, soon()));
    expect(advice).toMatch(
      /^run ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements'; restart PostgreSQL, then run CREATE EXTENSION pg_stat_statements; in the database system_/,
    );
    const [alter = '', createExtension = ''] = sqlOf(advice);
    // Who may not see what is loaded says so without it.
    const blind = enable(await visitAs(system, 'modest').probe.statements(10, 1, soon()));
    expect(blind).toMatch(/^add pg_stat_statements to shared_preload_libraries, restart PostgreSQL/);

    await execute(system.url, alter);
    await server.stop();
    await server.start();
    const [loaded] = await execute<{ shared_preload_libraries: string }>(
      server.url(),
      'SHOW shared_preload_libraries',
    );
    expect(loaded?.shared_preload_libraries).toBe('auto_explain, pg_stat_statements');
    expect(enable(await system.probe.statements(10, 1, soon()))).toMatch(
      /^run CREATE EXTENSION pg_stat_statements; in the database system_\w+ \(no restart\)$/,
    );
    await execute(system.url, createExtension, 'SELECT 1 AS seen');
    expect((await available(system)).statements).toContainEqual(
      expect.objectContaining({ query: 'SELECT $1 AS seen' }),
    );
  });

  test('the slowest first, of this database, without Paksa’s own and without literals', async () => {
    const system = await create(
      'CREATE EXTENSION pg_stat_statements',
      'SELECT pg_stat_statements_reset()',
      "SELECT pg_sleep(0.05), 'Jane Roe' AS slow",
      `SELECT 'Jane Roe' AS fast`,
      `SELECT 'John Roe' AS fast`,
      `CREATE ROLE secretive PASSWORD 'hunter2'`,
    );
    await execute(server.url(), `SELECT pg_sleep(0.1) AS elsewhere`);
    await system.probe.standing(soon());
    const { statements, since } = await available(system);
    expect(since?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(statements[0]).toEqual({
      query: 'SELECT pg_sleep($1), $2 AS slow',
      calls: 1,
      meanMs: expect.any(Number),
      totalMs: expect.any(Number),
      rows: 1,
    });
    expect(statements[0]?.meanMs).toBeGreaterThanOrEqual(50);
    expect(statements).toContainEqual(
      expect.objectContaining({ query: 'SELECT $1 AS fast', calls: 2, rows: 2 }),
    );
    const texts = statements.map(({ query }) => query).join('\n');
    expect(texts).toContain('CREATE ROLE secretive PASSWORD ?');
    expect(texts).not.toMatch(/Roe|hunter2|elsewhere|paksa|search_path|BEGIN/);
    expect(statements.map(({ meanMs }) => meanMs)).toEqual(
      statements.map(({ meanMs }) => meanMs).toSorted((a, b) => b - a),
    );
    expect((await available(system, 1)).statements[0]).toEqual(statements[0]);
    await execute(server.url(), 'DROP ROLE secretive');
  });

  test('what is run by hand neither hides what is slow all the time, nor is left out of the whole', async () => {
    // Told apart by what they ask for; PostgreSQL does not look at names.
    const byHand = [3, 4, 5].map((columns) => `SELECT pg_sleep(0.06)${', 1'.repeat(columns)}`);
    const system = await create(
      'CREATE EXTENSION pg_stat_statements',
      'SELECT pg_stat_statements_reset()',
      ...byHand,
      ...Array.from({ length: 5 }, () => 'SELECT pg_sleep(0.03)'),
      ...Array.from({ length: 20 }, () => 'SELECT pg_sleep(0.01), 1'),
    );
    const found = await system.probe.statements(1, 5, soon());
    if (!found.available) throw new Error(found.enable);
    expect(found.statements.map(({ query }) => query)).toEqual([
      'SELECT pg_sleep($1)',
      'SELECT pg_sleep($1), $2',
    ]);
    expect(found.totalMs).toBeGreaterThan(3 * 60 + 5 * 30 + 20 * 10);
    expect(found.counted).toBeGreaterThanOrEqual(5);
    expect(await system.probe.statements(1, 1000, soon())).toMatchObject({
      statements: [],
      counted: found.counted,
    });
  });

  test('in another schema', async () => {
    const system = await create(
      'CREATE SCHEMA "Monitoring 2"',
      'CREATE EXTENSION pg_stat_statements SCHEMA "Monitoring 2"',
      'SELECT 1 AS seen',
    );
    expect((await available(system)).statements.length).toBeGreaterThan(0);
  });

  test.each(['1.4', '1.7'])(
    'as the extension’s version %s names its columns, and without a date',
    async (version) => {
      const system = await create(
        `CREATE EXTENSION pg_stat_statements VERSION '${version}'`,
        'SELECT 1 AS seen',
      );
      const found = await available(system);
      expect(found).not.toHaveProperty('since');
      expect(found.statements).toContainEqual(
        expect.objectContaining({ query: 'SELECT $1 AS seen', calls: 1 }),
      );
    },
  );

  test('switched off', async () => {
    const system = await create('CREATE EXTENSION pg_stat_statements');
    await execute(
      server.url(),
      `ALTER SYSTEM SET pg_stat_statements.track = 'none'`,
      'SELECT pg_reload_conf()',
    );
    await expect.poll(async () => (await system.probe.statements(10, 1, soon())).available).toBe(false);
    for (const statement of sqlOf(enable(await system.probe.statements(10, 1, soon()))))
      await execute(server.url(), statement);
    await expect.poll(async () => (await system.probe.statements(10, 1, soon())).available).toBe(true);
  });

  test('without the identifiers that they are counted by', async () => {
    const system = await create('CREATE EXTENSION pg_stat_statements');
    await execute(server.url(), `ALTER SYSTEM SET compute_query_id = 'off'`, 'SELECT pg_reload_conf()');
    await expect.poll(async () => (await system.probe.statements(10, 1, soon())).available).toBe(false);
    const advice = enable(await system.probe.statements(10, 1, soon()));
    expect(advice).toContain("ALTER SYSTEM SET compute_query_id = 'auto'");
    for (const statement of sqlOf(advice)) await execute(server.url(), statement);
    await expect.poll(async () => (await system.probe.statements(10, 1, soon())).available).toBe(true);
  });

  test('hidden from the role', async () => {
    const system = await create('CREATE EXTENSION pg_stat_statements', 'SELECT 1 AS seen');
    const error = await failureOf(visitAs(system, 'modest').probe.statements(10, 1, soon()));
    expect(error).toMatchObject({ fault: 'forbidden' });
    expect(error.message).toContain('GRANT pg_monitor TO "modest"');
    expect((await available(visitAs(system, 'granted'))).statements.length).toBeGreaterThan(0);
  });
});
