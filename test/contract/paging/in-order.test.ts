/** Pagers in order, on real ones: the first that takes the page wins, and what moves it on to the next, and when. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pageKey } from '../../../src/engine/escalate.ts';
import type { Pager } from '../../../src/engine/ports.ts';
import { AdapterError } from '../../../src/errors.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { createInOrder, whyNot } from '../../../src/paging/in-order.ts';
import { openPagers } from '../../../src/paging/open.ts';
import { triesOf } from '../../../src/store/page-tries.ts';
import { freePort } from '../../harness/free-port.ts';
import { type Provider, startProvider } from '../../harness/paging/provider.ts';
import { startTwilio, TWILIO } from '../../harness/paging/twilio.ts';
import { channel, level, policy, user } from '../../unit/sample-incident.ts';
import { anIncident, givenDatabase, page, people } from './given.ts';

const SECRET = 'a-secret-of-the-webhook-tests';

const given = givenDatabase();
let wall: Provider;
let twilio: Awaited<ReturnType<typeof startTwilio>>;
beforeEach(async () => {
  [wall, twilio] = await Promise.all([startProvider(() => ({ status: 200, body: {} })), startTwilio()]);
});
afterEach(() => Promise.all([wall.stop(), twilio.stop()]));

/** Stands for Slack's, which the smoke suites show. */
const slack: Pager = { page: async () => 'Slack direct message' };

const inOrder = (
  wallUrl = wall.url,
  others: readonly (readonly [string, Pager])[] = [],
  deliveries = given().deliveries,
) => {
  const services = openPagers(
    [
      { kind: 'webhook', name: 'wall', url: wallUrl, secret: SECRET },
      {
        kind: 'twilio',
        name: 'sms',
        by: 'sms',
        url: twilio.url,
        accountSid: TWILIO.accountSid,
        token: TWILIO.token,
        from: TWILIO.from,
      },
    ],
    people,
    { deliveries, checkpoint: () => undefined, timeoutMs: 500 },
  );
  return createInOrder({
    pagers: new Map<string, Pager>([['slack', slack], ...services, ...others]),
    deliveries,
    redact: (text) => text.replaceAll('unlucky', '‹hidden›'),
  });
};

const pagedBy = (...pagers: string[]): Incident =>
  anIncident({ policy: policy({ levels: [level([user('U1')], { pagers })] }) });

/** The page was first tried so much earlier, in seconds. */
const older = (incident: Incident, seconds: number) =>
  given().pool.query(
    `UPDATE paksa.page_delivery SET owed_at = owed_at - $2 * interval '1 second' WHERE page = $1`,
    [pageKey(incident.id, page), seconds],
  );

const failure = async (work: Promise<string>): Promise<AdapterError> => {
  const error: unknown = await work.then(
    (by) => new Error(`it was taken: ${by}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AdapterError) return error;
  throw error;
};

test('the first takes it, and no other is asked', async () => {
  expect(await inOrder().page(pagedBy('wall', 'sms'), page, user('U1'))).toBe('webhook wall');
  expect(twilio.requests).toEqual([]);
});

test('an incident from before there were pagers is paged by Slack', async () => {
  expect(await inOrder().page(anIncident(), page, user('U1'))).toBe('Slack direct message');
});

test('one that refuses for good is followed by the next at once, and is not asked again', async () => {
  const incident = pagedBy('wall', 'sms');
  wall.failNext({ status: 400 });
  twilio.failNext({ status: 500 });
  // The last one may yet take it.
  expect(await failure(inOrder().page(incident, page, user('U1')))).toMatchObject({ retryable: true });
  expect(await inOrder().page(incident, page, user('U1'))).toBe('SMS, after wall');
  expect([wall.requests.length, twilio.messages.length]).toEqual([1, 1]);
});

test('one that cannot be reached is followed by the next at once', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  expect(await inOrder(url).page(pagedBy('wall', 'sms'), page, user('U1'))).toBe('SMS, after wall');
});

test('one that never answers is followed by the next as soon as it is given up', async () => {
  wall.failNext({ hang: true }, 2);
  expect(await inOrder().page(pagedBy('wall', 'sms'), page, user('U1'))).toBe('SMS, after wall');
});

test('one whose answer was lost is asked again before the next would be', async () => {
  twilio.failNext({ dropAnswer: true });
  expect(await inOrder().page(pagedBy('sms', 'wall'), page, user('U1'))).toBe('SMS');
  expect([twilio.messages.length, wall.requests.length]).toEqual([1, 0]);
});

test.each([
  ['asks for a second', { status: 429, retryAfter: '1' }, 1000],
  ['fails', { status: 500 }, 2000],
])('one that %s is waited for, until the page is 20 s old', async (_, fault, waitMs) => {
  const incident = pagedBy('wall', 'sms');
  wall.failNext(fault, 3);
  const error = await failure(inOrder().page(incident, page, user('U1')));
  expect(error).toMatchObject({ retryable: true, retryAfterMs: waitMs });
  await older(incident, 18);
  const again = await failure(inOrder().page(incident, page, user('U1')));
  expect(again.retryAfterMs).toBeLessThanOrEqual(2000);
  expect(twilio.requests).toEqual([]);
  await older(incident, 2);
  expect(await inOrder().page(incident, page, user('U1'))).toBe('SMS, after wall');
});

test('one that asks for longer than that is not waited for', async () => {
  wall.failNext({ status: 429, retryAfter: '300' });
  expect(await inOrder().page(pagedBy('wall', 'sms'), page, user('U1'))).toBe('SMS, after wall');
});

test('one that is back in time takes it after all', async () => {
  const incident = pagedBy('wall', 'sms');
  wall.failNext({ status: 429, retryAfter: '1' });
  await failure(inOrder().page(incident, page, user('U1')));
  expect(await inOrder().page(incident, page, user('U1'))).toBe('webhook wall');
  expect(twilio.requests).toEqual([]);
});

test('one that took it before the process died is what the page went by: the first is not asked again', async () => {
  const incident = pagedBy('wall', 'sms');
  wall.failNext({ status: 429, retryAfter: '300' });
  expect(await inOrder().page(incident, page, user('U1'))).toBe('SMS, after wall');
  expect(await inOrder().page(incident, page, user('U1'))).toBe('SMS, after wall');
  expect([wall.requests.length, twilio.messages.length]).toEqual([1, 1]);
});

test('all refuse for good: the page has failed, with the reason of each', async () => {
  const incident = pagedBy('wall', 'sms', 'gone');
  wall.failNext({ status: 400, body: { error: 'the unlucky wall is full' } });
  const error = await failure(inOrder().page(incident, page, channel('C1')));
  expect(error.retryable).toBe(false);
  expect(error.message).toMatch(/wall: .*is full.* sms: .*C1 is a channel.* gone: .*not under pagers/);
  const written = await whyNot(given().deliveries, incident.id, page);
  expect(written).toMatch(/wall: .*‹hidden› wall is full.* sms: .*C1 is a channel.* gone: /);
});

test('the page comes back only for who may yet take it, as soon as the first of them may', async () => {
  const incident = pagedBy('wall', 'sms');
  wall.failNext({ status: 429, retryAfter: '300' });
  twilio.failNext({ status: 429, retryAfter: '60' });
  expect(await failure(inOrder().page(incident, page, user('U1')))).toMatchObject({
    retryable: true,
    retryAfterMs: 60_000,
  });
  // One that is away may be back sooner than another wants to be asked.
  wall.failNext({ dropAnswer: true }, 2);
  twilio.failNext({ status: 429, retryAfter: '60' });
  const mixed = await failure(inOrder().page(incident, page, user('U1')));
  expect(mixed.retryable).toBe(true);
  expect(mixed.retryAfterMs).toBeUndefined();
});

test('a fault of a pager’s own code does not keep the page from the next', async () => {
  const broken: Pager = {
    page: async () => {
      throw new TypeError('undefined is not a function');
    },
  };
  const incident = pagedBy('broken', 'sms');
  const pager = inOrder(wall.url, [['broken', broken]]);
  expect((await failure(pager.page(incident, page, user('U1')))).retryAfterMs).toBe(2000);
  await older(incident, 20);
  expect(await pager.page(incident, page, user('U1'))).toBe('SMS, after broken');
});

test('each time that a pager was asked is kept: which, when, and what came of it, without secrets', async () => {
  const incident = pagedBy('wall', 'sms');
  const began = Date.now();
  wall.failNext({ status: 429, body: { message: 'unlucky' } });
  await failure(inOrder().page(incident, page, user('U1')));
  wall.failNext({ dropAnswer: true }, 2);
  expect(await inOrder().page(incident, page, user('U1'))).toBe('SMS, after wall');
  const tries = await triesOf(given().pool, `page/${incident.id}/`);
  expect(tries.map(({ pager, outcome }) => [pager, outcome?.taken])).toEqual([
    ['wall', false],
    ['wall', false],
    ['wall', false],
    ['sms', true],
  ]);
  expect(tries[0]?.outcome?.said).toContain('“wall”');
  expect(JSON.stringify(tries)).not.toContain('unlucky');
  expect(tries.at(-1)?.outcome?.said).toBe('SMS');
  for (const { page: key, at } of tries) {
    expect(key).toBe(pageKey(incident.id, page));
    expect(Math.abs(at - began)).toBeLessThan(60_000);
  }
});

test('one that is taken, and cannot be written down, leads to no other pager', async () => {
  const incident = pagedBy('wall', 'sms');
  const { deliveries } = given();
  const away = {
    ...deliveries,
    endTry: async () => {
      throw new Error('the database is away');
    },
  };
  await expect(inOrder(wall.url, [], away).page(incident, page, user('U1'))).rejects.toThrow('away');
  expect([wall.requests.length, twilio.messages.length]).toEqual([1, 0]);
  expect(await inOrder().page(incident, page, user('U1'))).toBe('webhook wall');
});

test('a page nobody wrote anything about says so', async () => {
  expect(await whyNot(given().deliveries, 'INC-0', page)).toBe('No pager took it.');
});
