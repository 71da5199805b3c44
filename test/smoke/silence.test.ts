/** Silences with a moved clock: the ladder stops, says so, and goes on; people are warned, and somebody can always be called. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts, toldAlone } from './drive.ts';

const MINUTE = 60_000;
const PATIENT = { timeout: 60_000 };
/** A window that begins in an hour, for a quarter of one. */
const begins = new Date(Math.floor(Date.now() / MINUTE) * MINUTE + 60 * MINUTE);
const time = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ');
const WINDOW = `maintenance:
  upgrade:
    reason: the database is upgraded
    timeZone: Etc/UTC
    once: { from: "${time(begins)}", to: "${time(new Date(begins.getTime() + 15 * MINUTE))}" }
`;

let world: World;
let clock: MovableClock;
let card: Message;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) => `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 10m')}${WINDOW}`,
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const say = (user: string, text: string) => world.workspace.as(user).command(CHANNELS.operations, text);
const thread = (words: string | RegExp) =>
  expect.poll(() => texts(world, card).join('\n'), PATIENT).toMatch(words);
const pages = () =>
  Object.values(PEOPLE).flatMap((user) =>
    world.workspace
      .messages(`D${user.slice(1)}`)
      .filter((message) => world.workspace.readable(message).includes('INC-')),
  ).length;

test('who is not on the ladder cannot silence; what is missing is asked for in the dialog', async () => {
  await say(PEOPLE.ana, '/paksa silence ssl for 2h because of the upgrade');
  await toldAlone(world, PEOPLE.ana, 'You are not on the ladder of this environment');
  await say(PEOPLE.dana, '/paksa silence sl for 2h because of the upgrade');
  await toldAlone(world, PEOPLE.dana, 'Did you mean “ssl”?');
  await say(PEOPLE.dana, '/paksa silence ssl for 30d because of the upgrade');
  await toldAlone(world, PEOPLE.dana, 'A silence lasts 7 days at most');
  await say(PEOPLE.dana, '/paksa silence ssl for 15m');
  const view = await world.workspace.waitForView(PEOPLE.dana);
  await world.workspace.as(PEOPLE.dana).submit(view.id, { reason: 'Renewing it', length: '30m' });
  await toldAlone(world, PEOPLE.dana, '*ssl* in *sandbox* is silenced until');
});

test('it is announced; a problem opens its incident quietly, and the card says until when', async () => {
  const told = await world.workspace.waitForMessage(
    ({ channel, ...message }) =>
      channel === CHANNELS.incidents &&
      world.workspace.readable({ channel, ...message }).includes('is silenced until'),
    20_000,
  );
  expect(world.workspace.readable(told)).toMatch(/Renewing it[\s\S]*By <@U/);
  card = await brokenAndDiagnosed(world);
  await cardReading(world, /Silenced until[\s\S]*Renewing it/);
  await clock.move(20 * MINUTE);
  expect(pages()).toBe(0);
});

test('when it ends, the ladder goes on, says so, and pages', async () => {
  await clock.move(10 * MINUTE);
  await thread(/The silence is over: the ladder goes on at/);
  await clock.move(10 * MINUTE);
  await pageTo(world, PEOPLE.dana);
});

test('a window stops the running ladder at its beginning, and says so', async () => {
  const before = pages();
  await clock.move(Math.max(0, begins.getTime() - Date.now() - 40 * MINUTE) + MINUTE);
  await thread(/A maintenance window: nobody is paged until[\s\S]*the database is upgraded/);
  await cardReading(world, /Silenced until[\s\S]*a maintenance window/);
  expect(pages()).toBeGreaterThanOrEqual(before);
});

test('what is silenced is listed; who escalates pages all the same', async () => {
  await say(PEOPLE.ana, '/paksa silences');
  await toldAlone(world, PEOPLE.ana, 'maintenance window upgrade');
  const before = pages();
  await world.workspace.as(PEOPLE.ana).click(card, 'escalate');
  await expect.poll(pages, PATIENT).toBeGreaterThan(before);
  await thread(/asked for more people[\s\S]*It is silenced no longer/);
});

test('one that would silence what is open has to be meant; it is ended by its button', async () => {
  await say(PEOPLE.dana, '/paksa silence all for 1h because it is known');
  const asked = await toldAlone(world, PEOPLE.dana, '1 incident open would be silenced');
  expect(world.workspace.readable(asked)).toContain('INC-1');
  await cardReading(world, 'has been paged');
  await world.workspace.as(PEOPLE.dana).click(asked, 'Silence all the same');
  await cardReading(world, /Silenced until[\s\S]*it is known/);
  const announced = await world.workspace.waitForMessage(
    (message) =>
      message.channel === CHANNELS.incidents && world.workspace.readable(message).includes('it is known'),
    20_000,
  );
  await world.workspace.as(PEOPLE.dana).click(announced, 'End it');
  await toldAlone(world, PEOPLE.dana, '*every topic* in *sandbox* is silenced no longer');
  await thread(/is silenced no longer: the ladder goes on|It is silenced no longer: the ladder goes on/);
});
