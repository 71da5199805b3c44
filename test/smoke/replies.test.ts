/**
 * Answered where the page was received, end to end: somebody acknowledges in PagerDuty, and the card says so, the ladder stops,
 * the other services are told, and PagerDuty is not told its own word; by SMS, and after a crash, just as well.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { DEATHS } from '../crash/deaths.ts';
import { API_KEY, startOpsgenie } from '../harness/paging/opsgenie.ts';
import { ROUTING_KEY, startPagerDuty } from '../harness/paging/pagerduty.ts';
import { texts } from '../harness/paging/replies.ts';
import { startTwilio, TWILIO } from '../harness/paging/twilio.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, texts as thread } from './drive.ts';

const SECRET = 'a-secret-of-the-reply-tests';
const ADDRESS = 'https://paksa.example.com';
const PHONE = '+4915112345678';
const VARIABLES = { DUTY_KEY: ROUTING_KEY, GENIE_KEY: API_KEY, SMS_TOKEN: TWILIO.token, SECRET };

/** The first level by these pagers, the next one by those a second later, and then nobody for an hour. */
const levels = (yaml: string, first: string, second: string, firstDelay: string) =>
  yaml
    .replace('firstPageAfter: 1m', 'firstPageAfter: 1s')
    .replaceAll('delay: 30s', 'delay: 1h')
    .replace('delay: 1h', `delay: ${firstDelay}\n      pagers: [${first}]`)
    .replace(/(name: DevOps and infrastructure\n\s+)delay/, `$1pagers: [${second}]\n      delay`);

describe('in PagerDuty', () => {
  let duty: Awaited<ReturnType<typeof startPagerDuty>>;
  let genie: Awaited<ReturnType<typeof startOpsgenie>>;
  let world: World;
  beforeAll(async () => {
    [duty, genie] = await Promise.all([startPagerDuty(), startOpsgenie()]);
    world = await createWorld({
      configure: (yaml) => `${levels(yaml, 'duty', 'genie', '1s')}
pagers:
  duty: { kind: pagerduty, url: "${duty.url}", routingKeyEnv: DUTY_KEY, webhookSecretEnv: SECRET }
  genie: { kind: opsgenie, url: "${genie.url}", apiKeyEnv: GENIE_KEY }
`,
      variables: VARIABLES,
    });
    const { port } = await world.startBot();
    duty.subscribe(`http://127.0.0.1:${port}/pagers/duty`, SECRET);
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all([duty?.stop(), genie?.stop()]);
  });
  const asked = () =>
    duty.requests
      .map(({ body }) => /"event_action":"(\w+)"/.exec(body)?.[1])
      .filter((each) => each !== undefined);

  test('somebody acknowledges, notes and resolves: here too, once, by their name', {
    timeout: 120_000,
  }, async () => {
    const card = await brokenAndDiagnosed(world);
    await expect.poll(() => genie.alerts.size).toBe(1);
    const [key = ''] = duty.alerts.keys();
    await duty.person('Dana Lee', 'acknowledged', key);
    await cardReading(world, '*Acknowledged* by Dana Lee at PagerDuty');
    await expect
      .poll(() => [...genie.alerts.values()].map(({ status, notes }) => [status, notes.at(-1)]), {
        timeout: 60_000,
      })
      .toEqual([['acknowledged', 'acknowledged in Paksa by Dana Lee at PagerDuty']]);
    await duty.note('Dana Lee', key, 'DNS <is> the cause');
    await duty.person('Dana Lee', 'resolved', key);
    await cardReading(world, '*Resolved* by Dana Lee at PagerDuty');
    await expect
      .poll(() => thread(world, card).join('\n'))
      .toMatch(
        /Dana Lee at PagerDuty acknowledged: the ladder is stopped.*Dana Lee at PagerDuty: DNS &lt;is&gt; the cause.*Dana Lee at PagerDuty resolved it/s,
      );
    await expect.poll(() => [...genie.alerts.values()].map(({ status }) => status)).toEqual(['closed']);
    expect(asked()).toEqual(['trigger']);
    expect(duty.told.map(({ status }) => status)).toEqual(duty.told.map(() => 202));
  });

  test('what was acknowledged in Slack comes back from PagerDuty, and changes nothing', {
    timeout: 120_000,
  }, async () => {
    const card = await brokenAndDiagnosed(world);
    await expect.poll(() => duty.alerts.size).toBe(2);
    const before = duty.told.length;
    await world.workspace.as(PEOPLE.dana).click(card, 'acknowledge');
    await expect
      .poll(() => duty.told.slice(before).map(({ type, status }) => [type, status]))
      .toContainEqual(['incident.acknowledged', 202]);
    await world.workspace.as(PEOPLE.dana).click(card, 'resolve');
    await cardReading(world, `*Resolved* by <@${PEOPLE.dana}>`);
    expect(thread(world, card).join('\n')).not.toContain('PagerDuty acknowledged');
  });
});

describe.concurrent('by SMS', () => {
  test.for(DEATHS.reply)(
    'killed at “%s”: the answer counts all the same, once',
    { timeout: 240_000 },
    async (dieAt, { expect: expects }) => {
      const twilio = await startTwilio();
      const world = await createWorld({
        configure: (yaml) => `${levels(yaml, 'sms', 'slack', '1h')}
publicUrl: ${ADDRESS}
pagers:
  sms: { kind: twilio, url: "${twilio.url}", accountSid: ${TWILIO.accountSid}, tokenEnv: SMS_TOKEN, webhookSecretEnv: SMS_TOKEN, from: "${TWILIO.from}" }
people: { ${PEOPLE.dana}: { phone: "${PHONE}" } }
`,
        variables: VARIABLES,
      });
      try {
        const first = await world.startBot({ dieAt });
        const card = await brokenAndDiagnosed(world);
        await expects.poll(() => twilio.messages.length).toBe(1);
        expects(twilio.messages[0]?.body).toContain('Reply 1 to acknowledge, 2 for more people.');
        const answer = texts(TWILIO, {
          url: `http://127.0.0.1:${first.port}/pagers/sms`,
          address: `${ADDRESS}/pagers/sms`,
          from: PHONE,
          body: '1',
        }).catch(() => undefined);
        expects((await first.exited).signal).toBe('SIGKILL');
        await answer;
        await world.startBot();
        await cardReading(world, `*Acknowledged* by <@${PEOPLE.dana}>`, 90_000);
        await expects
          .poll(() => thread(world, card).filter((line) => line.includes('acknowledged by SMS')).length, {
            timeout: 60_000,
          })
          .toBe(1);
      } finally {
        await world.close();
        await twilio.stop();
      }
    },
  );
});
