/** The roles of deploy/postgres/roles.sql: what one may read and not change, and what the other changes. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { IndexProposal } from '../../../src/adapters/postgres/port.ts';
import { createEstate } from '../../../src/estate.ts';
import { execute } from '../../harness/postgres-server.ts';
import { load } from '../../unit/written-config.ts';
import { SAMPLE, table } from './sample-invoices.ts';
import { failureOf, SERVERS, type System, soon } from './system.ts';
import { refilled, visit } from './systems.ts';

const SCRIPT = fileURLToPath(new URL('../../../deploy/postgres/roles.sql', import.meta.url));
const ROLES = 'paksa_diagnose, paksa_fix';
const TABLES = [
  ...table(),
  SAMPLE,
  'CREATE TABLE lines (id int PRIMARY KEY, invoice int)',
  'INSERT INTO lines VALUES (1, 1)',
  'ALTER TABLE lines ADD CONSTRAINT of_invoice FOREIGN KEY (invoice) REFERENCES invoices NOT VALID',
];
const as = ({ url }: System, role: string): string => {
  const address = new URL(url);
  address.username = role;
  return address.href;
};
const PROPOSAL: IndexProposal = {
  basis: 'foreign-key',
  reason: 'a foreign key without an index',
  tableRows: 1,
  tableBytes: 8192,
  schema: 'public',
  table: 'lines',
  columns: ['invoice'],
  name: 'idx_lines_invoice',
  ddl: 'CREATE INDEX CONCURRENTLY "idx_lines_invoice" ON "public"."lines" ("invoice")',
};

describe.each(SERVERS.filter(({ runs }) => runs))('on $version', (server) => {
  const refill = refilled(server);

  /** The tables belong to a role of the application's, and so does the database. */
  async function given(): Promise<System> {
    const owner = `app_${randomBytes(4).toString('hex')}`;
    const system = await refill(`CREATE ROLE ${owner}`);
    const name = new URL(system.url).pathname.slice(1);
    await execute(
      system.url,
      `ALTER DATABASE ${name} OWNER TO ${owner}`,
      `GRANT CREATE ON SCHEMA public TO ${owner}`,
      `SET ROLE ${owner}`,
      ...TABLES,
    );
    // Twice: it is run again after an upgrade.
    for (let times = 0; times < 2; times += 1)
      await promisify(execFile)('psql', [
        system.url,
        '--no-psqlrc',
        '--quiet',
        '--set=ON_ERROR_STOP=1',
        `--set=owner=${owner}`,
        `--file=${SCRIPT}`,
      ]);
    const { password } = new URL(system.url);
    for (const role of ['paksa_diagnose', 'paksa_fix'])
      await execute(system.url, `ALTER ROLE ${role} PASSWORD '${decodeURIComponent(password)}'`);
    // Roles are the server's, which others use as well.
    onTestFinished(async () => {
      await execute(
        system.url,
        `ALTER DATABASE ${name} OWNER TO CURRENT_USER`,
        `DROP OWNED BY ${ROLES}, ${owner} CASCADE`,
        `DROP ROLE ${ROLES}, ${owner}`,
      );
    });
    return system;
  }

  test('the one for diagnoses sees all, and changes nothing', async () => {
    const system = await given();
    const { probe, actuator, db } = visit(as(system, 'paksa_diagnose'));
    const signal = soon();
    expect(await probe.login(signal)).toMatchObject({ ok: true, user: 'paksa_diagnose' });
    expect(await probe.connections(signal)).toMatchObject({ hidden: 0 });
    expect((await probe.standing(signal)).dataDirectory).toEqual(expect.any(String));
    expect(await probe.invoiceTotals(signal)).toMatchObject({ negative: expect.any(Number) });
    expect(await probe.foreignKeys(signal)).toMatchObject([{ name: 'of_invoice', validated: false }]);
    expect((await probe.tables(signal)).map(({ table: name }) => name).sort()).toEqual(['invoices', 'lines']);
    await probe.sessions(signal);
    await probe.missingIndexes(signal);
    await probe.invalidIndexes(signal);
    await probe.loginRoles(signal);

    for (const change of [
      () => actuator.createIndex(PROPOSAL, signal),
      () => actuator.validateForeignKeys(signal),
      () => actuator.repairTotals('kept', signal),
      () => actuator.setReadOnly(true, signal),
      () => db.change({ operation: 'write', signal }, (query) => query('DELETE FROM public.invoices')),
    ])
      expect(await failureOf(change())).toMatchObject({ fault: 'forbidden' });
  });

  test('the one for fixes changes what belongs to the owner, and is no superuser', async () => {
    const system = await given();
    const { probe, actuator, db } = visit(as(system, 'paksa_fix'));
    const signal = soon();
    await actuator.createIndex(PROPOSAL, signal);
    expect(await probe.presentIndexes([PROPOSAL], signal)).toMatchObject([{ name: PROPOSAL.name }]);
    await actuator.dropIndex(PROPOSAL, signal);
    await actuator.analyze([{ schema: 'public', table: 'invoices' }], signal);
    expect(await actuator.validateForeignKeys(signal)).toEqual(['of_invoice']);
    const repaired = await actuator.repairTotals('kept', signal);
    expect(repaired).toBeGreaterThan(0);
    expect(await actuator.restoreTotals('kept', signal)).toBe(repaired);
    await actuator.setReadOnly(true, signal);
    await actuator.setReadOnly(false, signal);
    const created = db.change({ operation: 'create', signal }, (query) => query('CREATE ROLE another'));
    expect(await failureOf(created)).toMatchObject({ fault: 'forbidden' });
  });

  test('an environment looks with the one, and changes with the other', async () => {
    const system = await given();
    const { environments } = load(
      'environments:\n  lab:\n    postgres: { urlEnv: LOOK_URL, fixUrlEnv: FIX_URL }\n',
      { LOOK_URL: as(system, 'paksa_diagnose'), FIX_URL: as(system, 'paksa_fix') },
    );
    const estate = createEstate(environments);
    const probe = estate.probes('lab').postgres;
    expect(await probe.login(soon())).toMatchObject({ user: 'paksa_diagnose' });
    expect(await estate.actuators('lab').postgres.validateForeignKeys(soon())).toEqual(['of_invoice']);
    // Each knows the other's sessions for Paksa's own, so that no fix ends them.
    const others = (await probe.sessions(soon())).filter(({ own }) => !own);
    expect(others.filter(({ user }) => user.startsWith('paksa_'))).toEqual([]);
    await estate.close();
  });
});
