/** Which files of the folder are backups. */
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBackupProbe } from '../../../src/adapters/backup/probe.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';

const soon = () => AbortSignal.timeout(10_000);

describe('a folder of backups', () => {
  let folder: TemporaryFolder;
  let directory: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'backups');
    await mkdir(directory);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const probe = (path = directory) =>
    createBackupProbe(() => ({ directory: path, pgRestore: '/usr/bin/pg_restore', psql: '/usr/bin/psql' }));
  const put = async (name: string, madeAt: string, content = 'x') => {
    await writeFile(join(directory, name), content);
    await utimes(join(directory, name), new Date(madeAt), new Date(madeAt));
  };

  test('the newest first, with its size', async () => {
    await put('b.dump', '2026-11-02T00:00:00Z', 'four');
    await put('a.sql', '2026-11-03T00:00:00Z');
    await put('-c d.dump', '2026-11-01T00:00:00Z');
    expect(await probe().list(soon())).toEqual([
      { name: 'a.sql', madeAt: new Date('2026-11-03T00:00:00Z'), sizeBytes: 1 },
      { name: 'b.dump', madeAt: new Date('2026-11-02T00:00:00Z'), sizeBytes: 4 },
      { name: '-c d.dump', madeAt: new Date('2026-11-01T00:00:00Z'), sizeBytes: 1 },
    ]);
  });

  test('what is hidden, a folder, something else, or a link that leads out is none', async () => {
    await put('real.dump', '2026-11-01T00:00:00Z');
    await put('.partial.dump', '2026-11-01T00:00:00Z');
    await put('notes.txt', '2026-11-01T00:00:00Z');
    await mkdir(join(directory, 'folder.dump'));
    await writeFile(join(folder.path, 'outside.sql'), 'x');
    await symlink('../outside.sql', join(directory, 'escape.sql'));
    await symlink('nowhere', join(directory, 'broken.sql'));
    await symlink('loop.sql', join(directory, 'loop.sql'));
    await symlink('real.dump', join(directory, 'latest.dump'));
    const names = (await probe().list(soon())).map(({ name }) => name);
    expect(names.sort()).toEqual(['latest.dump', 'real.dump']);
  });

  test('a folder that is a link itself', async () => {
    await put('real.dump', '2026-11-01T00:00:00Z');
    await symlink('backups', join(folder.path, 'link'));
    expect(await probe(join(folder.path, 'link')).list(soon())).toHaveLength(1);
  });

  test('an empty folder has none; no folder, and no time, are errors', async () => {
    expect(await probe().list(soon())).toEqual([]);
    await expect(probe('/nowhere/backups').list(soon())).rejects.toMatchObject({
      system: 'backup',
      fault: 'not-found',
      message: expect.stringContaining('/nowhere/backups'),
    });
    await put('file.dump', '2026-11-01T00:00:00Z');
    await expect(probe(join(directory, 'file.dump')).list(soon())).rejects.toMatchObject({
      fault: 'not-found',
    });
    await expect(probe().list(AbortSignal.abort())).rejects.toMatchObject({ fault: 'timed-out' });
  });
});
