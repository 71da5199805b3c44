/** Indexes that have lost their order, by amcheck; and what to do where it is not there. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { createSystem, failureOf, openSession, openSystem, soon } from './system.ts';
import { createOn } from './systems.ts';

/** An order of numbers that can be turned round beneath an index: what a new collation of the operating system does to texts. */
const TURNABLE = [
  'CREATE FUNCTION compare(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT btint4cmp($1, $2) $$',
  `CREATE OPERATOR CLASS turnable FOR TYPE int USING btree AS
     OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compare(int, int)`,
];
const TURN =
  'CREATE OR REPLACE FUNCTION compare(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT btint4cmp($2, $1) $$';

const INVOICES = [
  'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int, note text)',
  'INSERT INTO invoices SELECT i, i % 7, md5(i::text) FROM generate_series(1, 5000) i',
  'CREATE INDEX by_tenant ON invoices (tenant_id)',
];

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  const create = (...statements: readonly string[]) => createOn(server.url(), ...statements);

  beforeAll(async () => {
    server = await startPostgres();
    await execute(server.url(), loginRole('modest'));
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('without the extension: how to have it', async () => {
    const system = await create(...INVOICES);
    const name = new URL(system.url).pathname.slice(1);
    expect(await system.probe.verifyIndexes(soon())).toEqual({
      available: false,
      enable: `run CREATE EXTENSION amcheck; in the database ${name} (no restart)`,
    });
    await execute(system.url, 'CREATE SCHEMA "Checks 1"', 'CREATE EXTENSION amcheck SCHEMA "Checks 1"');
    expect(await system.probe.verifyIndexes(soon())).toEqual({
      available: true,
      indexes: 2,
      broken: [],
      unseen: 0,
    });
  });

  test('one that has lost its order', async () => {
    const system = await create(
      'CREATE EXTENSION amcheck',
      ...INVOICES,
      ...TURNABLE,
      'CREATE SCHEMA app',
      'CREATE TABLE app.turned AS SELECT generate_series(1, 1000) AS id',
      'CREATE INDEX by_id ON app.turned (id turnable)',
      TURN,
    );
    const verified = await system.probe.verifyIndexes(soon());
    expect(verified).toEqual({
      available: true,
      indexes: 3,
      broken: [expect.stringMatching(/^app\.by_id: item order invariant violated/)],
      unseen: 0,
    });
  });

  test('one whose file is damaged', async () => {
    const system = await create('CREATE EXTENSION amcheck', ...INVOICES);
    const [file] = await execute<{ path: string }>(
      system.url,
      `SELECT pg_relation_filepath('by_tenant') AS path`,
    );
    await server.stop();
    const handle = await open(join(server.data, file?.path ?? ''), 'r+');
    // The first page after the index's own record.
    await handle.write(Buffer.alloc(8192, 0x5a), 0, 8192, 8192);
    await handle.close();
    await server.start();
    expect(await system.probe.verifyIndexes(soon())).toEqual({
      available: true,
      indexes: 2,
      broken: [expect.stringMatching(/^by_tenant: invalid page in block 1/)],
      unseen: 0,
    });
  });

  test('what somebody has locked is left out, and said to be', async () => {
    const system = await create(
      'CREATE EXTENSION amcheck',
      ...INVOICES,
      'CREATE TABLE others (id int PRIMARY KEY)',
    );
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE invoices');
    expect(await system.probe.verifyIndexes(soon())).toEqual({
      available: true,
      indexes: 1,
      broken: [],
      unseen: 2,
    });
    await holder.end();
  });

  test('without the right to', async () => {
    const system = await create('CREATE EXTENSION amcheck', ...INVOICES);
    const modest = openSystem(system.url.replace('//postgres:', '//modest:'));
    try {
      const error = await failureOf(modest.probe.verifyIndexes(soon()));
      expect(error).toMatchObject({ fault: 'forbidden' });
      const grant = /GRANT EXECUTE ON FUNCTION \S+ TO "modest"/.exec(error.message)?.[0] ?? '';
      await execute(system.url, grant);
      expect(await modest.probe.verifyIndexes(soon())).toMatchObject({ available: true, indexes: 2 });
    } finally {
      await modest.db.close();
    }
  });
});

test('a server that does not have the extension at all', async () => {
  await using system = await createSystem(inject('postgres'));
  const verified = await system.probe.verifyIndexes(soon());
  if (verified.available) throw new Error('it is there');
  expect(verified.enable).toMatch(
    /^(install PostgreSQL's contrib package on the server, then )?run CREATE EXTENSION amcheck;/,
  );
});
