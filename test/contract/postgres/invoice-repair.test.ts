/** Repairing invoices: once, with the old figures kept, never over somebody else's change; and putting them back. */
import { describe, expect, test } from 'vitest';
import { execute, loginRole, PASSWORD } from '../../harness/postgres-server.ts';
import { SAMPLE, table } from './sample-invoices.ts';
import { failureOf, openSession, openSystem, SERVERS, type System, soon } from './system.ts';
import { refilled } from './systems.ts';

const LABEL = 'att-1';

describe.each(SERVERS.filter(({ runs }) => runs))('$version', ({ start }) => {
  const create = refilled({ start });
  const totals = ({ url }: System) =>
    execute<{ id: string; total: string | null }>(
      url,
      'SELECT id::text, total_amount::text AS total FROM invoices ORDER BY invoices.id',
    );

  test('repaired once, kept, and put back', async () => {
    const system = await create(...table(), SAMPLE);
    const before = await totals(system);
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(4);
    expect((await totals(system)).map(({ total }) => total)).toEqual([
      '120.00',
      '120.00',
      '120.00',
      '120.00',
      '12.00',
      '-60.00',
      '-60.00',
      '-5.00',
      null,
    ]);
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({
      mismatched: 2,
      undecidable: 2,
      sample: [],
    });
    expect(
      await execute(
        system.url,
        `SELECT id, paksa_old_total::text AS old FROM paksa_kept."${LABEL}" ORDER BY id`,
      ),
    ).toEqual([
      { id: 2, old: '119.99' },
      { id: 3, old: null },
      { id: 5, old: '-12.00' },
      { id: 7, old: '60.00' },
    ]);
    // An attempt whose outcome was not known, run again, would lose the figures that are kept.
    const again = await failureOf(system.actuator.repairTotals(LABEL, soon()));
    expect(again).toMatchObject({ fault: 'refused', retryable: false });
    expect(again.message).toContain('att-1 has repaired invoices already');

    expect(await system.probe.keepsTotals(LABEL, soon())).toBe(true);
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(4);
    expect(await system.probe.keepsTotals(LABEL, soon())).toBe(false);
    expect(await totals(system)).toEqual(before);
    expect(await failureOf(system.actuator.restoreTotals(LABEL, soon()))).toMatchObject({
      fault: 'not-found',
    });
    expect(await system.actuator.repairTotals('another', soon())).toBe(4);
  });

  test('what somebody has changed since stays as they left it', async () => {
    const system = await create(...table(), SAMPLE);
    await system.actuator.repairTotals(LABEL, soon());
    await execute(
      system.url,
      'UPDATE invoices SET total_amount = 1 WHERE id = 2',
      'DELETE FROM invoices WHERE id = 3',
    );
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(2);
    expect(await totals(system)).toContainEqual({ id: '2', total: '1.00' });
    expect(await totals(system)).toContainEqual({ id: '5', total: '-12.00' });
  });

  test('nothing to repair is nothing, and is taken back as such', async () => {
    const system = await create(...table());
    expect(await system.actuator.repairTotals(LABEL, soon())).toBe(0);
    expect(await system.actuator.restoreTotals(LABEL, soon())).toBe(0);
  });

  test.each(['', 'A', 'a b', 'a"; DROP TABLE invoices; --', 'a'.repeat(61), '../a'])(
    'no label: “%s”',
    async (label) => {
      const system = await create(...table());
      expect((await failureOf(system.actuator.repairTotals(label, soon()))).message).toContain(
        'a label is of small letters',
      );
      expect((await failureOf(system.actuator.restoreTotals(label, soon()))).message).toContain(
        'a label is of small letters',
      );
    },
  );

  test('a row that somebody holds is not waited for for long, and nothing is half done', async () => {
    const system = await create(...table(), SAMPLE);
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('UPDATE invoices SET note = NULL WHERE id = 5');
    const error = await failureOf(system.actuator.repairTotals(LABEL, soon()));
    expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(error.message).toContain('Another session holds a lock');
    await holder.end();
    expect(await system.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 6 });
    expect(await failureOf(system.actuator.restoreTotals(LABEL, soon()))).toMatchObject({
      fault: 'not-found',
    });
  });

  test('a row that somebody repairs at the same moment keeps their figure', async () => {
    const system = await create(...table(), SAMPLE);
    const holder = await openSession(system.url);
    await holder.query('BEGIN');
    await holder.query('UPDATE invoices SET subtotal = 200, total_amount = 220 WHERE id = 2');
    const repairing = system.actuator.repairTotals(LABEL, soon());
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(() => execute(system.url, waiting)).toHaveLength(1);
    await holder.query('COMMIT');
    expect(await repairing).toBe(3);
    await holder.end();
    expect(await totals(system)).toContainEqual({ id: '2', total: '220.00' });
  });

  test('without the rights, which are named', async () => {
    const system = await create(...table(), SAMPLE);
    const role = `r_${new URL(system.url).pathname.slice(-10)}`;
    await execute(system.url, loginRole(role), `GRANT USAGE ON SCHEMA public TO ${role}`);
    const address = new URL(system.url);
    address.username = role;
    address.password = PASSWORD;
    const modest = openSystem(address.href);
    try {
      const message = async (call: Promise<unknown>) => {
        const error = await failureOf(call);
        expect(error.fault).toBe('forbidden');
        return error.message;
      };
      expect(await message(modest.probe.invoiceTotals(soon()))).toContain(
        `GRANT SELECT ON "invoices" TO "${role}"`,
      );
      const database = address.pathname.slice(1);
      expect(await message(modest.actuator.repairTotals(LABEL, soon()))).toContain(
        `GRANT CREATE ON DATABASE "${database}"`,
      );
      await execute(
        system.url,
        `GRANT CREATE ON DATABASE ${database} TO ${role}`,
        `GRANT SELECT ON invoices TO ${role}`,
      );
      expect(await modest.probe.invoiceTotals(soon())).toMatchObject({ mismatched: 6 });
      expect(await message(modest.actuator.repairTotals(LABEL, soon()))).toContain(
        `GRANT SELECT, UPDATE ON "invoices" TO "${role}"`,
      );
      await execute(system.url, `GRANT UPDATE ON invoices TO ${role}`);
      expect(await modest.actuator.repairTotals(LABEL, soon())).toBe(4);
      expect(await modest.actuator.restoreTotals(LABEL, soon())).toBe(4);
    } finally {
      await modest.db.close();
      await execute(system.url, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
    }
  });
});
