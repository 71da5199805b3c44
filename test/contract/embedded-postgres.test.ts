/** The embedded PostgreSQL: found again, shared, and gone with the last process that uses it, however that one ends. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { type OpenDatabase, openDatabase } from '../../src/store/embedded/database.ts';

const OPENER = fileURLToPath(new URL('../harness/open-database.ts', import.meta.url));
const settings = { fsync: 'off' };
const isRoot = process.getuid?.() === 0;

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'paksa-embedded-'));
  await chmod(parent, 0o755);
  directory = join(parent, '.paksa');
  // Registered first, called last: after whatever the test opened is closed. Who was killed leaves a server that is stopping.
  onTestFinished(async () => {
    await vi.waitFor(async () => expect(await serverPid()).toBeUndefined(), 15_000);
    await rm(parent, { recursive: true, force: true });
  });
});

async function open(): Promise<OpenDatabase> {
  const database = await openDatabase({ directory, settings });
  onTestFinished(database.close);
  return database;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Process id of the server on the test's folder; undefined when it has none. */
async function serverPid(home = join(directory, 'postgres')): Promise<number | undefined> {
  const lines = await readFile(join(home, 'data/postmaster.pid'), 'utf8').catch(() => '');
  return lines === '' ? undefined : Number(lines.split('\n')[0]);
}

/** A zombie is not: its parent has only not looked yet. */
function isAlive(pid: number | undefined): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
const gone = (pid: number | undefined) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), 15_000);

/** Another Paksa process on the same folder. */
async function openElsewhere(): Promise<{ process: ChildProcess; url: string }> {
  const opener = spawn(process.execPath, [OPENER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (opener.exitCode === null && opener.signalCode === null) {
      opener.kill('SIGKILL');
      await once(opener, 'exit');
    }
  });
  const [line] = await once(createInterface({ input: opener.stdout }), 'line');
  return { process: opener, url: JSON.parse(String(line)).url };
}

test('an address of one’s own is used as it is', async () => {
  const url = 'postgres://paksa:x@db.test/paksa';
  await expect(openDatabase({ databaseUrl: url, directory }).then((database) => database.url)).resolves.toBe(
    url,
  );
  await expect(stat(directory)).rejects.toThrow('ENOENT');
});

test('starts on loopback with a password, stops at close, and finds its data at the next start', async () => {
  const first = await open();
  expect(new URL(first.url)).toMatchObject({ hostname: '127.0.0.1', username: 'paksa', pathname: '/paksa' });
  const [encryption] = await query(first.url, 'SHOW password_encryption');
  expect(encryption).toEqual({ password_encryption: 'scram-sha-256' });
  await expect(query(first.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT')).rejects.toThrow(
    /authentication failed/,
  );
  expect((await stat(join(directory, 'postgres.json'))).mode & 0o777).toBe(0o600);

  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const pid = await serverPid();
  await first.close();
  expect(await serverPid()).toBeUndefined();
  await gone(pid);

  const second = await open();
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('every process on the folder uses one server, and it stops with the last of them', async () => {
  const here = await open();
  const elsewhere = await openElsewhere();
  expect(elsewhere.url).toBe(here.url);
  const pid = await serverPid();

  await here.close();
  expect(await query(elsewhere.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  elsewhere.process.kill('SIGTERM');
  await once(elsewhere.process, 'exit');
  await gone(pid);
});

test('several that start at the same time end up with one server', async () => {
  const opened = await Promise.all([openElsewhere(), openElsewhere(), openElsewhere()]);
  expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
});

test('a process killed with SIGKILL leaves no server behind', async () => {
  const elsewhere = await openElsewhere();
  const pid = await serverPid();
  await query(elsewhere.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  elsewhere.process.kill('SIGKILL');
  await gone(pid);
  const again = await open();
  expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('Ctrl-C in the terminal does not reach the server before Paksa has closed it', async () => {
  const elsewhere = await openElsewhere();
  const pid = await serverPid();
  const groups = execFileSync('ps', ['-o', 'pgid=', '-p', `${pid},${elsewhere.process.pid}`], {
    encoding: 'utf8',
  });
  const [one, other] = groups.trim().split(/\s+/);
  expect(one).not.toBe(other);
});

test('a server left by a killed supervisor makes way for the next', async () => {
  const { process: elsewhere } = await openElsewhere();
  const pid = await serverPid();
  const supervisor = Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  process.kill(supervisor, 'SIGKILL');
  await gone(supervisor);
  expect(isAlive(pid)).toBe(true);
  elsewhere.kill('SIGKILL');

  const again = await open();
  expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await gone(pid);
});

test('a server that is killed is started again, at the address that is known', async () => {
  const here = await open();
  await query(here.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const pid = await serverPid();
  if (pid === undefined) throw new Error('no server');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(
    async () => expect(await query(here.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]),
    { timeout: 60_000, interval: 100 },
  );
  expect(await serverPid()).not.toBe(pid);
  await here.close();
});

test('a lock left by a power cut is no obstacle, even when its process id is somebody else’s', async () => {
  await (await open()).close();
  await writeFile(
    join(directory, 'postgres/data/postmaster.pid'),
    `${process.pid}\n${directory}/postgres/data\n1\n1\n\n127.0.0.1\n\nready\n`,
  );
  await writeFile(join(directory, 'postgres/supervisor.json'), '{"port":1}');
  await expect(open().then(({ url }) => query(url, 'SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
});

describe('says in a sentence that', () => {
  test('the folder cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    const refused = openDatabase({ directory: join(parent, 'file', '.paksa') });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/cannot write to .*DATABASE_URL/s);
  });

  test('the data is another release’s', async () => {
    await (await open()).close();
    await writeFile(join(directory, 'postgres/data/PG_VERSION'), '12\n');
    await expect(openDatabase({ directory })).rejects.toThrow(/made by another release of PostgreSQL/);
  });

  test('a setting is not one', async () => {
    const refused = openDatabase({ directory, settings: { no_such_setting: 'on' } });
    await expect(refused).rejects.toThrow(/did not start: .*no_such_setting/);
  });
});

test.runIf(isRoot)(
  'as root in a folder closed to others it keeps its data where its user can reach it',
  async () => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
    directory = join(closed, '.paksa');
    const { url, close } = await open();
    const { home } = JSON.parse(await readFile(join(directory, 'postgres.json'), 'utf8'));
    expect(home).toMatch(/^\/var\/lib\/paksa\//);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await close();
    await rm(home, { recursive: true });
  },
);
