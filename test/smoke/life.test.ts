/** An incident's life with a moved clock: snoozed, handed over, noted, opened again, merged, and its postmortem. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { BOT_USER, CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts, toldAlone } from './drive.ts';

const MINUTE = 60_000;
const PATIENT = { timeout: 60_000 };

let world: World;
let clock: MovableClock;
let card: Message;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 30m').replace(/delay: 30s/g, 'delay: 10m'),
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
  card = await brokenAndDiagnosed(world);
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const as = (user: string) => world.workspace.as(user);
const pagesTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`).length;
const told = (words: string | RegExp) =>
  expect.poll(() => texts(world, card).join('\n'), PATIENT).toMatch(words);

/** Chooses in the card's menu, and fills in the dialog that it opens. */
async function choose(user: string, choice: string, words: Record<string, string>): Promise<void> {
  const present = world.workspace.messages(card.channel).find(({ ts }) => ts === card.ts) ?? card;
  await as(user).click(present, 'more', choice);
  const view = await world.workspace.waitForView(user);
  await as(user).submit(view.id, words);
}

test('snoozed, nobody is paged; when it is over the ladder goes on, and says so', async () => {
  await choose(PEOPLE.ana, 'Snooze…', { until: '1 hour' });
  await cardReading(world, `*Snoozed* by <@${PEOPLE.ana}> until`);
  await clock.move(59 * MINUTE);
  expect(pagesTo(PEOPLE.dana)).toBe(0);
  await clock.move(MINUTE);
  await pageTo(world, PEOPLE.dana);
  await told(/The snooze is over\. Paging \*level 1/);
});

test('a snooze after a page takes the buttons off it, and ends where it was: the same level first', async () => {
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-1 snooze 15m');
  await toldAlone(world, PEOPLE.ana, '*Snoozed* by');
  await expect
    .poll(
      () => world.workspace.readable(world.workspace.messages(`D${PEOPLE.dana.slice(1)}`)[0] ?? card),
      PATIENT,
    )
    .toContain('snoozed by');
  await clock.move(15 * MINUTE);
  await expect.poll(() => pagesTo(PEOPLE.dana), PATIENT).toBe(2);
  expect(pagesTo(PEOPLE.omar)).toBe(0);
});

test('handed to somebody who is on no ladder: told directly, and may answer; without them it goes on', async () => {
  await choose(PEOPLE.ana, 'Hand over…', { user: PEOPLE.bilal });
  const page = await pageTo(world, PEOPLE.bilal);
  expect(world.workspace.readable(page)).toContain(`handed to you by <@${PEOPLE.ana}>`);
  await cardReading(world, `*Handed to* <@${PEOPLE.bilal}> by <@${PEOPLE.ana}>: not acknowledged yet`);
  await clock.move(10 * MINUTE);
  await told('Whoever it was handed to has not acknowledged it.');
  await cardReading(world, /has been paged/);
  await as(PEOPLE.bilal).click(page, 'acknowledge');
  await cardReading(world, `*Acknowledged* by <@${PEOPLE.bilal}>`);
});

test('handed to nobody whom Slack can reach: the ladder goes on at once', async () => {
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-1 assign U0NOBODY99');
  await told('Whoever it was handed to could not be told.');
});

test('notes: typed, in the dialog, and in the thread; without what is secret', async () => {
  await as(PEOPLE.sana).command(
    CHANNELS.operations,
    '/paksa note INC-1 Tried Port 8443; password=hunter2hunter2',
  );
  await told(/📝 <@U0SANA0005>: Tried Port 8443; password=(?!hunter2)/);
  await choose(PEOPLE.ana, 'Add a note…', { said: 'The vendor is called.' });
  await told(`📝 <@${PEOPLE.ana}>: The vendor is called.`);
  await as(PEOPLE.omar).say(card.channel, `<@${BOT_USER}> note It began with the deploy.`, card.ts);
  await told(`📝 <@${PEOPLE.omar}>: It began with the deploy.`);
});

test('who may not, is refused, and the log says once that they tried', async () => {
  const outsider = PEOPLE.ext;
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-99');
  await toldAlone(world, PEOPLE.ana, 'There is no incident INC-99.');
  await as(outsider).command(CHANNELS.operations, '/paksa incident INC-1 fly');
  await toldAlone(world, outsider, '“fly” is nothing that can be done');
});

test('resolved, and opened again with a reason; not while another one is open for the same', async () => {
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-1 resolve');
  await cardReading(world, '*Resolved*');
  await as(PEOPLE.ana).click(await cardReading(world, '*Resolved*'), 'reopen');
  const view = await world.workspace.waitForView(PEOPLE.ana);
  await as(PEOPLE.ana).submit(view.id, { said: 'It is back.' });
  await told(`🔓 <@${PEOPLE.ana}> opened it again: It is back.`);
  await cardReading(world, 'Nobody has acknowledged yet');

  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-1 resolve');
  await cardReading(world, '*Resolved*');
  const second = await brokenAndDiagnosed(world);
  expect(world.workspace.readable(second)).toContain('INC-2');
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa incident INC-1 reopen once more');
  await toldAlone(world, PEOPLE.ana, 'INC-2 is open for the same problem');
});

test('merged into the other, each says where it goes on', async () => {
  await choose(PEOPLE.ana, 'Merge into…', { into: 'INC-2 SSL certificate issues' });
  await told(/merged it into <http[^|]*\|INC-2>/);
  await cardReading(world, /\|INC-1> SSL certificate issues goes on here/);
});

test('the postmortem is a file in the thread, once; with names and facts', async () => {
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa postmortem INC-1');
  await toldAlone(world, PEOPLE.ana, 'The draft of the postmortem of *INC-1* is in');
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa postmortem INC-1');
  await toldAlone(world, PEOPLE.ana, 'is already in');
  const files = world.workspace.thread(card.channel, card.ts).flatMap(({ files = [] }) => files);
  expect(files).toHaveLength(1);
  const content = await fetch(String(files[0]?.url_private), {
    headers: { authorization: `Bearer ${world.workspace.botToken}` },
  }).then((answer) => answer.text());
  expect(content).toMatch(/^# Postmortem: INC-1 SSL certificate issues/);
  for (const part of ['## Timeline', '## What was found', '## Who was paged', '## Causes', '## Actions'])
    expect(content).toContain(part);
  expect(content).toContain('It began with the deploy.');
  expect(content).toContain('Ana');
  expect(content).not.toMatch(/<@|hunter2/);
});

test('guests and whoever is deactivated can do nothing; a member can, from the next click on', async () => {
  const { workspace } = world;
  const present = await cardReading(world, 'Nobody has acknowledged yet');
  const refusals = () =>
    workspace.ephemerals(PEOPLE.bilal).filter((each) => workspace.readable(each).includes('You are a guest'));
  workspace.change.user(PEOPLE.bilal, { isGuest: true });
  await as(PEOPLE.bilal).click(present, 'acknowledge');
  await as(PEOPLE.bilal).command(CHANNELS.operations, '/paksa diagnose ssl');
  await expect.poll(() => refusals().length, PATIENT).toBe(2);
  const isKnownAsGone = () =>
    workspace.requests.some(
      ({ method, args, answer }) =>
        method === 'users.info' &&
        args.user === PEOPLE.bilal &&
        JSON.stringify(answer ?? {}).includes('"deleted":true'),
    );
  workspace.change.user(PEOPLE.bilal, { isGuest: false, isDeactivated: true });
  await as(PEOPLE.bilal).click(present, 'acknowledge');
  await expect.poll(isKnownAsGone, PATIENT).toBe(true);
  workspace.change.user(PEOPLE.bilal, { isDeactivated: false });
  await as(PEOPLE.bilal).click(present, 'acknowledge');
  await cardReading(world, `*Acknowledged* by <@${PEOPLE.bilal}>`);
  const answers = () =>
    texts(world, present).filter((each) => each.includes(`<@${PEOPLE.bilal}> acknowledged`)).length;
  await expect.poll(answers, PATIENT).toBe(1);
});

test('who did what is in the audit log, for those who are on a ladder or approve', async () => {
  await as(PEOPLE.bilal).command(CHANNELS.operations, '/paksa audit INC-1 snoozed');
  const told = await toldAlone(world, PEOPLE.bilal, 'Audit log');
  expect(world.workspace.readable(told)).toMatch(
    new RegExp(`<@${PEOPLE.ana}> · \\*INC-1\\* · snoozed, until`),
  );
  await as(PEOPLE.ana).command(CHANNELS.operations, '/paksa audit');
  await toldAlone(world, PEOPLE.ana, 'You are not on a ladder');
});
