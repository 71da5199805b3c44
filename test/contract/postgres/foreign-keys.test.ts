/** Foreign keys that point at nothing: found whatever their shape, and vouched for once they do not. */
import { describe, expect, test } from 'vitest';
import { execute, loginRole, PASSWORD } from '../../harness/postgres-server.ts';
import { failureOf, openSession, openSystem, SERVERS, soon } from './system.ts';
import { refilled } from './systems.ts';

describe.each(SERVERS.filter(({ runs }) => runs))('$version', ({ start }) => {
  const create = refilled({ start });
  /** Rows that no constraint would have let in, as a restored dump or a disabled trigger brings them. */
  const unchecked = (...statements: readonly string[]) => [
    'SET session_replication_role = replica',
    ...statements,
    'RESET session_replication_role',
  ];

  test('none, and sound ones', async () => {
    const system = await create('CREATE TABLE tenants (id int PRIMARY KEY)');
    expect(await system.probe.foreignKeys(soon())).toEqual([]);
    await execute(
      system.url,
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int CONSTRAINT of_tenant REFERENCES tenants)',
      'INSERT INTO tenants VALUES (1)',
      'INSERT INTO invoices VALUES (1, 1), (2, NULL)',
    );
    expect(await system.probe.foreignKeys(soon())).toEqual([
      {
        name: 'of_tenant',
        table: 'invoices',
        references: 'tenants',
        validated: true,
        orphans: 0,
        sample: [],
      },
    ]);
  });

  test('orphans of a constraint that is called valid, and of one that is not', async () => {
    const system = await create(
      'CREATE SCHEMA "Old"',
      'CREATE TABLE "Old".tenants (id int PRIMARY KEY)',
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int)',
      'INSERT INTO "Old".tenants VALUES (1)',
      'INSERT INTO invoices SELECT i, i FROM generate_series(1, 9) i',
      'ALTER TABLE invoices ADD CONSTRAINT of_tenant FOREIGN KEY (tenant_id) REFERENCES "Old".tenants NOT VALID',
      'CREATE TABLE "Old"."Lines" (invoice int CONSTRAINT of_invoice REFERENCES invoices)',
      ...unchecked('INSERT INTO "Old"."Lines" VALUES (1), (77)'),
    );
    expect(await system.probe.foreignKeys(soon())).toEqual([
      {
        name: 'of_tenant',
        table: 'invoices',
        references: 'Old.tenants',
        validated: false,
        orphans: 8,
        sample: expect.arrayContaining(['2']),
      },
      {
        name: 'of_invoice',
        table: 'Old.Lines',
        references: 'invoices',
        validated: true,
        orphans: 1,
        sample: ['77'],
      },
    ]);
    expect((await system.probe.foreignKeys(soon()))[0]?.sample).toHaveLength(5);
  });

  test('several columns: null in part is nothing by MATCH SIMPLE, and wrong by MATCH FULL', async () => {
    const rows = '(1, 1, 1), (2, 1, 9), (3, NULL, 1), (4, 1, NULL), (5, NULL, NULL), (6, 2, 1)';
    const columns = '(id int PRIMARY KEY, tenant int, number int)';
    const system = await create(
      'CREATE TABLE parents (number int, tenant int, PRIMARY KEY (tenant, number))',
      'INSERT INTO parents VALUES (1, 1), (2, 1)',
      `CREATE TABLE simple ${columns}`,
      `INSERT INTO simple VALUES ${rows}`,
      'ALTER TABLE simple ADD FOREIGN KEY (number, tenant) REFERENCES parents (number, tenant) NOT VALID',
      `CREATE TABLE "full" ${columns}`,
      `INSERT INTO "full" VALUES ${rows}`,
      'ALTER TABLE "full" ADD FOREIGN KEY (number, tenant) REFERENCES parents (number, tenant) MATCH FULL NOT VALID',
    );
    const keys = await system.probe.foreignKeys(soon());
    const of = (table: string) => keys.find((key) => key.table === table);
    // (number, tenant) is (1, 1), (9, 1), …, (1, 2): the tenant 2 has no number 1.
    expect(of('simple')).toMatchObject({ orphans: 2 });
    expect(of('simple')?.sample.toSorted()).toEqual(['2', '6']);
    expect(of('full')).toMatchObject({ orphans: 4 });
    expect(of('full')?.sample.toSorted()).toEqual(['2', '3', '4', '6']);
  });

  test('a table that refers to itself, and names that need quotes', async () => {
    const system = await create(
      'CREATE TABLE "a ""tree""" ("the key" int PRIMARY KEY, "its ""parent""" int)',
      'INSERT INTO "a ""tree""" VALUES (1, NULL), (2, 1), (3, 9)',
      'ALTER TABLE "a ""tree""" ADD CONSTRAINT "it""s" FOREIGN KEY ("its ""parent""") REFERENCES "a ""tree""" NOT VALID',
    );
    expect(await system.probe.foreignKeys(soon())).toMatchObject([
      { name: 'it"s', orphans: 1, sample: ['3'] },
    ]);
  });

  test('partitioned tables: each constraint once, over all its parts', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY) PARTITION BY HASH (id)',
      'CREATE TABLE tenants_0 PARTITION OF tenants FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
      'CREATE TABLE tenants_1 PARTITION OF tenants FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
      'INSERT INTO tenants SELECT generate_series(1, 20)',
      'CREATE TABLE entries (year int, id int, tenant int CONSTRAINT of_tenant REFERENCES tenants, PRIMARY KEY (year, id)) PARTITION BY LIST (year)',
      'CREATE TABLE entries_2024 PARTITION OF entries FOR VALUES IN (2024)',
      'CREATE TABLE entries_rest PARTITION OF entries DEFAULT',
      ...unchecked('INSERT INTO entries VALUES (2024, 1, 20), (2024, 2, 21), (2025, 3, 22)'),
    );
    expect(await system.probe.foreignKeys(soon())).toMatchObject([
      { name: 'of_tenant', table: 'entries', orphans: 2 },
    ]);
    expect((await system.probe.foreignKeys(soon()))[0]?.sample.toSorted()).toEqual(['2024/2', '2025/3']);
  });

  test('rows of tables that inherit are not those of the constraint', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY)',
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int REFERENCES tenants)',
      'CREATE TABLE archive () INHERITS (invoices)',
      'INSERT INTO archive VALUES (1, 99)',
    );
    expect(await system.probe.foreignKeys(soon())).toMatchObject([{ orphans: 0 }]);
  });

  test('a key that could be somebody’s name is not shown', async () => {
    const system = await create(
      'CREATE TABLE people (name text PRIMARY KEY)',
      'CREATE TABLE letters (address text PRIMARY KEY, person text)',
      `INSERT INTO letters VALUES ('jane@example.com', 'Jane Roe'), ('Elm Street 1', 'John Roe'), ('L-2024.7', 'Max Roe')`,
      'ALTER TABLE letters ADD FOREIGN KEY (person) REFERENCES people NOT VALID',
    );
    expect(await system.probe.foreignKeys(soon())).toMatchObject([{ orphans: 3, sample: ['L-2024.7'] }]);
  });

  test('what takes too long, or is locked, is not counted', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY)',
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int CONSTRAINT of_tenant REFERENCES tenants)',
      'CREATE TABLE payments (id int PRIMARY KEY, tenant_id int CONSTRAINT by_tenant REFERENCES tenants)',
    );
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE payments');
    const keys = await system.probe.foreignKeys(soon());
    expect(keys.find(({ name }) => name === 'of_tenant')).toMatchObject({ orphans: 0 });
    expect(keys.find(({ name }) => name === 'by_tenant')).not.toHaveProperty('orphans');
    await holder.end();
  });

  test('without the right to read them', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY)',
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int REFERENCES tenants)',
    );
    const role = `r_${new URL(system.url).pathname.slice(-10)}`;
    await execute(system.url, loginRole(role));
    const address = new URL(system.url);
    address.username = role;
    address.password = PASSWORD;
    const modest = openSystem(address.href);
    try {
      const error = await failureOf(modest.probe.foreignKeys(soon()));
      expect(error).toMatchObject({ fault: 'forbidden' });
      expect(error.message).toContain('GRANT SELECT ON');
    } finally {
      await modest.db.close();
      await execute(system.url, `DROP ROLE ${role}`);
    }
  });

  test('validating: those without orphans, by name', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY)',
      'INSERT INTO tenants VALUES (1)',
      'CREATE TABLE sound (tenant_id int)',
      'INSERT INTO sound VALUES (1), (NULL)',
      'CREATE TABLE unsound (tenant_id int)',
      'INSERT INTO unsound VALUES (1), (9)',
      'ALTER TABLE sound ADD CONSTRAINT of_sound FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID',
      'ALTER TABLE unsound ADD CONSTRAINT of_unsound FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID',
    );
    expect(await system.actuator.validateForeignKeys(soon())).toEqual(['of_sound']);
    const validity = async () =>
      Object.fromEntries(
        (await system.probe.foreignKeys(soon())).map(({ name, validated }) => [name, validated]),
      );
    expect(await validity()).toEqual({ of_sound: true, of_unsound: false });
    expect(await system.actuator.validateForeignKeys(soon())).toEqual([]);
    await execute(system.url, 'DELETE FROM unsound WHERE tenant_id = 9');
    expect(await system.actuator.validateForeignKeys(soon())).toEqual(['of_unsound']);
    expect(await validity()).toEqual({ of_sound: true, of_unsound: true });
  });

  test('validating what could not be counted: PostgreSQL decides', async () => {
    const system = await create(
      'CREATE TABLE tenants (id int PRIMARY KEY)',
      'CREATE TABLE invoices (tenant_id int)',
      'ALTER TABLE invoices ADD CONSTRAINT of_tenant FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID',
    );
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE invoices');
    const error = await failureOf(system.actuator.validateForeignKeys(soon()));
    expect(error).toMatchObject({ fault: 'timed-out' });
    expect(error.message).toContain('validate the foreign key of_tenant');
    await holder.end();
    expect(await system.actuator.validateForeignKeys(soon())).toEqual(['of_tenant']);
  });
});
