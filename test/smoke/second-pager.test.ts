/** Slack when a page falls due: asking to wait, it is waited for; down, the level's second pager has the page at once, and the thread says so later. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { startTwilio, TWILIO } from '../harness/paging/twilio.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

const MINUTE = 60_000;
const PHONE = '+4915112345678';

let twilio: Awaited<ReturnType<typeof startTwilio>>;
let world: World;
let clock: MovableClock;
beforeAll(async () => {
  twilio = await startTwilio();
  world = await createWorld({
    configure: (yaml) =>
      `${yaml
        .replace('firstPageAfter: 1m', 'firstPageAfter: 30m')
        .replace('delay: 30s', 'delay: 2h\n      pagers: [slack, sms]')}
pagers:
  sms:
    { kind: twilio, url: "${twilio.url}", accountSid: ${TWILIO.accountSid}, tokenEnv: SMS_TOKEN, from: "${TWILIO.from}" }
people:
  ${PEOPLE.dana}: { phone: "${PHONE}" }
`,
    variables: { SMS_TOKEN: TWILIO.token },
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock?.close();
  await world?.close();
  await twilio?.stop();
});

test('Slack asks to wait for a second: the page is its own, and no SMS', { timeout: 120_000 }, async () => {
  const { workspace } = world;
  const card = await brokenAndDiagnosed(world);
  workspace.failNext('conversations.open', { status: 429, retryAfter: 1 });
  await clock.move(30 * MINUTE);
  await pageTo(world, PEOPLE.dana);
  await workspace.waitForMessage(
    (message) =>
      message.threadTs === card.ts && workspace.readable(message).includes('(Slack direct message)'),
    20_000,
  );
  expect(twilio.requests).toEqual([]);
  await workspace.as(PEOPLE.ana).click(card, 'resolve');
  await cardReading(world, 'Resolved');
});

test('Slack says that it has failed: the page is an SMS at once, though it may be in Slack too', {
  timeout: 120_000,
}, async () => {
  const { workspace } = world;
  const before = twilio.messages.length;
  const card = await brokenAndDiagnosed(world);
  workspace.failNext('conversations.open', { error: 'service_unavailable' }, 2);
  await clock.move(30 * MINUTE);
  await expect.poll(() => twilio.messages.length).toBe(before + 1);
  await workspace.as(PEOPLE.ana).click(card, 'resolve');
  await cardReading(world, 'Resolved');
});

test('Slack refuses connections: the page is an SMS, once, and the timeline says which pager took it', {
  timeout: 120_000,
}, async () => {
  const { workspace } = world;
  const card = await brokenAndDiagnosed(world);
  workspace.offline(true);
  await clock.move(30 * MINUTE);
  await expect.poll(() => twilio.messages.length).toBe(2);
  expect(twilio.messages[1]).toMatchObject({ to: PHONE, body: expect.stringContaining('INC-3') });

  workspace.offline(false);
  const told = await workspace.waitForMessage(
    (message) => message.threadTs === card.ts && workspace.readable(message).includes('after slack'),
    60_000,
  );
  expect(workspace.readable(told)).toContain('(SMS, after slack');
  expect(twilio.messages.length).toBe(2);
  expect(workspace.messages(`D${PEOPLE.dana.slice(1)}`).length).toBe(1);

  await workspace.waitForConnections(2, 60_000);
  await workspace.as(PEOPLE.dana).click(await cardReading(world, 'INC-3'), 'acknowledge');
  await cardReading(world, 'Acknowledged');
});
