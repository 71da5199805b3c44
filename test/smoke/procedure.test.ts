/** Procedures over the whole bot: an emergency gone through to its end by clicks, and one that is started by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { cardReading, pageTo, texts, toldAlone } from './drive.ts';

const MINUTE = 60_000;
const TOPICS = new URL('sample-topics.ts', import.meta.url);

let world: World;
let clock: MovableClock;
beforeAll(async () => {
  world = await createWorld({
    topics: TOPICS,
    configure: (yaml) =>
      yaml
        .replace('firstPageAfter: 1m', 'firstPageAfter: 1h')
        .replaceAll('delay: 30s', 'delay: 2h')
        .replace('expires: 5m', 'expires: 30m'),
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const pagesTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`).length;
const says = (user: string, text: string) => world.workspace.as(user).command(CHANNELS.operations, text);
const clicks = (user: string, card: Message, button: string) => world.workspace.as(user).click(card, button);

/** Opens the dialog of this button, and gives the reason. */
async function explains(user: string, card: Message, button: string, reason: string): Promise<void> {
  await clicks(user, card, button);
  const view = await world.workspace.waitForView(user);
  await world.workspace.as(user).submit(view.id, { reason });
}

describe('an emergency', () => {
  test('is declared: its incident opens at once, and level 1 is paged', async () => {
    await world.stack.inject('expired');
    await says(PEOPLE.ana, '/paksa emergency');
    const list = await toldAlone(world, PEOPLE.ana, '/paksa emergency ssl');
    expect(world.workspace.readable(list)).toContain('7 steps');

    await says(PEOPLE.ana, '/paksa emergency ssl');
    const card = await cardReading(world, 'The certificate is lost');
    expect(world.workspace.readable(card)).toContain('critical');
    const page = await pageTo(world, PEOPLE.dana);
    expect(world.workspace.readable(page)).toContain('Emergency');
    expect(pagesTo(PEOPLE.dana)).toBe(1);
  });

  test('declared once more, it is joined, and who asks is told where it is', async () => {
    await says(PEOPLE.omar, '/paksa emergency ssl');
    const told = await toldAlone(world, PEOPLE.omar, 'is under way already');
    expect(world.workspace.readable(told)).toContain(PEOPLE.ana);
    expect(JSON.stringify(told.blocks)).toContain('open the card');
  });

  test('Paksa looks, and asks for the fix that is needed as by who declared it', async () => {
    const card = await cardReading(world, 'Approve');
    const text = world.workspace.readable(card);
    expect(text).toMatch(/✔️ 1\. See what is served · Paksa/);
    expect(text).toMatch(/▶️ 2\. \*Renew the certificate\*/);
    await clicks(PEOPLE.ana, card, 'approve:renew');
    await toldAlone(world, PEOPLE.ana, 'somebody else decides');
    // The same fix by hand is refused while the step has it: the card does not offer it either.
    expect(JSON.stringify(card.blocks)).not.toContain('"fix:renew"');
  });

  test('approved and verified, the step is done, and what cannot be used here is passed over', async () => {
    await clicks(PEOPLE.bilal, await cardReading(world, 'Approve'), 'approve:renew');
    const card = await cardReading(world, /Step 4 of 7: Tell the customers/);
    const text = world.workspace.readable(card);
    expect(text).toMatch(new RegExp(`✔️ 2\\. Renew the certificate · .*${PEOPLE.bilal}`));
    expect(text).toMatch(/⏭️ 3\. Restart the ingress .*no workload of nginx configured/);
    expect(text).toContain('• Call the desk.');
    expect(await world.stack.state()).toMatchObject({ healthy: true });
  });

  test('a healthy diagnosis does not end it half-way', async () => {
    await says(PEOPLE.ana, '/paksa diagnose ssl');
    await world.workspace.waitForMessage(
      (message) => world.workspace.readable(message).includes('stays open, because'),
      20_000,
    );
    expect(world.workspace.readable(await cardReading(world, 'Step 4 of 7'))).not.toContain('Resolved');
  });

  test('acknowledged or not, a step that is overdue pages the next level, once', async () => {
    const card = await cardReading(world, 'Step 4 of 7');
    await clicks(PEOPLE.dana, card, 'acknowledge');
    await cardReading(world, 'Acknowledged');
    await clicks(PEOPLE.dana, card, 'take:tell');
    await cardReading(world, 'is at it');
    await clock.move(21 * MINUTE);
    const page = await pageTo(world, PEOPLE.omar);
    expect(world.workspace.readable(page)).toContain('(overdue)');
    await cardReading(world, /⏰ 4\. /);
    await clock.move(21 * MINUTE);
    await clock.move(0);
    expect([PEOPLE.dana, PEOPLE.omar, PEOPLE.sana].map(pagesTo)).toEqual([1, 1, 0]);
  });

  test('ticked by two at once, one is told that the other did', async () => {
    const card = await cardReading(world, /⏰ 4\. /);
    await Promise.all([clicks(PEOPLE.omar, card, 'tick:tell'), clicks(PEOPLE.sana, card, 'tick:tell')]);
    await cardReading(world, /Step 5 of 7/);
    const told = await world.workspace.waitForMessage(
      (message) =>
        message.ephemeralFor !== undefined && world.workspace.readable(message).includes('is done already'),
      20_000,
    );
    const other = told.ephemeralFor === PEOPLE.omar ? PEOPLE.sana : PEOPLE.omar;
    expect(world.workspace.readable(told)).toContain(other);
    expect(world.workspace.readable(await cardReading(world, /✔️ 4\. /))).toMatch(
      new RegExp(`✔️ 4\\. Tell the customers · .*${other}`),
    );
  });

  test('a step that could not be done pages the next level, and waits; skipped with a reason, it goes on', async () => {
    const card = await cardReading(world, /Step 5 of 7/);
    await explains(PEOPLE.omar, card, 'could-not:authority', 'Nobody answers <there>');
    const failed = await cardReading(world, /✖️ .*Step 5 of 7.* failed/);
    await pageTo(world, PEOPLE.sana);
    expect(world.workspace.readable(failed)).toContain('Nobody answers');
    await explains(PEOPLE.sana, failed, 'skip:authority', 'They call back tomorrow');
    const finished = await cardReading(world, 'gone through to its end');
    const text = world.workspace.readable(finished);
    expect(text).toMatch(/⏭️ 5\. Call the authority .*They call back tomorrow/);
    // The certificate is well by now.
    expect(text).toMatch(/⏭️ 6\. Renew it once more .*not needed/);
    expect(text).toMatch(/✔️ 7\. Prove that it is served/);
    expect(text).not.toContain('Resolved');
  });

  test('its thread tells the story once, with who and how long', async () => {
    const card = await cardReading(world, 'gone through to its end');
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(
        /declared an emergency[\s\S]*Paging[\s\S]*Step 1 of 7[\s\S]*approved[\s\S]*Step 2 of 7.*done after[\s\S]*takes[\s\S]*overdue[\s\S]*Step 5 of 7.*failed after[\s\S]*skipped after[\s\S]*gone through/,
      );
    const told = world.workspace
      .thread(card.channel, card.ts)
      .map(({ text }) => text)
      .join('\n');
    for (const number of [1, 2, 4, 7])
      expect(told.match(new RegExp(`Step ${number} of 7, .*: done`, 'g'))).toHaveLength(1);
  });

  test('finished, a healthy diagnosis resolves it', async () => {
    await says(PEOPLE.ana, '/paksa diagnose ssl');
    await cardReading(world, 'Resolved');
  });
});

describe('a procedure that is no emergency', () => {
  test('is started from the card of its topic, and stopped with a reason', async () => {
    await world.stack.inject('expired');
    await says(PEOPLE.ana, '/paksa diagnose ssl');
    const card = await cardReading(world, 'Start: Renew it by hand');
    expect(world.workspace.readable(card)).toContain('INC-2');
    await clicks(PEOPLE.ana, card, 'procedure:by-hand');
    const started = await cardReading(world, /INC-2[\s\S]*Step 1 of 2: Renew it on the server/);
    expect([PEOPLE.dana, PEOPLE.omar].map(pagesTo)).toEqual([1, 1]);
    await explains(PEOPLE.ana, started, 'stop', 'Begun by mistake');
    await cardReading(world, /INC-2[\s\S]*stopped by/);
  });

  test('by its name, in the incident that is open; done, and what must be healthy is not', async () => {
    await says(PEOPLE.ana, '/paksa procedure ssl by hand');
    await toldAlone(world, PEOPLE.ana, 'is under way in');
    const card = await cardReading(world, /INC-2[\s\S]*Step 1 of 2/);
    await clicks(PEOPLE.ana, card, 'tick:renew');
    const failed = await cardReading(world, /INC-2[\s\S]*Step 2 of 2.* failed: 1 of 1 checks see a problem/);
    await world.stack.inject('mend');
    await clicks(PEOPLE.ana, failed, 'retry:prove');
    await cardReading(world, /INC-2[\s\S]*gone through to its end/);
  });

  test('where nothing is open, opens an incident that whoever started it has', async () => {
    await clicks(PEOPLE.ana, await cardReading(world, 'INC-2'), 'resolve');
    await cardReading(world, /INC-2[\s\S]*Resolved/);
    await says(PEOPLE.ana, '/paksa procedure ssl by-hand');
    const card = await cardReading(world, /INC-3[\s\S]*Step 1 of 2/);
    expect(world.workspace.readable(card)).toMatch(/Acknowledged.* by/);
    await clicks(PEOPLE.ana, card, 'resolve');
    await cardReading(world, /INC-3[\s\S]*stopped by .*the incident was resolved/);
  });

  test.each([
    ['/paksa procedure', '/paksa procedure ssl by-hand'],
    ['/paksa procedure ssl by-hend', 'Did you mean “/paksa procedure ssl by-hand”?'],
    ['/paksa emergency sll', 'Did you mean “/paksa emergency ssl”?'],
  ])('%s is answered: %s', async (line, words) => {
    await says(PEOPLE.bilal, line);
    await toldAlone(world, PEOPLE.bilal, words);
  });
});
