/** The ladders are looked at by themselves: what will reach nobody is said once in the channel, again when it changes, and taken back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';

const HOUR = 3_600_000;
const PATIENCE_MS = 60_000;

let world: World;
let clock: MovableClock;
beforeAll(async () => {
  world = await createWorld();
  // Two of them: one of them says it.
  await Promise.all([world.startBot(), world.startBot()]);
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const said = () =>
  world.workspace.messages(CHANNELS.incidents).map((message) => world.workspace.readable(message));
const saying = (words: string) =>
  expect.poll(said, { timeout: PATIENCE_MS }).toContainEqual(expect.stringContaining(words));
const looks = () => world.workspace.requests.filter(({ method }) => method === 'usergroups.list').length;
/** An hour on, and until it was looked at. */
async function anHourLater(): Promise<void> {
  const before = looks();
  await clock.move(HOUR + 1000);
  await expect.poll(looks, { timeout: PATIENCE_MS }).toBeGreaterThan(before);
  await clock.move(0);
}

test('all is well: nothing is said', async () => {
  await anHourLater();
  expect(said()).toEqual([]);
});

test('a level reaches nobody: said once, however often it is looked at', async () => {
  world.workspace.change.user(PEOPLE.sana, { isDeactivated: true });
  await anHourLater();
  await saying('within 24 hours, nobody is reached on level 3');
  expect(said()).toEqual([expect.stringContaining(`<@${PEOPLE.sana}> is deactivated`)]);
  await anHourLater();
  await anHourLater();
  expect(said().length).toBe(1);
});

test('while Slack does not say, nobody takes it back', async () => {
  world.workspace.failNext('users.info', { error: 'internal_error' }, 4);
  await anHourLater();
  expect(said()).toEqual([expect.stringContaining('nobody is reached on level 3')]);
});

test('another level too: said anew, and the former is taken back; then all of it', async () => {
  const { change } = world.workspace;
  change.user(PEOPLE.dana, { isDeactivated: true });
  await expect
    .poll(
      async () => {
        await anHourLater();
        return said().length;
      },
      { timeout: 2 * PATIENCE_MS },
    )
    .toBe(2);
  await saying('nobody is reached on level 1, level 3');
  expect(said()[0]).toContain('this is not so any more');
  change.user(PEOPLE.dana, { isDeactivated: false });
  change.user(PEOPLE.sana, { isDeactivated: false });
  await anHourLater();
  await expect
    .poll(() => said().filter((text) => text.includes('this is not so any more')).length, {
      timeout: PATIENCE_MS,
    })
    .toBe(2);
});
