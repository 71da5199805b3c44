/** Writes have been stopped, which is when a backup is needed: it is restored beside, and the database it is of stays as it is. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBackupActuator } from '../../../src/adapters/backup/actuator.ts';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { createPostgresActuator } from '../../../src/adapters/postgres/actuator.ts';
import { openPostgres, type Postgres } from '../../../src/adapters/postgres/connect.ts';
import { createPostgresProbe } from '../../../src/adapters/postgres/probe.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { programPath, requirePrograms } from '../../harness/programs.ts';
import { noSecrets } from '../postgres/system.ts';
import { type DebianPostgres, POSTGRES, startDebianPostgres } from './debian-postgres.ts';

const soon = () => AbortSignal.timeout(25_000);
const INSERT = 'INSERT INTO invoices VALUES (0)';

describe.runIf(requirePrograms(POSTGRES, 'pg_dump', 'pg_restore', 'psql'))('while writes are stopped', () => {
  let folder: TemporaryFolder;
  let directory: string;
  let server: DebianPostgres;
  let database: Postgres;
  beforeAll(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'backups');
    await mkdir(directory);
    server = await startDebianPostgres(folder.path);
    await server.query('postgres', 'CREATE DATABASE paksa_db');
    await server.query(
      'paksa_db',
      'CREATE TABLE invoices (id int)',
      'INSERT INTO invoices SELECT generate_series(1, 100)',
    );
    const dump = programPath('pg_dump');
    await server.dump(join(directory, 'night.dump'), dump, '--format=custom', 'paksa_db');
    await server.dump(join(directory, 'night.sql'), dump, 'paksa_db');
    await server.query('paksa_db', 'DELETE FROM invoices WHERE id > 60');
    database = openPostgres(() => server.url('paksa_db'));
    await createPostgresActuator(database, noSecrets).setReadOnly(true, soon());
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });

  test.each(['night.dump', 'night.sql'])('%s is restored beside, compared, and dropped', async (backup) => {
    const probe = createPostgresProbe(database, noSecrets);
    const actuator = createBackupActuator(
      () => ({ directory, pgRestore: programPath('pg_restore'), psql: programPath('psql') }),
      () => server.url('paksa_db'),
      createHostExec(),
    );
    await actuator.restore(backup, 'paksa_db_restored', soon());
    expect(await probe.rowCounts('paksa_db_restored', soon())).toEqual({ invoices: 100 });
    expect(await probe.rowCounts('paksa_db', soon())).toEqual({ invoices: 60 });
    expect((await probe.standing(soon())).readOnlyByDefault).toBe(true);
    await expect(server.query('paksa_db', INSERT)).rejects.toMatchObject({ code: '25006' });
    await actuator.drop('paksa_db_restored', soon());
    expect(await probe.databases(soon())).toEqual(['paksa_db', 'postgres']);
  });

  // What the step “Decide what to take from the restored database” tells people.
  test('the setting stays with the database that is renamed away; the other one takes writes', async () => {
    await server.query('postgres', 'CREATE DATABASE other TEMPLATE template0');
    await database.close();
    await server.query(
      'postgres',
      'ALTER DATABASE paksa_db RENAME TO paksa_old',
      'ALTER DATABASE other RENAME TO paksa_db',
    );
    await server.query('paksa_db', 'CREATE TABLE invoices (id int)', INSERT);
    await expect(server.query('paksa_old', INSERT)).rejects.toMatchObject({ code: '25006' });
    await server.query('paksa_old', 'SET default_transaction_read_only = off', INSERT);
  });
});
