/** Where a real alembic says that a real database stands, and what one step back would run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlembicSettings } from '../../../src/adapters/alembic/port.ts';
import { createAlembicProbe } from '../../../src/adapters/alembic/probe.ts';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { freePort } from '../../harness/free-port.ts';
import { alembicProject, CREATE_INVOICES, hasAlembic, type Project, soon } from './project.ts';

describe.runIf(hasAlembic())('where the database stands', () => {
  let project: Project;
  beforeEach(async () => {
    project = await alembicProject();
    await project.write({
      id: 'a1',
      down: 'None',
      message: 'make invoices',
      upgrade: CREATE_INVOICES,
      downgrade: 'op.execute("DROP TABLE invoices")',
    });
    await project.write({
      id: 'b2',
      down: "'a1'",
      message: 'add total',
      upgrade: 'op.execute("ALTER TABLE invoices ADD total int")',
      downgrade: 'op.execute("ALTER TABLE invoices DROP total")',
    });
  });
  afterEach(() => project[Symbol.asyncDispose]());

  test('never migrated: and looking has changed nothing', async () => {
    expect(await project.probe.migrations(soon())).toEqual({
      current: [],
      heads: ['b2'],
      revisions: [
        {
          id: 'b2',
          parents: ['a1'],
          message: 'add total',
          isHead: true,
          file: join(project.folder, 'migrations', 'versions', 'b2.py'),
        },
        {
          id: 'a1',
          parents: [],
          message: 'make invoices',
          isHead: false,
          file: join(project.folder, 'migrations', 'versions', 'a1.py'),
        },
      ],
    });
    expect(await project.query("SELECT to_regclass('alembic_version') AS t")).toEqual([{ t: null }]);
    await expect(project.probe.downgradeSql(soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('never migrated'),
    });
  });

  test('one back, from the last and from the first', async () => {
    await project.alembic('upgrade', 'head');
    expect(await project.probe.migrations(soon())).toMatchObject({ current: ['b2'], heads: ['b2'] });
    const last = await project.probe.downgradeSql(soon());
    expect(last).toMatch(/^BEGIN;$.*^ALTER TABLE invoices DROP total;$.*^COMMIT;$/ms);
    expect(last).toContain("UPDATE alembic_version SET version_num='a1'");
    expect(await project.query('SELECT version_num FROM alembic_version')).toEqual([{ version_num: 'b2' }]);

    await project.alembic('downgrade', 'a1');
    const first = await project.probe.downgradeSql(soon());
    expect(first).toContain('DROP TABLE invoices;');
    expect(first).toContain("DELETE FROM alembic_version WHERE alembic_version.version_num = 'a1'");
  });

  test('two heads, a database on both, and a merge', async () => {
    await project.write({ id: 'c3', down: "'b2'" });
    await project.write({ id: 'd4', down: "'b2'" });
    await project.alembic('upgrade', 'heads');
    const two = await project.probe.migrations(soon());
    expect([...two.heads].sort()).toEqual(['c3', 'd4']);
    expect([...two.current].sort()).toEqual(['c3', 'd4']);
    await expect(project.probe.downgradeSql(soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('two branches'),
    });

    await project.write({ id: 'e5', down: "('c3', 'd4')" });
    await project.alembic('upgrade', 'heads');
    const merged = await project.probe.migrations(soon());
    expect(merged).toMatchObject({ current: ['e5'], heads: ['e5'] });
    expect(merged.revisions[0]).toMatchObject({ id: 'e5', parents: ['c3', 'd4'] });
    await expect(project.probe.downgradeSql(soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('e5 merges c3 and d4'),
    });
  });

  test('a revision that the code does not have', async () => {
    await project.alembic('upgrade', 'head');
    await project.query("UPDATE alembic_version SET version_num = 'zzz'");
    expect(await project.probe.migrations(soon())).toMatchObject({ current: ['zzz'], heads: ['b2'] });
    await expect(project.probe.downgradeSql(soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('zzz, which this code does not have'),
    });
  });

  test('a script that is no Python, and one that builds on nothing', async () => {
    const file = await project.write({ id: 'c3', down: "'b2'", upgrade: 'x = = 1' });
    await expect(project.probe.migrations(soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringContaining(`alembic failed: SyntaxError: invalid syntax (${file}, line `),
    });
    await project.write({ id: 'c3', down: "'gone'" });
    await expect(project.probe.migrations(soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringMatching(/Revision gone referenced from .*c3.* is not present\. /),
    });
  });

  test('a downgrade that only a database can run is told in its words', async () => {
    const ask = 'op.get_bind().execute("SELECT 1").fetchall()';
    await project.write({ id: 'c3', down: "'b2'", downgrade: ask });
    await project.alembic('upgrade', 'head');
    await expect(project.probe.downgradeSql(soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringContaining('AttributeError'),
    });
  });

  test('SQL without end is cut', async () => {
    const much = `op.execute("SELECT '" + "x" * 400000 + "'")`;
    await project.write({ id: 'c3', down: "'b2'", downgrade: much });
    await project.alembic('upgrade', 'head');
    const sql = await project.probe.downgradeSql(soon());
    expect(sql).toMatch(/^-- more than 128 KiB: cut\n/);
    expect(sql).toContain('COMMIT;');
    expect(sql.length).toBeLessThan(132_000);
  });

  test('a database that is away, and one that refuses', async () => {
    const port = await freePort();
    const away = await project.withUrl(`postgresql://paksa:hunter2@127.0.0.1:${port}/db`);
    const failure: unknown = await away.migrations(soon()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'AdapterError',
      system: 'alembic',
      fault: 'unreachable',
      retryable: true,
      message: expect.stringMatching(/Connection refused/),
    });
    expect(String(failure)).not.toContain('hunter2');

    const odd = await project.withUrl(`postgresql:/paksa:hunter2@127.0.0.1/db`);
    const unread: unknown = await odd.migrations(soon()).catch((error: unknown) => error);
    expect(unread).toMatchObject({ fault: 'failed', message: expect.stringContaining('sqlalchemy.url') });
    expect(String(unread)).not.toContain('hunter2');
  });

  test.each([
    ['no alembic', { program: ['/nowhere/alembic'] }],
    ['no module alembic', { program: ['/usr/bin/python3', '-S', '-m', 'alembic'] }],
    ['no configuration', { config: '/tmp/nowhere.ini' }],
    ['no folder of the configuration', { config: '/nowhere/alembic.ini' }],
  ] satisfies [string, Partial<AlembicSettings>][])('%s', async (_, settings) => {
    const probe = createAlembicProbe(() => ({ ...project.settings, ...settings }), createHostExec());
    await expect(probe.migrations(soon())).rejects.toMatchObject({
      name: 'AdapterError',
      fault: 'not-found',
    });
  });

  test('no scripts where alembic.ini says', async () => {
    const config = join(project.folder, 'astray.ini');
    await writeFile(config, '[alembic]\nscript_location = elsewhere\n');
    const probe = createAlembicProbe(() => ({ ...project.settings, config }), createHostExec());
    await expect(probe.migrations(soon())).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('elsewhere'),
    });
  });

  test('no time', async () => {
    await expect(project.probe.migrations(AbortSignal.abort())).rejects.toMatchObject({ fault: 'timed-out' });
  });
});
