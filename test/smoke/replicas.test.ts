/** Three replicas over one database: each piece of work is done by one of them, and when some are killed the others go on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { cardReading, pageTo, renewalRequested } from './drive.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h').replaceAll('delay: 30s', 'delay: 1h'),
  });
});
afterAll(() => world.close());

test('the story is told once, and goes on while they are killed', { timeout: 240_000 }, async () => {
  const { workspace } = world;
  const [first, second] = await Promise.all([world.startBot(), world.startBot(), world.startBot()]);
  await workspace.waitForConnections(6, 20_000);

  const card = await renewalRequested(world);
  await first.kill();
  await workspace.waitForConnections(4, 20_000);
  await workspace.as(PEOPLE.bilal).click(card, 'approve:renew');
  const verified = await cardReading(world, 'worked and was verified', 60_000);
  await second.kill();
  await workspace.waitForConnections(2, 20_000);
  await workspace.as(PEOPLE.bilal).click(verified, 'undo:renew');
  const undone = await cardReading(world, 'was undone', 60_000);
  await workspace.as(PEOPLE.ana).click(undone, 'escalate');
  await pageTo(world, PEOPLE.dana, 60_000);

  const cards = workspace
    .messages(CHANNELS.operations)
    .filter((message) => message.threadTs === undefined && workspace.readable(message).includes('opened'));
  expect(cards.length).toBe(1);
  expect(workspace.messages(`D${PEOPLE.dana.slice(1)}`).length).toBe(1);
  const posted = workspace
    .messages()
    .filter(({ byBot }) => byBot)
    .map(({ metadata }) => JSON.stringify(metadata));
  expect(new Set(posted).size).toBe(posted.length);
});
