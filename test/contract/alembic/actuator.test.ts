/** Merging heads, moving a real database, and what is left when a migration fails half-way. */
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alembicProject, CREATE_INVOICES, hasAlembic, type Project, soon } from './project.ts';

describe.runIf(hasAlembic())('alembic at work', () => {
  let project: Project;
  beforeEach(async () => {
    project = await alembicProject();
    await project.write({
      id: 'a1',
      down: 'None',
      upgrade: CREATE_INVOICES,
      downgrade: 'op.execute("DROP TABLE invoices")',
    });
  });
  afterEach(() => project[Symbol.asyncDispose]());

  const versions = async () =>
    (await project.query('SELECT version_num FROM alembic_version ORDER BY 1')).map(
      ({ version_num }) => version_num,
    );
  const twoHeads = async () => {
    await project.write({ id: 'b2', down: "'a1'" });
    await project.write({ id: 'c3', down: "'a1'" });
  };

  test('up, back, up again', async () => {
    await project.write({ id: 'b2', down: "'a1'" });
    await project.probe.upgrade('heads', soon());
    expect(await versions()).toEqual(['b2']);
    await project.probe.downgrade('-1', soon());
    expect(await versions()).toEqual(['a1']);
    await project.probe.downgrade('base', soon());
    expect(await versions()).toEqual([]);
    await project.probe.upgrade('+1', soon());
    expect(await versions()).toEqual(['a1']);
  });

  test('heads are merged, and the merge is taken back', async () => {
    await twoHeads();
    await project.probe.upgrade('heads', soon());
    const { id, file } = await project.probe.mergeHeads('Merge heads, by Paksa (2 of them)', soon());
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^revision = '${id}'$`, 'm'));
    const { heads, revisions } = await project.probe.migrations(soon());
    expect(heads).toEqual([id]);
    expect(revisions[0]).toMatchObject({ id, file, message: 'Merge heads, by Paksa (2 of them)' });
    expect([...(revisions[0]?.parents ?? [])].sort()).toEqual(['b2', 'c3']);

    await project.probe.upgrade(id, soon());
    await expect(project.probe.removeRevision(file, soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('downgrade it first'),
    });
    await project.query('DELETE FROM alembic_version');
    await project.query("INSERT INTO alembic_version VALUES ('b2'), ('c3')");
    await project.probe.removeRevision(file, soon());
    await expect(access(file)).rejects.toThrow('ENOENT');
    expect([...(await project.probe.migrations(soon())).heads].sort()).toEqual(['b2', 'c3']);
  });

  test('one head is nothing to merge', async () => {
    await expect(project.probe.mergeHeads('merge heads', soon())).rejects.toMatchObject({ fault: 'refused' });
    expect((await project.probe.migrations(soon())).revisions).toHaveLength(1);
  });

  test('only a merge is removed, and only where nothing builds on it', async () => {
    await twoHeads();
    const refused = (file: string) =>
      expect(project.probe.removeRevision(file, soon())).rejects.toMatchObject({ fault: 'refused' });
    const plain = join(project.folder, 'migrations', 'versions', 'b2.py');
    await refused(plain);
    await access(plain);
    const outside = join(project.folder, 'alembic.ini');
    await refused(outside);
    await refused(`${project.folder}/migrations/versions/../../alembic.ini`);
    await refused('b2.py');
    await access(outside);

    const merge = await project.write({ id: 'd4', down: "('b2', 'c3')" });
    await project.write({ id: 'e5', down: "'d4'" });
    await refused(merge);
    await access(merge);
  });

  test('a merge in the words of newer templates and formatters is one', async () => {
    await twoHeads();
    const file = await project.write({ id: 'd4', down: "('b2', 'c3')" });
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      `from typing import Sequence, Union\n${text}`.replace(
        "down_revision = ('b2', 'c3')",
        'down_revision: Union[str, Sequence[str], None] = (\n    "b2",\n    "c3",\n)',
      ),
    );
    await project.probe.removeRevision(file, soon());
    await expect(access(file)).rejects.toThrow('ENOENT');
  });

  test('a migration that fails is undone by PostgreSQL, and told in its words', async () => {
    await project.write({ id: 'b2', down: "'a1'", upgrade: 'op.execute("ALTER TABLE nowhere ADD x int")' });
    await expect(project.probe.upgrade('heads', soon())).rejects.toMatchObject({
      system: 'alembic',
      operation: 'upgrade',
      fault: 'failed',
      message: expect.stringMatching(/UndefinedTable.* relation "nowhere" does not exist\. /),
    });
    expect(await project.query("SELECT to_regclass('invoices') AS t")).toEqual([{ t: null }]);
  });

  test('one that fails after a step outside of a transaction leaves that step, and its place', async () => {
    await project.probe.upgrade('a1', soon());
    await project.write({
      id: 'b2',
      down: "'a1'",
      upgrade: `op.execute("ALTER TABLE invoices ADD total int")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY half ON invoices (id)")
    op.execute("SELECT 1/0")`,
    });
    await expect(project.probe.upgrade('heads', soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringContaining('division by zero'),
    });
    expect(await project.probe.migrations(soon())).toMatchObject({ current: ['a1'], heads: ['b2'] });
    expect(await project.query("SELECT to_regclass('half')::text AS t")).toEqual([{ t: 'half' }]);
    // The second attempt meets what the first has left behind.
    await expect(project.probe.upgrade('heads', soon())).rejects.toMatchObject({
      message: expect.stringContaining('column "total" of relation "invoices" already exists'),
    });
  });

  test('“one back” of two branches is refused: alembic would choose by itself', async () => {
    await twoHeads();
    await project.probe.upgrade('heads', soon());
    await expect(project.probe.downgrade('-1', soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(/b2 and c3|c3 and b2/),
    });
    expect(await versions()).toEqual(['b2', 'c3']);
  });

  test('a revision that is not there is alembic’s own no', async () => {
    await expect(project.probe.upgrade('nope', soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringContaining("alembic failed: Can't locate revision identified by 'nope'"),
    });
  });

  test('what is no revision, or no message, is a bug, and nothing is run', async () => {
    for (const revision of ['--sql', '-c/etc/passwd', 'a b', '', '-', 'a1:base', '$(id)']) {
      await expect(project.probe.upgrade(revision, soon())).rejects.toThrow(TypeError);
      await expect(project.probe.downgrade(revision, soon())).rejects.toThrow(TypeError);
    }
    for (const message of ['', '-m', '"""\nimport os', 'x'.repeat(101)]) {
      await expect(project.probe.mergeHeads(message, soon())).rejects.toThrow(TypeError);
    }
  });
});
