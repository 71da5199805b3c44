/** On-call schedules with a moved clock: whoever is on call when a page is sent gets it, and people stand in for each other. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { BOT_USER, CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts, toldAlone } from './drive.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PATIENT = { timeout: 60_000 };

/** Between the first page, after 30 minutes, and its repeat, after 40. */
const handover = new Date(Date.now() + 35 * MINUTE);
const File = z.looseObject({
  ladder: z.looseObject({ levels: z.array(z.looseObject({ name: z.string() })) }),
});

/** Dana, and from the hand-over on Omar; level 2 has a schedule in which nobody is on call yet. */
function withSchedules(yaml: string): string {
  const { ladder, ...file } = File.parse(parse(yaml));
  const [development, devops, ...others] = ladder.levels;
  return stringify({
    ...file,
    schedules: {
      primary: {
        timeZone: 'Etc/UTC',
        layers: [
          {
            users: [PEOPLE.dana, PEOPLE.omar],
            rotation: 'daily',
            start: new Date(handover.getTime() - DAY).toISOString().slice(0, 10),
            handover: { at: handover.toISOString().slice(11, 16) },
          },
        ],
      },
      later: {
        timeZone: 'Europe/Berlin',
        layers: [{ users: [PEOPLE.ext], rotation: 'weekly', start: '2099-01-01' }],
      },
    },
    ladder: {
      ...ladder,
      firstPageAfter: '30m',
      levels: [
        { ...development, delay: '10m', repeats: 2, responders: [{ schedule: 'primary' }] },
        { ...devops, delay: '10m', responders: [{ schedule: 'later' }] },
        ...others,
      ],
    },
  });
}

let world: World;
let clock: MovableClock;
beforeAll(async () => {
  world = await createWorld({ configure: withSchedules });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const directTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`);
const pagesTo = (user: string) =>
  directTo(user).filter((message) => world.workspace.readable(message).includes('INC-')).length;
const toldDirectly = (user: string, words: string) =>
  expect
    .poll(
      () =>
        directTo(user)
          .map((message) => world.workspace.readable(message))
          .join('\n'),
      PATIENT,
    )
    .toContain(words);

test('who is on call now, until when, and who is next', async () => {
  await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa oncall');
  const told = await toldAlone(world, PEOPLE.ana, 'On call');
  const text = world.workspace.readable(told);
  expect(text).toMatch(new RegExp(`<@${PEOPLE.dana}> is on call until`));
  expect(text).toContain(`Next: <@${PEOPLE.omar}>`);
  expect(text).toContain('*Nobody* is on call');
});

test('a hand-over between a page and its repeat: the second person is paged', async () => {
  const card = await brokenAndDiagnosed(world);
  await clock.move(30 * MINUTE);
  await pageTo(world, PEOPLE.dana);
  expect(pagesTo(PEOPLE.omar)).toBe(0);
  await clock.move(10 * MINUTE);
  await pageTo(world, PEOPLE.omar);
  expect(pagesTo(PEOPLE.dana)).toBe(1);
  await cardReading(world, `has been paged 2 times: <@${PEOPLE.omar}>, who is on call in “primary”`);
  await expect
    .poll(() => texts(world, card).join('\n'), PATIENT)
    .toMatch(
      new RegExp(`Paged <@${PEOPLE.dana}>, who is on call in “primary”[\\s\\S]*Paged <@${PEOPLE.omar}>, `),
    );
});

test('nobody is on call in level 2: the ladder climbs at once, and says why', async () => {
  await clock.move(10 * MINUTE);
  await pageTo(world, PEOPLE.sana);
  const card = await cardReading(world, 'Level 3');
  await expect
    .poll(() => texts(world, card).join('\n'), PATIENT)
    .toContain('Nobody is on call in “later” until');
});

test('whoever was paged before the hand-over can still answer', async () => {
  const [page] = directTo(PEOPLE.dana);
  if (!page) throw new Error('no page');
  await world.workspace.as(PEOPLE.dana).click(page, 'acknowledge');
  await cardReading(world, `*Acknowledged* by <@${PEOPLE.dana}>`);
});

test('somebody outside the schedule cannot put themselves on call', async () => {
  await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa override primary @ana 2h');
  const told = await toldAlone(world, PEOPLE.ana, 'You are not in the schedule “primary”');
  expect(world.workspace.readable(told)).toContain(`<@${PEOPLE.omar}>`);
});

test('Omar hands over to Sana for two hours; she is told, and can end it, which Omar is told', async () => {
  await world.workspace.as(PEOPLE.omar).command(CHANNELS.operations, '/paksa override primary @sana now 2h');
  await toldAlone(world, PEOPLE.omar, `<@${PEOPLE.sana}> is on call in “primary”`);
  await toldDirectly(PEOPLE.sana, 'You are on call in *primary* from');
  await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa oncall primary');
  await toldAlone(world, PEOPLE.ana, `instead of <@${PEOPLE.omar}>: an override by <@${PEOPLE.omar}>`);

  const message = directTo(PEOPLE.sana).at(-1);
  if (!message) throw new Error('no message');
  await world.workspace.as(PEOPLE.sana).click(message, 'End the override');
  await toldDirectly(PEOPLE.sana, 'You are not on call in *primary* any more');
  await toldDirectly(PEOPLE.omar, 'You are on call in *primary* again');
});

test('a mention will do; whoever Slack does not know cannot be told, which is told', async () => {
  const omar = world.workspace.as(PEOPLE.omar);
  await omar.say(CHANNELS.operations, `<@${BOT_USER}> override primary <@${PEOPLE.bilal}> 30m`);
  await toldAlone(world, PEOPLE.omar, `<@${PEOPLE.bilal}> is on call in “primary”`);
  await omar.command(CHANNELS.operations, '/paksa override primary end');
  await toldAlone(world, PEOPLE.omar, `The override of <@${PEOPLE.bilal}> in “primary” has ended.`);
  await omar.command(CHANNELS.operations, '/paksa override primary U0NOBODY99 1h');
  await toldDirectly(PEOPLE.omar, '<@U0NOBODY99> stands in for *primary* and could not be told');
  await omar.command(CHANNELS.operations, '/paksa override primary end');
  await toldAlone(world, PEOPLE.omar, 'The override of <@U0NOBODY99> in “primary” has ended.');
});

test('the shortcut opens the dialog; what is left empty is: from now until the hand-over', async () => {
  const omar = world.workspace.as(PEOPLE.omar);
  await omar.shortcut('override');
  const view = await world.workspace.waitForView(PEOPLE.omar);
  await omar.submit(view.id, { user: PEOPLE.ext });
  await toldDirectly(PEOPLE.ext, 'You are on call in *primary* from');
  await omar.shortcut('oncall');
  await toldDirectly(PEOPLE.omar, `<@${PEOPLE.ext}> is on call until`);
});
