/** An alembic project in a folder of its own, over a database of its own, with revisions that a test writes. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createAlembicActuator } from '../../../src/adapters/alembic/actuator.ts';
import type { AlembicActuator, AlembicProbe, AlembicSettings } from '../../../src/adapters/alembic/port.ts';
import { createAlembicProbe } from '../../../src/adapters/alembic/probe.ts';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { type FreshDatabase, freshDatabase } from '../../harness/database.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { programPath, requirePrograms } from '../../harness/programs.ts';

export interface RevisionText {
  readonly id: string;
  /** Python: `None`, `'a1'`, `('a1', 'b2')`. */
  readonly down: string;
  readonly message?: string;
  readonly upgrade?: string;
  readonly downgrade?: string;
}

export interface Project extends AsyncDisposable {
  readonly folder: string;
  readonly settings: AlembicSettings;
  readonly probe: AlembicProbe & AlembicActuator;
  /** @returns the file */
  write(revision: RevisionText): Promise<string>;
  /** Runs alembic as a developer would. @returns what it printed */
  alembic(...args: readonly string[]): Promise<string>;
  query(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Another alembic.ini beside the first, with that address. */
  withUrl(url: string): Promise<AlembicProbe & AlembicActuator>;
}

/** Whether there is an alembic that can reach a database. */
export const hasAlembic = (): boolean =>
  requirePrograms('alembic', '/usr/lib/python3/dist-packages/psycopg2');

/** Longer than anything takes that works: each call starts a Python. */
export const soon = () => AbortSignal.timeout(20_000);

export const CREATE_INVOICES = `op.execute("CREATE TABLE invoices (id int PRIMARY KEY)")`;

const ENV = `
from logging.config import fileConfig
from alembic import context
from sqlalchemy import engine_from_config, pool

fileConfig(context.config.config_file_name)
print("env.py is here")

if context.is_offline_mode():
    context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = engine_from_config(context.config.get_section("alembic"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
`;

const TEMPLATE = `"""\${message}"""
revision = \${repr(up_revision)}
down_revision = \${repr(down_revision)}
branch_labels = \${repr(branch_labels)}
depends_on = \${repr(depends_on)}
def upgrade():
    \${upgrades if upgrades else "pass"}
def downgrade():
    \${downgrades if downgrades else "pass"}
`;

const iniWith = (url: string): string => `[alembic]
script_location = migrations
sqlalchemy.url = ${url.replace(/^postgres:/, 'postgresql:').replaceAll('%', '%%')}
[loggers]
keys = root,alembic
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = WARN
handlers = console
[logger_alembic]
level = INFO
handlers =
qualname = alembic
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic
[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
`;

export async function alembicProject(): Promise<Project> {
  const [folder, database] = await Promise.all([temporaryFolder(), freshDatabase()]);
  const program = programPath('alembic');
  const config = join(folder.path, 'alembic.ini');
  const versions = join(folder.path, 'migrations', 'versions');
  await mkdir(versions, { recursive: true });
  await writeFile(join(folder.path, 'migrations', 'env.py'), ENV);
  await writeFile(join(folder.path, 'migrations', 'script.py.mako'), TEMPLATE);
  await writeFile(config, iniWith(database.url));

  const adapter = (settings: AlembicSettings) => ({
    ...createAlembicProbe(() => settings, createHostExec()),
    ...createAlembicActuator(() => settings, createHostExec()),
  });
  const settings = { place: { on: 'host' }, program: [program], config } as const;
  return {
    folder: folder.path,
    settings,
    probe: adapter(settings),
    write: (revision) => writeRevision(versions, revision),
    async alembic(...args) {
      const { stdout } = await promisify(execFile)(program, ['-c', config, ...args], { cwd: folder.path });
      return stdout;
    },
    query: (statement) => query(database, statement),
    async withUrl(url) {
      const other = join(folder.path, 'other.ini');
      await writeFile(other, iniWith(url));
      return adapter({ ...settings, config: other });
    },
    [Symbol.asyncDispose]: () => dispose(folder, database),
  };
}

async function writeRevision(
  versions: string,
  { id, down, message = id, upgrade = 'pass', downgrade = 'pass' }: RevisionText,
) {
  const file = join(versions, `${id}.py`);
  await writeFile(
    file,
    `"""${message}

Revision ID: ${id}
Rev: not-a-revision
"""
from alembic import op
revision = '${id}'
down_revision = ${down}
branch_labels = None
depends_on = None
def upgrade():
    ${upgrade}
def downgrade():
    ${downgrade}
`,
  );
  return file;
}

async function query({ url }: FreshDatabase, statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

async function dispose(folder: TemporaryFolder, database: FreshDatabase): Promise<void> {
  await Promise.all([folder[Symbol.asyncDispose](), database.drop()]);
}
