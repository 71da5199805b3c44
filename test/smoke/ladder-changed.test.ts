/** A ladder that is changed in paksa.yaml while an incident is open: that one keeps what it opened with, the next has the new one. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

const MINUTE = 60_000;

let world: World;
let clock: MovableClock;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 30m').replace(/delay: 30s/g, 'delay: 10m'),
  });
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const pagesTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`).length;

test('the bot is started with another file: the open incident climbs as before, and the next one by the new file', async () => {
  const former = await world.startBot();
  clock = await movableClock(world.database.url);
  const card = await brokenAndDiagnosed(world);
  await former.stop();
  const yaml = await readFile(world.configFile, 'utf8');
  const changed = yaml
    .replace('firstPageAfter: 30m', 'firstPageAfter: 5m')
    .replace(`user: ${PEOPLE.dana}`, `user: ${PEOPLE.sana}`);
  expect(changed).not.toBe(yaml);
  await writeFile(world.configFile, changed);
  await world.startBot();

  // By the new file somebody would be called now, and somebody else.
  await clock.move(29 * MINUTE);
  await clock.move(0);
  expect([PEOPLE.dana, PEOPLE.sana].map(pagesTo)).toEqual([0, 0]);
  await clock.move(MINUTE);
  await pageTo(world, PEOPLE.dana);
  await clock.move(10 * MINUTE);
  await pageTo(world, PEOPLE.omar);
  expect([PEOPLE.dana, PEOPLE.sana].map(pagesTo)).toEqual([1, 0]);

  await world.workspace.as(PEOPLE.ana).click(await cardReading(world, 'INC-1'), 'resolve');
  await cardReading(world, 'Resolved');
  const next = await brokenAndDiagnosed(world);
  expect(next.ts).not.toBe(card.ts);
  await clock.move(5 * MINUTE);
  await pageTo(world, PEOPLE.sana);
  expect([PEOPLE.dana, PEOPLE.sana].map(pagesTo)).toEqual([1, 1]);
});
