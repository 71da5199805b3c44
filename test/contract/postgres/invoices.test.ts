/** Invoices that do not add up are found and repaired whatever their columns are made of. */
import { describe, expect, test } from 'vitest';
import { execute } from '../../harness/postgres-server.ts';
import { SAMPLE, table } from './sample-invoices.ts';
import { createSystem, failureOf, SERVERS, soon } from './system.ts';
import { refilled } from './systems.ts';

const LABEL = 'att-1';

describe.each(SERVERS.filter(({ runs }) => runs))('$version', ({ start }) => {
  const create = refilled({ start });

  test('what is wrong, and what a repair would make of it', async () => {
    const system = await create(...table(), SAMPLE);
    expect(await system.probe.invoiceTotals(soon())).toEqual({
      invoices: 9,
      negative: 3,
      mismatched: 6,
      undecidable: 2,
      negativeAfter: 2,
      // 6 and 8 as they are, and 7, which is not below zero now.
      negativeRepaired: 3,
      sample: [
        { id: '2', before: '119.99', after: '120.00' },
        { id: '3', before: 'null', after: '120.00' },
        { id: '5', before: '-12.00', after: '12.00' },
        { id: '7', before: '60.00', after: '-60.00' },
      ],
    });
  });

  test('nothing wrong', async () => {
    const system = await create(...table());
    const nothing = {
      invoices: 0,
      negative: 0,
      mismatched: 0,
      undecidable: 0,
      negativeAfter: 0,
      negativeRepaired: 0,
      sample: [],
    };
    expect(await system.probe.invoiceTotals(soon())).toEqual(nothing);
    await execute(system.url, 'INSERT INTO invoices VALUES (1, 1, 2, 3)');
    expect(await system.probe.invoiceTotals(soon())).toEqual({ ...nothing, invoices: 1 });
  });

  test.each([
    ['int', '119', '120'],
    ['bigint', '119', '120'],
    ['money', '$119.00', '$120.00'],
    ['numeric', '119', '120'],
    ['double precision', '119', '120'],
    ['real', '119', '120'],
    ['amount', '119.00', '120.00'],
  ])('figures of the type %s', async (type, before, after) => {
    const system = await create(
      'CREATE DOMAIN amount AS numeric(12, 2) CHECK (VALUE < 1000000)',
      ...table(type),
      'INSERT INTO invoices VALUES (1, 100, 20, 119), (2, 1, 2, 3)',
    );
    expect((await system.probe.invoiceTotals(soon())).sample).toEqual([{ id: '1', before, after }]);
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(1);
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 0 });
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(1);
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 1 });
  });

  test('floating point is not taken for a mistake', async () => {
    const system = await create(
      ...table('double precision'),
      'INSERT INTO invoices VALUES (1, 0.1, 0.2, 0.3)',
    );
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 0 });
  });

  test('a sum that the column rounds is repaired once and for all', async () => {
    const system = await create(
      `CREATE TABLE invoices (id int PRIMARY KEY, subtotal numeric, tax_amount numeric, total_amount numeric(10, 2))`,
      'INSERT INTO invoices VALUES (1, 10.004, 0.002, 10.01), (2, 10.004, 0.002, 10)',
    );
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 1 });
    await system.actuator.repairTotals(LABEL, soon());
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 0 });
  });

  test.each([
    [
      'a uuid',
      'id uuid PRIMARY KEY',
      `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`,
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    ],
    ['a text', 'id text PRIMARY KEY', `'INV "1"'`, 'INV "1"'],
    ['an odd name', '"Invoice No." int PRIMARY KEY', '7', '7'],
    ['two columns', 'tenant int, id int, PRIMARY KEY (tenant, id)', '3, 7', '3/7'],
  ])('a key that is %s', async (_, key, value, id) => {
    const system = await create(...table('int', key), `INSERT INTO invoices VALUES (${value}, 1, 2, 4)`);
    expect((await system.probe.invoiceTotals(soon())).sample).toEqual([{ id, before: '4', after: '3' }]);
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(1);
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(1);
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 1 });
  });

  test('of another database of the server', async () => {
    const system = await create();
    await using other = await createSystem(
      new URL('/postgres', system.url).href,
      ...table(),
      SAMPLE,
      'CREATE TABLE lines (invoice_id int)',
      'INSERT INTO lines VALUES (1), (77)',
      'ALTER TABLE lines ADD CONSTRAINT of_invoice FOREIGN KEY (invoice_id) REFERENCES invoices NOT VALID',
    );
    const beside = new URL(other.url).pathname.slice(1);
    expect(await system.probe.invoiceTotalsIn(beside, soon())).toMatchObject({ invoices: 9, mismatched: 6 });
    expect(await system.probe.foreignKeysIn(beside, soon())).toMatchObject([
      { name: 'of_invoice', table: 'lines', references: 'invoices', validated: false, orphans: 1 },
    ]);
  });

  test('a partitioned table', async () => {
    const system = await create(
      `CREATE TABLE invoices (id int, year int, subtotal int, tax_amount int, total_amount int, PRIMARY KEY (year, id))
         PARTITION BY LIST (year)`,
      'CREATE TABLE invoices_2024 PARTITION OF invoices FOR VALUES IN (2024)',
      'CREATE TABLE invoices_rest PARTITION OF invoices DEFAULT',
      'INSERT INTO invoices VALUES (1, 2024, 1, 2, 4), (1, 2025, 1, 2, 5)',
    );
    expect((await system.probe.invoiceTotals(soon())).sample.map(({ id }) => id)).toEqual([
      '2024/1',
      '2025/1',
    ]);
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(2);
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(2);
  });

  test('in a schema that only the application looks into', async () => {
    const system = await create('CREATE SCHEMA app', 'SET search_path = app', ...table(), SAMPLE);
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ invoices: 9 });
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(4);
    // Of two, neither is meant for certain.
    await execute(system.url, 'CREATE SCHEMA other', 'CREATE TABLE other.invoices (id int)');
    expect(await failureOf(system.probe.invoiceTotals(soon()))).toMatchObject({ fault: 'not-found' });
  });

  test.each([
    ['no table', [], 'There is no table invoices'],
    [
      'a column short',
      ['CREATE TABLE invoices (id int PRIMARY KEY, total_amount int, subtotal int)'],
      'no column tax_amount',
    ],
    ['no figures', table('text'), 'total_amount of public.invoices is of type text, which is no number'],
    ['no key', table('int', 'id int'), 'has no primary key'],
  ])('%s', async (_, statements, says) => {
    const system = await create(...statements);
    for (const call of [
      () => system.probe.invoiceTotals(soon()),
      () => system.actuator.repairTotals(LABEL, soon()),
      () => system.actuator.restoreTotals(LABEL, soon()),
    ]) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ fault: 'not-found', retryable: false });
      expect(error.message).toContain(says);
    }
    expect(await execute(system.url, `SELECT FROM pg_namespace WHERE nspname = 'paksa_kept'`)).toEqual([]);
  });
});
