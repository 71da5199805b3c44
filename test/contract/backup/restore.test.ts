/** Real dumps of a real PostgreSQL, restored beside the database they are of, and dropped again. */
import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBackupActuator } from '../../../src/adapters/backup/actuator.ts';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { freePort } from '../../harness/free-port.ts';
import { programPath, requirePrograms } from '../../harness/programs.ts';
import { type DebianPostgres, PASSWORD, POSTGRES, startDebianPostgres } from './debian-postgres.ts';

const soon = () => AbortSignal.timeout(25_000);
const host = createHostExec();
const COMPLETE = '-- PostgreSQL database dump complete\n';

describe.runIf(requirePrograms(POSTGRES, 'pg_dump', 'pg_restore', 'psql'))('restoring', () => {
  let folder: TemporaryFolder;
  let directory: string;
  let server: DebianPostgres;
  beforeAll(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'backups');
    await mkdir(directory);
    server = await startDebianPostgres(folder.path);
    await server.query('postgres', 'CREATE DATABASE paksa_db', 'CREATE ROLE clerk');
    await server.query(
      'paksa_db',
      'CREATE TABLE invoices (id int PRIMARY KEY, note text)',
      String.raw`INSERT INTO invoices SELECT n, '\connect ' || n || E'\n\\connect x' FROM generate_series(1, 1000) n`,
      'CREATE VIEW odd AS SELECT * FROM invoices WHERE id % 2 = 1',
      'GRANT SELECT ON invoices TO clerk',
    );
    const dump = programPath('pg_dump');
    await server.dump(join(directory, 'night.dump'), dump, '--format=custom', 'paksa_db');
    await server.dump(join(directory, 'night.sql'), dump, 'paksa_db');
  });
  afterAll(async () => {
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await server.query('postgres', 'DROP DATABASE IF EXISTS copy WITH (FORCE)');
    await server.query('postgres', 'DROP DATABASE IF EXISTS copy_unfinished WITH (FORCE)');
  });

  const actuator = (url = server.url('paksa_db'), exec: Exec = host) =>
    createBackupActuator(
      () => ({ directory, pgRestore: programPath('pg_restore'), psql: programPath('psql') }),
      () => url,
      exec,
    );
  const isThere = async () => (await server.databases()).some((name) => String(name).startsWith('copy'));

  test.each(['night.dump', 'night.sql'])('%s, whole, and dropped again', async (backup) => {
    const commands: string[] = [];
    const exec: Exec = (command, options) => {
      commands.push(command.join(' '));
      return host(command, options);
    };
    await actuator(undefined, exec).restore(backup, 'copy', soon());
    const count =
      'SELECT (SELECT count(*) FROM invoices)::int AS all, (SELECT count(*) FROM odd)::int AS odd';
    expect(await server.query('copy', count)).toEqual([{ all: 1000, odd: 500 }]);
    const settings =
      "SELECT pg_encoding_to_char(encoding) AS e, datcollate, datctype, shobj_description(oid, 'pg_database') AS c FROM pg_database WHERE datname";
    const [copy] = await server.query('postgres', `${settings} = 'copy'`);
    const [original] = await server.query('postgres', `${settings} = 'paksa_db'`);
    expect(copy).toEqual({ ...original, c: `made by Paksa from ${backup}` });
    expect(commands).toHaveLength(1);
    expect(commands.join()).not.toContain(PASSWORD);
    expect(commands.join()).not.toContain(encodeURIComponent(PASSWORD));

    await actuator().drop('copy', soon());
    expect(await isThere()).toBe(false);
    await expect(actuator().drop('copy', soon())).rejects.toMatchObject({
      system: 'backup',
      fault: 'not-found',
    });
  });

  test('over a connection that prefers TLS, from a server that has none', async () => {
    await actuator(`${server.url('paksa_db')}?sslmode=prefer`).restore('night.dump', 'copy', soon());
    expect(await server.query('copy', 'SELECT count(*)::int AS n FROM invoices')).toEqual([{ n: 1000 }]);
  });

  test('a name that is taken is refused, and what has it stays', async () => {
    await server.query('postgres', 'CREATE DATABASE copy');
    await server.query('copy', 'CREATE TABLE precious ()');
    await expect(actuator().restore('night.dump', 'copy', soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('copy already'),
    });
    expect(await server.query('copy', "SELECT to_regclass('precious')::text AS t")).toEqual([
      { t: 'precious' },
    ]);
  });

  test.each(['', 'Copy', '1copy', 'a-b', 'a b', 'x'.repeat(64), 'copy";--', "copy'"])(
    'no name for a database: %j',
    async (name) => {
      await expect(actuator().restore('night.dump', name, soon())).rejects.toMatchObject({
        fault: 'refused',
      });
      await expect(actuator().drop(name, soon())).rejects.toMatchObject({ fault: 'refused' });
    },
  );

  test.each(['gone.dump', '../backups/night.dump', '', '.', '/etc/passwd', '--help'])(
    'no backup of the folder: %j',
    async (name) => {
      await expect(actuator().restore(name, 'copy', soon())).rejects.toMatchObject({ fault: 'not-found' });
      expect(await isThere()).toBe(false);
    },
  );

  test('half an archive, and one that is none, leave nothing behind', async () => {
    const { size } = await readFile(join(directory, 'night.dump')).then((bytes) => ({ size: bytes.length }));
    await copyFile(join(directory, 'night.dump'), join(directory, 'half.dump'));
    await truncate(join(directory, 'half.dump'), Math.floor(size / 2));
    await writeFile(join(directory, 'none.dump'), 'not an archive');
    for (const [name, words] of [
      ['half.dump', /half\.dump could not be restored: pg_restore: error: .*end of file/],
      ['none.dump', /does not appear to be a valid archive|too short/],
    ] as const) {
      await expect(actuator().restore(name, 'copy', soon())).rejects.toMatchObject({
        fault: 'failed',
        message: expect.stringMatching(words),
      });
      expect(await isThere()).toBe(false);
    }
  });

  test('a script that fails half-way leaves nothing behind, and its rows are not repeated', async () => {
    const script =
      'CREATE TABLE a (n int PRIMARY KEY);\nINSERT INTO a VALUES (4111);\nINSERT INTO a VALUES (4111);\n';
    await writeFile(join(directory, 'twice.sql'), script + COMPLETE);
    const failure: unknown = await actuator()
      .restore('twice.sql', 'copy', soon())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      fault: 'failed',
      message: expect.stringMatching(/twice\.sql:3: ERROR: {2}duplicate key/),
    });
    expect(String(failure)).not.toContain('4111');
    expect(await isThere()).toBe(false);
  });

  test('scripts that would do more than fill one database are not begun', async () => {
    const dump = programPath('pg_dump');
    await server.dump(join(directory, 'create.sql'), dump, '--create', '--clean', 'paksa_db');
    await server.dump(join(directory, 'all.sql'), join(POSTGRES, '..', 'pg_dumpall'));
    await writeFile(join(directory, 'shell.sql'), `\\! touch ${folder.path}/touched\n${COMPLETE}`);
    await writeFile(
      join(directory, 'cut.sql'),
      (await readFile(join(directory, 'night.sql'), 'utf8')).slice(0, 9_000),
    );
    for (const [name, words] of [
      ['create.sql', /\\connect in line \d+/],
      ['all.sql', /\\connect in line \d+/],
      ['shell.sql', /\\! in line 1/],
      ['cut.sql', /ends before its end/],
    ] as const) {
      await expect(actuator().restore(name, 'copy', soon())).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringMatching(words),
      });
    }
    expect(await server.databases()).toEqual(['paksa_db', 'postgres']);
    await expect(readFile(join(folder.path, 'touched'))).rejects.toThrow('ENOENT');
  });

  test('when the time is up the program is stopped, and its half is dropped', async () => {
    await writeFile(join(directory, 'slow.sql'), `CREATE TABLE a ();\nSELECT pg_sleep(600);\n${COMPLETE}`);
    const stop = new AbortController();
    const restoring = actuator().restore('slow.sql', 'copy', stop.signal);
    const settled = expect(restoring).rejects.toMatchObject({ fault: 'timed-out' });
    const asleep =
      "SELECT 1 FROM pg_stat_activity WHERE datname = 'copy_unfinished' AND query LIKE '%pg_sleep%'";
    await vi.waitUntil(async () => (await server.query('postgres', asleep)).length > 0, { timeout: 60_000 });
    // Under its own name there are whole ones only: cut off here, nobody would take it for one.
    expect(await server.databases()).not.toContain('copy');
    await expect(actuator().restore('night.dump', 'copy', soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('DROP DATABASE copy_unfinished'),
    });
    stop.abort();
    await settled;
    expect(await isThere()).toBe(false);
    await expect(actuator().restore('night.dump', 'copy', AbortSignal.abort())).rejects.toMatchObject({
      fault: 'timed-out',
    });
    expect(await isThere()).toBe(false);
  });

  test('only what Paksa has made is dropped, and not while somebody is in it', async () => {
    for (const name of ['paksa_db', 'postgres']) {
      await expect(actuator().drop(name, soon())).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringContaining('was not made by Paksa'),
      });
    }
    await actuator().restore('night.dump', 'copy', soon());
    await expect(actuator(server.url('copy')).drop('copy', soon())).rejects.toMatchObject({
      fault: 'refused',
    });
    const somebody = new pg.Client({ connectionString: server.url('copy') });
    await somebody.connect();
    await expect(actuator().drop('copy', soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('Somebody is connected'),
    });
    await somebody.end();
    await actuator().drop('copy', soon());
    expect(await server.databases()).toEqual(['paksa_db', 'postgres']);
  });

  test('a role without the right, a wrong password, a server that is away', async () => {
    await server.query('postgres', `CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
    await expect(
      actuator(server.url('paksa_db', 'reader')).restore('night.dump', 'copy', soon()),
    ).rejects.toMatchObject({ fault: 'forbidden', message: expect.stringContaining('CREATEDB') });
    const wrong = server.url('paksa_db').replace(/:[^:@]+@/, ':hunter3@');
    await expect(actuator(wrong).restore('night.dump', 'copy', soon())).rejects.toMatchObject({
      fault: 'refused',
    });
    const away = `postgres://paksa:hunter3@127.0.0.1:${await freePort()}/x`;
    const failure: unknown = await actuator(away)
      .restore('night.dump', 'copy', soon())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(String(failure)).not.toContain('hunter3');
  });

  test('a program that is not there is told before it is missed, and nothing is left', async () => {
    const missing = createBackupActuator(
      () => ({ directory, pgRestore: '/nowhere/pg_restore', psql: '/nowhere/psql' }),
      () => server.url('paksa_db'),
      host,
    );
    await expect(missing.restore('night.dump', 'copy', soon())).rejects.toMatchObject({ fault: 'not-found' });
    expect(await isThere()).toBe(false);
  });
});
