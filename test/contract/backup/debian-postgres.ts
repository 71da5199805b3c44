/** A PostgreSQL of Debian's on a free port, with a password: its own `pg_dump` reads no newer server than itself. */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { freePort } from '../../harness/free-port.ts';
import { type RunningProcess, startProcess } from '../../harness/process.ts';
import { programPath } from '../../harness/programs.ts';

export const POSTGRES = '/usr/lib/postgresql/15/bin/postgres';
export const PASSWORD = 'hunter+2 @/:ü';

const NOBODY = 65_534;
const exec = createHostExec();

export interface DebianPostgres extends RunningProcess {
  /** Of a database on it, for a role whose password is `PASSWORD`. */
  url(database: string, role?: string): string;
  query(database: string, ...statements: readonly string[]): Promise<readonly Record<string, unknown>[]>;
  databases(): Promise<readonly unknown[]>;
  /** `pg_dump` or `pg_dumpall` into a file. */
  dump(file: string, ...command: readonly [string, ...string[]]): Promise<void>;
}

export async function startDebianPostgres(folder: string): Promise<DebianPostgres> {
  const postgres = programPath(POSTGRES);
  const port = await freePort();
  const home = join(folder, 'postgres');
  const passwordFile = join(home, 'password');
  await mkdir(home);
  await writeFile(passwordFile, PASSWORD);
  // PostgreSQL does not run as root.
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : ['env'];
  if (isRoot) {
    await chmod(folder, 0o755);
    await chown(home, NOBODY, NOBODY);
  }
  const [first = 'env', ...rest] = as;
  const options = ['--auth=scram-sha-256', '--username=paksa', `--pwfile=${passwordFile}`, '--encoding=UTF8'];
  await succeed(
    first,
    ...rest,
    join(dirname(postgres), 'initdb'),
    `--pgdata=${home}/data`,
    '--no-sync',
    ...options,
  );
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${home}`,
    'fsync=off',
  ];
  const running = await startProcess(
    first,
    [...rest, postgres, '-D', `${home}/data`, ...settings.flatMap((setting) => ['-c', setting])],
    { ready: /database system is ready to accept connections/, cwd: home },
  );

  const url = (database: string, role = 'paksa') =>
    `postgres://${role}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  const query: DebianPostgres['query'] = async (database, ...statements) => {
    const client = new pg.Client({ connectionString: url(database) });
    await client.connect();
    try {
      let rows: readonly Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  return {
    ...running,
    url,
    query,
    databases: async () =>
      (await query('postgres', 'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1')).map(
        ({ datname }) => datname,
      ),
    async dump(file, program, ...args) {
      const where = [
        `--host=127.0.0.1`,
        `--port=${port}`,
        '--username=paksa',
        '--no-password',
        `--file=${file}`,
      ];
      const environment = { PGPASSWORD: PASSWORD };
      const result = await exec([program, ...where, ...args], {
        signal: AbortSignal.timeout(20_000),
        environment,
      });
      if (result.exitCode !== 0) throw new Error(result.stderr);
    },
  };
}

async function succeed(program: string, ...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await exec([program, ...args], { signal: AbortSignal.timeout(30_000) });
  if (exitCode !== 0) throw new Error(stderr);
}
