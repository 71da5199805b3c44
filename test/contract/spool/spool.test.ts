/** The spool on a real disk: what is added is there after a restart, however the last write ended; a disk that refuses stops nobody. */
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Entry, Picture } from '../../../src/engine/alone.ts';
import { takePlace } from '../../../src/spool/place.ts';
import { openSpool } from '../../../src/spool/spool.ts';
import { temporaryFolder } from '../../harness/folder.ts';
import { incident } from '../../unit/sample-incident.ts';

let folder: string;
beforeEach(async () => {
  const temporary = await temporaryFolder();
  folder = temporary.path;
  onTestFinished(() => temporary[Symbol.asyncDispose]());
});

const errors: string[] = [];
const open = (at = folder) =>
  openSpool({ folder: at, now: () => 1_000, onError: (_, what) => void errors.push(what) });
const answered = (receipt: string): Entry => ({ entry: 'answered', receipt });
const picture = (of: Partial<Picture> = {}): Picture => ({
  installation: 'one',
  at: 2_000,
  machineAt: 2_000,
  replicas: [],
  settled: [],
  incidents: [{ incident: incident(), owed: [], deliveries: [], recipients: {} }],
  overrides: [],
  silences: [],
  ...of,
});

test('what is committed while a picture is being taken is in the picture that is kept', async () => {
  const spool = await open();
  const committed = { incident: incident({ id: 'INC-7' }), owed: [], deliveries: [], recipients: {} };
  const opened = (known: Picture): Picture => ({ ...known, incidents: [...known.incidents, committed] });
  for (const before of [undefined, picture()]) {
    if (before) await spool.keepPicture(before);
    spool.pictureToRenew();
    spool.updatePicture(opened);
    await spool.keepPicture(picture());
    expect(spool.picture()?.incidents.map((each) => each.incident.id)).toContain('INC-7');
    spool.pictureToRenew();
    await spool.keepPicture(picture({ incidents: [] }));
    expect(spool.picture()?.incidents).toEqual([]);
  }
});

test('what is committed while something waits on the disk is in the picture, also when no other is taken', async () => {
  const spool = await open();
  await spool.keepPicture(picture({ incidents: [] }));
  const receipt = { id: 'a-click', kind: 'block_actions', body: {} };
  await spool.add({ entry: 'received', at: 1, receipt });
  const committed = { incident: incident({ id: 'INC-7' }), owed: [], deliveries: [], recipients: {} };
  const opened = (known: Picture): Picture => ({ ...known, incidents: [...known.incidents, committed] });
  spool.updatePicture(opened);
  await spool.clear(spool.entries().length);
  spool.pictureToRenew();
  expect(spool.picture()?.incidents.map((each) => each.incident.id)).toEqual(['INC-7']);
});

test('the picture that what happened in memory is told from stays as it was until that is taken over', async () => {
  const spool = await open();
  await spool.keepPicture(picture({ incidents: [] }));
  await spool.add({ entry: 'elsewhere', page: 'page/INC-1/1/1/user/U1' });
  spool.updatePicture((known) => ({ ...known, replicas: ['another'] }));
  expect(spool.picture()?.replicas).not.toContain('another');
});

test('what was added is found again, in its order, under the name and the time that it began with', async () => {
  const spool = await open();
  await spool.keepPicture(picture());
  expect(await Promise.all(['one', 'two', 'three'].map((id) => spool.add(answered(id))))).toEqual([
    true,
    true,
    true,
  ]);
  await spool.close();
  const again = await open();
  expect(again.entries()).toEqual([
    { entry: 'begun', id: expect.any(String), since: 2_000 },
    ...['one', 'two', 'three'].map(answered),
  ]);
  expect(again.picture()).toEqual(picture());
});

test('a line that was torn by a power cut is left out, and said; what is added after it is whole', async () => {
  const spool = await open();
  await spool.add(answered('one'));
  await spool.close();
  await appendFile(join(folder, 'spool.jsonl'), '{"entry":"answered","rec');
  errors.length = 0;
  const torn = await open();
  expect(torn.entries()).toHaveLength(2);
  expect(errors).toEqual(['the spool was not read whole']);
  await torn.add(answered('two'));
  await torn.close();
  expect((await open()).entries().slice(1)).toEqual([answered('one'), answered('two')]);
});

test('it is cleared of what was taken over alone: what came in between stays, and what follows begins anew', async () => {
  const spool = await open();
  await spool.add(answered('one'));
  const count = spool.entries().length;
  await spool.add(answered('two'));
  expect(await spool.clear(count)).toBe(false);
  expect(await spool.clear(spool.entries().length)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
  await spool.add(answered('three'));
  await spool.close();
  expect((await open()).entries().slice(1)).toEqual([answered('three')]);
});

test('put aside, it is kept for a person, and no longer in the way', async () => {
  const spool = await open();
  await spool.add(answered('one'));
  await spool.putAside();
  expect(spool.entries()).toEqual([]);
  const [name = ''] = await readdir(folder);
  expect(await readFile(join(folder, name), 'utf8')).toContain('"one"');
});

test('a disk that refuses is told of, and it goes on in memory', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  errors.length = 0;
  const spool = await open(join(file, 'spool'));
  await spool.keepPicture(picture());
  expect(await spool.add(answered('one'))).toBe(false);
  expect(spool.isOnDisk()).toBe(false);
  expect(spool.entries()).toHaveLength(2);
  expect(spool.picture()).toEqual(picture());
  expect(errors).toContain('the spool cannot be written: it goes on in memory alone');
});

test('each process has a place of its own; what one that died has left comes first', async () => {
  const one = await takePlace(folder);
  const two = await takePlace(folder);
  expect(two.folder).not.toBe(one.folder);
  await writeFile(join(two.folder, 'spool.jsonl'), '');
  await Promise.all([one.release(), two.release()]);
  const three = await takePlace(folder);
  expect(three.folder).toBe(two.folder);
  await three.release();
});
