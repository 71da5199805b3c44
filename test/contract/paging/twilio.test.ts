/** Twilio: messages known again by their mark, calls by belonging to nobody else; and whom nobody can call. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTwilio } from '../../../src/paging/twilio.ts';
import { startTwilio, TWILIO } from '../../harness/paging/twilio.ts';
import { channel, group, user } from '../../unit/sample-incident.ts';
import { everyPager } from './common.case.ts';
import { anIncident, givenDatabase, hostile, PHONE, page, people } from './given.ts';
import { httpBench } from './http-bench.ts';

const STRANGE = 'a-token-of-somebody-else';
const settings = (by: 'sms' | 'voice', url: string, token: string = TWILIO.token) =>
  ({
    kind: 'twilio',
    name: 'phone',
    url,
    by,
    accountSid: TWILIO.accountSid,
    token,
    from: TWILIO.from,
  }) as const;

for (const by of ['sms', 'voice'] as const)
  everyPager(`Twilio by ${by}`, {
    start: async () => {
      const provider = await startTwilio();
      return httpBench({
        provider,
        open: (url, isStranger, deps) =>
          createTwilio(settings(by, url, isStranger ? STRANGE : undefined), people, deps),
        refusal: {
          status: 400,
          body: { code: 21610, message: `Attempt to send to unsubscribed recipient ${PHONE}` },
        },
        reached: () => provider.messages.length + provider.calls.length,
      });
    },
    by: by === 'sms' ? 'SMS' : 'phone call',
    setting: /pagers\.phone\.accountSid/,
    secrets: [TWILIO.token, STRANGE, PHONE],
    answers: /^the account is active$/,
    reason: /unsubscribed recipient ‹hidden› \[21610\]/,
    retryAfterMs: 7000,
  });

const given = givenDatabase();
let twilio: Awaited<ReturnType<typeof startTwilio>>;
beforeEach(async () => {
  twilio = await startTwilio();
});
afterEach(() => twilio.stop());

const open = (by: 'sms' | 'voice') =>
  createTwilio(settings(by, twilio.url), people, {
    deliveries: given().deliveries,
    checkpoint: () => undefined,
  });

test('a call whose answer was lost is not mistaken for an earlier call to the same person', async () => {
  const pager = open('voice');
  await pager.page(anIncident(), page, user('U1'));
  const incident = anIncident();
  twilio.failNext({ status: 500 });
  await expect(pager.page(incident, page, user('U1'))).rejects.toThrow('Twilio');
  await pager.page(incident, page, user('U1'));
  expect(twilio.calls.map(({ to }) => to)).toEqual([PHONE, PHONE]);
});

test('while it cannot be asked what it has, nothing is sent again', async () => {
  const pager = open('sms');
  const incident = anIncident();
  twilio.failNext({ dropAnswer: true });
  twilio.failNext({ status: 503 });
  await expect(pager.page(incident, page, user('U1'))).rejects.toThrow('Twilio');
  await expect(pager.page(incident, page, user('U1'))).rejects.toThrow('say whether it has the page');
  expect(await pager.page(incident, page, user('U1'))).toBe('SMS');
  expect(twilio.messages.length).toBe(1);
});

test('a message says what, where, which level and what to do, in two segments', async () => {
  const incident = anIncident();
  await open('sms').page(incident, { ...page, attempt: 2 }, user('U1'));
  await open('sms').page(hostile(), page, user('U1'));
  const [first, second] = twilio.messages.map(({ body = '' }) => body);
  expect(first).toMatch(
    new RegExp(
      `^Page: ${incident.id} SSL certificate issues \\(production\\): problem\\nlevel 1, a level, page 2. Acknowledge in Slack. #[0-9a-f]{12}$`,
    ),
  );
  expect(second?.length).toBeLessThanOrEqual(306);
  expect(second).toMatch(/\.\.\.\nlevel 1, a level\. Acknowledge in Slack\. #[0-9a-f]{12}$/);
});

test('a call reads it out, with nothing in it that would be an instruction', async () => {
  await open('voice').page(hostile(), page, user('U1'));
  expect(twilio.spoken[0]).toMatch(
    /^<Response><Say loop="2">This is Paksa\. INC-\d+ Title "quoted" &lt;b&gt;/,
  );
});

test.each([
  [21211, false],
  [21610, false],
  [21614, false],
  [21611, true],
  [21730, true],
  [10004, true],
])('its code %i is %s to pass', async (code, retryable) => {
  twilio.failNext({ status: 400, body: { code, message: 'not now, or never' } });
  await expect(open('sms').page(anIncident(), page, user('U1'))).rejects.toMatchObject({ retryable });
});

describe('whom nobody can call', () => {
  test.each([
    [channel('C1'), /C1 is a channel: name users or a schedule/],
    [group('S1'), /S1 is a user group: name users or a schedule/],
    [user('U9'), /add people\.U9\.phone to paksa\.yaml/],
  ])('%o is refused for good, with what to do', async (to, words) => {
    await expect(open('sms').page(anIncident(), page, to)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(words),
    });
    expect(twilio.requests).toEqual([]);
  });
});

describe('asked whether it would take a page', () => {
  test('a suspended account answers, and would not', async () => {
    twilio.account.status = 'suspended';
    await expect(open('sms').check()).rejects.toThrow('The account is suspended: see Twilio’s console');
  });

  test('an API key, which may not read the account, is tried on what was sent', async () => {
    const withKey = { ...settings('sms', twilio.url), apiKey: TWILIO.accountSid };
    const pager = createTwilio(withKey, people, {
      deliveries: given().deliveries,
      checkpoint: () => undefined,
    });
    expect(await pager.check()).toBe('knows the key');
    expect(twilio.requests.map(({ path }) => path)).toEqual([
      `/2010-04-01/Accounts/${TWILIO.accountSid}/Messages.json`,
    ]);
  });
});
