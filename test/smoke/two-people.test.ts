/** A fix of high risk: two people decide on it; or one breaks the glass, and is reviewed. And a change freeze. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { cardReading, renewalRequested, texts, toldAlone } from './drive.ts';

const topics = new URL('risky-topics.ts', import.meta.url);
const { ana, bilal, dana, sana } = PEOPLE;
const APPROVERS = `approvers:\n    - user: ${sana}\n`;

let world: World;
afterEach(() => world.close());

async function begin(more: string, options: { readonly topics?: URL } = { topics }): Promise<Message> {
  const configure = (yaml: string) =>
    yaml.replace('approvers:\n', APPROVERS).concat(more).replaceAll('delay: 30s', 'delay: 2h');
  world = await createWorld({ configure, ...options });
  await world.startBot();
  return renewalRequested(world);
}

const explains = async (card: Message, user: string, button: string, reason: string) => {
  await world.workspace.as(user).click(card, button);
  const view = await world.workspace.waitForView(user);
  await world.workspace.as(user).submit(view.id, { reason });
};
const breaksGlass = async (card: Message, user: string, reason: string) => {
  await explains(card, user, 'glass:renew', reason);
};
const inChannel = (words: string) =>
  world.workspace.waitForMessage(
    (message) =>
      message.channel === CHANNELS.operations &&
      message.isBroadcast === true &&
      world.workspace.readable(message).includes(words),
  );

describe('high risk', () => {
  test('takes two people, neither of them who asked for it', async () => {
    const { workspace } = await begin('').then(() => world);
    const card = await cardReading(world, 'It takes two people');
    expect(workspace.readable(card)).toContain('high risk');

    await workspace.as(bilal).click(card, 'approve:renew');
    const once = await cardReading(world, 'has approved it. It takes one more');
    await workspace.as(bilal).click(once, 'approve:renew');
    await toldAlone(world, bilal, 'it takes somebody else as well');
    await workspace.as(ana).click(once, 'approve:renew');
    await toldAlone(world, ana, 'it takes two others');
    expect(await world.stack.state()).toMatchObject({ healthy: false });

    await workspace.as(sana).click(once, 'approve:renew');
    await cardReading(world, 'worked and was verified');
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(/it takes one more[\s\S]*approved[\s\S]*verified/);
  });
});

describe('glass', () => {
  test('is not to be broken where nobody said so', async () => {
    const card = await begin('');
    expect(world.workspace.readable(card)).not.toContain('Break the glass');
  });

  test('is broken by somebody on the ladder with a reason; all are told, and somebody else reviews it', async () => {
    const card = await begin('  breakGlass:\n    for: ladder\n    review: 1h\n');
    const { workspace } = world;
    await breaksGlass(card, dana, 'nobody answers, password=hunter2secret');
    const verified = await cardReading(world, 'worked and was verified');
    expect(workspace.readable(verified)).toContain('broke the glass for');
    const told = await inChannel('The glass was broken');
    expect(workspace.readable(told)).toContain('nobody answers');
    expect(workspace.readable(told)).not.toContain('hunter2secret');

    const clock = await movableClock(world.database.url);
    await clock.move(61 * 60_000);
    await clock.close();
    await inChannel('nobody has reviewed that yet');

    await explains(verified, dana, 'review:renew', 'all was well');
    await toldAlone(world, dana, 'Who may');
    await explains(verified, bilal, 'review:renew', 'Rightly so');
    await expect.poll(() => texts(world, card).join('\n')).toContain('Rightly so');
    await expect
      .poll(() =>
        workspace.readable(workspace.messages(CHANNELS.operations).find(({ ts }) => ts === card.ts) ?? card),
      )
      .not.toContain('Review…');
  });

  test('is not broken by somebody who is not on the ladder', async () => {
    const card = await begin('  breakGlass:\n    for: ladder\n');
    const { workspace } = world;
    await breaksGlass(card, ana, 'I want it');
    await toldAlone(world, ana, 'not on this incident’s ladder');
    expect(workspace.readable(await cardReading(world, 'Break the glass'))).toContain('It takes two people');
  });
});

describe('a change freeze', () => {
  const FREEZE = `freezes:
  audit:
    reason: The auditors are here
    timeZone: Etc/UTC
    weekly: [{ from: '00:00', to: '24:00' }]
`;
  test('holds an approval back, is said before, and glass breaks through it', async () => {
    const card = await begin(`  breakGlass:\n    for: ladder\n${FREEZE}`, {});
    const { workspace } = world;
    expect(workspace.readable(card)).toContain('The auditors are here');
    await workspace.as(bilal).click(card, 'approve:renew');
    await toldAlone(world, bilal, 'A change freeze is on until');
    expect(await world.stack.state()).toMatchObject({ healthy: false });
    await breaksGlass(card, bilal, 'The certificate cannot wait');
    await cardReading(world, 'worked and was verified');
  });
});
