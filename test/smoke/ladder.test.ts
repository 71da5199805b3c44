/** The ladder with a moved clock: levels in turn, repeats, an answer in the middle, and its end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, GROUPS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

const MINUTE = 60_000;

let world: World;
let clock: MovableClock;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      yaml
        .replace('firstPageAfter: 1m', 'firstPageAfter: 30m')
        .replace(/delay: 30s/, 'delay: 10m\n      repeats: 2')
        .replace(/delay: 30s/g, 'delay: 10m'),
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const pagesTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`).length;

test('nobody answers: level 1 twice, then 2, 3 and 4, and the channel is told that nobody is left', async () => {
  const card = await brokenAndDiagnosed(world);
  await clock.move(29 * MINUTE);
  expect(pagesTo(PEOPLE.dana)).toBe(0);

  await clock.move(MINUTE);
  await pageTo(world, PEOPLE.dana);
  await clock.move(10 * MINUTE);
  await expect.poll(() => pagesTo(PEOPLE.dana)).toBe(2);
  expect(pagesTo(PEOPLE.omar)).toBe(0);

  for (const [level, user] of [
    [2, PEOPLE.omar],
    [3, PEOPLE.sana],
    [4, PEOPLE.ext],
  ] as const) {
    await clock.move(10 * MINUTE);
    await pageTo(world, user);
    await cardReading(world, `Level ${level}`);
  }
  await world.workspace.waitForMessage(
    ({ channel, blocks }) =>
      channel === CHANNELS.operations && JSON.stringify(blocks).includes(`📟 <!subteam^${GROUPS.devops}>`),
    20_000,
  );

  await clock.move(10 * MINUTE);
  await cardReading(world, 'Nobody is left to page');
  const told = await world.workspace.waitForMessage(
    (message) =>
      message.threadTs === card.ts && world.workspace.readable(message).includes('Nobody is left to page'),
    20_000,
  );
  expect(told.isBroadcast).toBe(true);
  expect([PEOPLE.dana, PEOPLE.omar, PEOPLE.sana, PEOPLE.ext].map(pagesTo)).toEqual([2, 1, 1, 1]);
});

test('an answer in the middle stops it, and takes the buttons off the page', async () => {
  await world.workspace.as(PEOPLE.ana).click(await cardReading(world, 'INC-1'), 'resolve');
  await cardReading(world, 'Resolved');
  const card = await brokenAndDiagnosed(world);
  expect(world.workspace.readable(card)).toContain('INC-2');
  await clock.move(30 * MINUTE);
  await expect.poll(() => pagesTo(PEOPLE.dana)).toBe(3);
  const page = world.workspace.messages(`D${PEOPLE.dana.slice(1)}`).at(-1);
  if (!page) throw new Error('no page');
  await world.workspace.as(PEOPLE.dana).click(page, 'acknowledge');
  await cardReading(world, 'Acknowledged');
  await expect
    .poll(() => world.workspace.readable(world.workspace.messages(page.channel).at(-1) ?? page), {
      timeout: 60_000,
    })
    .toContain('acknowledged by');
  await clock.move(24 * 60 * MINUTE);
  await clock.move(MINUTE);
  expect([PEOPLE.dana, PEOPLE.omar].map(pagesTo)).toEqual([3, 1]);
});

test('more people now: the next level at once; pressed twice, one level', async () => {
  const card = await cardReading(world, 'INC-2');
  await Promise.all([1, 2].map(() => world.workspace.as(PEOPLE.ana).click(card, 'escalate')));
  await expect.poll(() => pagesTo(PEOPLE.omar)).toBe(2);
  await clock.move(0);
  expect([PEOPLE.omar, PEOPLE.sana].map(pagesTo)).toEqual([2, 1]);
});
