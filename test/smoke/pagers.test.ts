/**
 * Pagers beside Slack, end to end: an answer in Slack is told to PagerDuty; a process that dies between sending and writing
 * down does not page twice; a level that nobody can be paged in climbs at once, and says why.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { DEATHS } from '../crash/deaths.ts';
import { ROUTING_KEY, startPagerDuty } from '../harness/paging/pagerduty.ts';
import { startTwilio, TWILIO } from '../harness/paging/twilio.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts } from './drive.ts';

const TAKEOVER_MS = 60_000;
const VARIABLES = { DUTY_KEY: ROUTING_KEY, SMS_TOKEN: TWILIO.token };

const quickly = (yaml: string) =>
  yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1s').replaceAll('delay: 30s', 'delay: 1h');

const smsAt = (url: string) =>
  `sms: { kind: twilio, url: "${url}", accountSid: ${TWILIO.accountSid}, tokenEnv: SMS_TOKEN, from: "${TWILIO.from}" }`;

const people = `people: { ${PEOPLE.dana}: { phone: "+4915112345678" } }`;

/** Level 1 by these pagers, level 2 by those. */
const levelsBy = (yaml: string, first: string, second = 'slack') =>
  yaml
    .replace('delay: 1h', `delay: 1h\n      pagers: [${first}]`)
    .replace(/(name: DevOps and infrastructure\n\s+)delay/, `$1pagers: [${second}]\n      delay`);

describe('an answer in Slack', () => {
  let duty: Awaited<ReturnType<typeof startPagerDuty>>;
  let world: World;
  beforeAll(async () => {
    duty = await startPagerDuty();
    world = await createWorld({
      configure: (yaml) =>
        `${levelsBy(quickly(yaml), 'duty')}\npagers: { duty: { kind: pagerduty, url: "${duty.url}", routingKeyEnv: DUTY_KEY } }\n`,
      variables: VARIABLES,
    });
    await world.startBot();
  });
  afterAll(async () => {
    await world?.close();
    await duty?.stop();
  });
  const statuses = () => [...duty.alerts.values()].map(({ status }) => status);

  test('is told to PagerDuty: acknowledged there, and resolved there', async () => {
    const { workspace } = world;
    await brokenAndDiagnosed(world);
    await expect.poll(statuses).toEqual(['triggered']);
    const card = await cardReading(world, 'has been paged');
    await workspace.as(PEOPLE.dana).click(card, 'acknowledge');
    await expect.poll(statuses).toEqual(['acknowledged']);
    // The thread follows: it is posted a message at a time.
    await expect.poll(() => texts(world, card).join('\n')).toContain('(PagerDuty)');
    await workspace.as(PEOPLE.dana).click(card, 'resolve');
    await expect.poll(statuses).toEqual(['resolved']);
  });

  test('that PagerDuty refuses to hear is said in the thread', async () => {
    const { workspace } = world;
    const card = await brokenAndDiagnosed(world);
    await expect.poll(statuses).toEqual(['resolved', 'triggered']);
    duty.failNext({ status: 400, body: { errors: ['the service is disabled'] } });
    await workspace.as(PEOPLE.dana).click(card, 'acknowledge');
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(/“duty” could not be told of the answer.*the service is disabled/);
  });
});

describe.concurrent('killed while an SMS is sent', () => {
  test.for(DEATHS.sms)('at “%s”: it arrives, once', { timeout: 240_000 }, async (dieAt, { expect }) => {
    const twilio = await startTwilio();
    const world = await createWorld({
      configure: (yaml) => `${levelsBy(quickly(yaml), 'sms')}\npagers: { ${smsAt(twilio.url)} }\n${people}\n`,
      variables: VARIABLES,
    });
    try {
      const first = await world.startBot({ dieAt });
      const restarted = first.exited.then(() => world.startBot());
      await brokenAndDiagnosed(world);
      expect((await first.exited).signal).toBe('SIGKILL');
      await restarted;
      await cardReading(world, 'has been paged', TAKEOVER_MS);
      await expect
        .poll(async () => texts(world, await cardReading(world, 'has been paged')).join('\n'), {
          timeout: TAKEOVER_MS,
        })
        .toContain('(SMS)');
      expect(twilio.messages.length).toBe(1);
    } finally {
      await world.close();
      await twilio.stop();
    }
  });
});

test('nobody of a level can be reached: the next is paged at once, and the thread has each pager’s reason', {
  timeout: 120_000,
}, async () => {
  const [duty, twilio] = await Promise.all([startPagerDuty(), startTwilio()]);
  const world = await createWorld({
    configure: (yaml) => `${levelsBy(quickly(yaml), 'duty, sms')}
pagers:
  duty: { kind: pagerduty, url: "${duty.url}", routingKeyEnv: DUTY_KEY }
  ${smsAt(twilio.url)}
${people}
`,
    variables: VARIABLES,
  });
  try {
    duty.failNext({ status: 400, body: { errors: ['the service is disabled'] } });
    twilio.failNext({
      status: 400,
      body: { code: 21610, message: 'Attempt to send to unsubscribed recipient' },
    });
    await world.startBot();
    const card = await brokenAndDiagnosed(world);
    await pageTo(world, PEOPLE.omar);
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(/duty: .*the service is disabled.* sms: .*unsubscribed recipient/);
    expect(world.workspace.messages(CHANNELS.operations).length).toBeGreaterThan(0);
  } finally {
    await world.close();
    await Promise.all([duty.stop(), twilio.stop()]);
  }
});
