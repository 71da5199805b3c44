/** Two replicas: one that alone has lost the database pages nobody whom the other pages; where both have, each page comes once. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type FreshDatabase, preparedDatabase } from '../harness/database.ts';
import { type Line, openLine } from '../harness/line.ts';
import { execute } from '../harness/postgres-server.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, texts } from './drive.ts';

const PATIENCE_MS = 90_000;

let database: FreshDatabase;
let lines: readonly [Line, Line];
let world: World;
beforeAll(async () => {
  database = await preparedDatabase();
  lines = [await openLine(database.url), await openLine(database.url)];
  world = await createWorld({
    database,
    configure: (yaml) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 10s').replaceAll('delay: 30s', 'delay: 20s'),
  });
  await Promise.all(lines.map(({ url }) => world.startBot({ databaseUrl: url })));
}, 180_000);
afterAll(async () => {
  await world?.close();
  await Promise.all(lines?.map((line) => line.close()) ?? []);
});

/** How many pages of this incident each has got. */
const pages = (incident: string) =>
  [PEOPLE.dana, PEOPLE.omar, PEOPLE.sana].map(
    (user) => ofPerson(user).filter((page) => world.workspace.readable(page).includes(incident)).length,
  );
const ofPerson = (user: string) => world.workspace.messages(`D${user.slice(1)}`);
const looksAtThread = () =>
  world.workspace.requests.filter(({ method }) => method === 'conversations.replies').length;
/** In how many replicas' pictures an incident is: one that is cut off goes by what it knew. */
async function knowing(incident: string): Promise<number> {
  const spool = join(dirname(world.configFile), 'spool');
  const pictures = await Promise.all(
    (await readdir(spool)).map((name) => readFile(join(spool, name, 'picture.json'), 'utf8').catch(() => '')),
  );
  return pictures.filter((picture) => picture.includes(`"${incident}"`)).length;
}
const noticed = (words: string) =>
  world.workspace.waitForMessage(
    (message) => message.channel === CHANNELS.incidents && world.workspace.readable(message).includes(words),
    PATIENCE_MS,
  );
const happened = async (type: string) =>
  (
    await execute(
      database.url,
      `SELECT FROM paksa.event WHERE type = '${type}' AND incident = (SELECT max(id) FROM paksa.incident)`,
    )
  ).length;

test('one is cut off: it sees that the other goes on, and pages nobody', { timeout: 240_000 }, async () => {
  await expect
    .poll(async () => (await execute(database.url, 'SELECT FROM paksa.replica')).length, {
      timeout: PATIENCE_MS,
    })
    .toBe(2);
  const card = await brokenAndDiagnosed(world);
  await expect.poll(() => knowing('INC-1'), { timeout: PATIENCE_MS }).toBe(2);
  const [line] = lines;
  line.jam();
  await noticed('database has been away');
  await expect.poll(() => pages('INC-1'), { timeout: PATIENCE_MS }).toEqual([1, 1, 0]);
  await expect.poll(looksAtThread, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  await expect.poll(() => pages('INC-1'), { timeout: PATIENCE_MS }).toEqual([1, 1, 1]);
  await world.workspace.as(PEOPLE.sana).click(await cardReading(world, 'INC-1'), 'acknowledge');
  line.restore();
  await noticed('database is back');
  await cardReading(world, 'Acknowledged', PATIENCE_MS);
  expect(pages('INC-1')).toEqual([1, 1, 1]);
  expect([await happened('timer-due'), await happened('page-sent')]).toEqual([3, 4]);
  // Either may have been the one to take the answer in; the one that was cut off has paged nobody from memory.
  expect(texts(world, card).join('\n')).not.toMatch(/Paging .*, from memory|\d pages? went out/);
  await world.workspace.as(PEOPLE.ana).click(card, 'resolve');
  await cardReading(world, 'Resolved', PATIENCE_MS);
});

test('both are cut off: each page comes once, and an answer to one of them stops both', {
  timeout: 240_000,
}, async () => {
  const card = await brokenAndDiagnosed(world);
  await expect.poll(() => knowing('INC-2'), { timeout: PATIENCE_MS }).toBe(2);
  for (const line of lines) line.cut();
  await expect.poll(() => pages('INC-2'), { timeout: PATIENCE_MS }).toEqual([1, 0, 0]);
  await expect.poll(() => pages('INC-2'), { timeout: PATIENCE_MS }).toEqual([1, 1, 0]);
  const page = ofPerson(PEOPLE.omar).at(-1);
  if (!page) throw new Error('no page');
  const looked = looksAtThread();
  await world.workspace.as(PEOPLE.omar).click(page, 'acknowledge');
  await expect
    .poll(() => texts(world, card).join('\n'), { timeout: PATIENCE_MS })
    .toContain('the ladder is stopped');
  // The other one, whose ladder is still due, looks before it goes on.
  await expect.poll(looksAtThread, { timeout: PATIENCE_MS }).toBeGreaterThan(looked);
  for (const line of lines) line.restore();
  await cardReading(world, /INC-2[\s\S]*Acknowledged/, PATIENCE_MS);
  await expect.poll(() => happened('acknowledged'), { timeout: PATIENCE_MS }).toBe(1);
  // Each tells what it did when it is back, one after the other: a step of the ladder that is told after the answer is one of
  // the past, which the thread says, while its pages are recorded all the same.
  await expect.poll(() => happened('page-sent'), { timeout: PATIENCE_MS }).toBe(3);
  expect(await happened('acknowledged')).toBe(1);
  expect(pages('INC-2')).toEqual([1, 1, 0]);
});
