/** The border: who is let in, what is read of them, and what a stranger learns, which is nothing. The signed webhook's answers, too. */
import { describe, expect, test } from 'vitest';
import {
  opsgenieAction,
  pagerDutyEvent,
  post,
  signedAnswer,
  tellOfPagerDuty,
  texts,
} from '../../harness/paging/replies.ts';
import { ACCOUNT, ADDRESS, DANA, givenPort, SECRET } from './given.ts';

const given = givenPort();
const WRONG = 'a-secret-of-somebody-else';
const key = 'INC-1-052652ac-5d1c-464a-812a-7dd18bbfba8c';
const acknowledged = pagerDutyEvent({ type: 'incident.acknowledged', key, by: 'Dana' });
const action = { action: 'Acknowledge', alias: key };
const sms = (of: Partial<Parameters<typeof texts>[1]> = {}, account = ACCOUNT) =>
  texts(account, { url: given.url('sms'), address: `${ADDRESS}/pagers/sms`, from: DANA, body: '1', ...of });

describe('a stranger', () => {
  test.each([
    [
      'PagerDuty without a signature',
      () => post(given.url('duty'), acknowledged, {}),
      /^duty: .*X-PagerDuty-Signature/,
    ],
    [
      'PagerDuty with another secret',
      () => tellOfPagerDuty(given.url('duty'), acknowledged, WRONG),
      /^duty:/,
    ],
    [
      'PagerDuty with another body',
      () => post(given.url('duty'), `${acknowledged} `, { 'x-pagerduty-signature': 'v1=00' }),
      /^duty:/,
    ],
    [
      'Opsgenie without a token',
      () => post(given.url('genie'), opsgenieAction(action), {}),
      /^genie: .*headers/,
    ],
    [
      'Opsgenie with another token',
      () => post(given.url('genie'), opsgenieAction(action), { authorization: `Bearer ${WRONG}` }),
      /^genie:/,
    ],
    ['Twilio with another token', () => sms({}, { ...ACCOUNT, token: WRONG }), /^sms: .*publicUrl/],
    [
      'Twilio for another address',
      () => sms({ address: 'https://elsewhere.example.com/pagers/sms' }),
      /^sms:/,
    ],
    [
      'Twilio for another account',
      () => sms({}, { ...ACCOUNT, accountSid: `AC${'1'.repeat(32)}` }),
      /accountSid/,
    ],
    ['a webhook with another secret', () => signedAnswer(given.url('wall'), { key }, WRONG), /^wall:/],
    [
      'a webhook that was signed six minutes ago',
      () =>
        signedAnswer(
          given.url('wall'),
          { key, action: 'acknowledge' },
          SECRET,
          Math.floor(Date.now() / 1000) - 360,
        ),
      /set the clocks/,
    ],
    [
      'a webhook from the future',
      () =>
        signedAnswer(
          given.url('wall'),
          { key, action: 'acknowledge' },
          SECRET,
          Math.floor(Date.now() / 1000) + 360,
        ),
      /set the clocks/,
    ],
  ])('%s is not let in: the log says why, the answer does not', async (_, knock, why) => {
    expect(await knock()).toEqual({ status: 401, said: '{"error":"not accepted"}' });
    expect(given().refused).toEqual([expect.stringMatching(why)]);
    expect(given().owed).toEqual([]);
  });

  test.each(['silent', 'nobody', '', '../duty', 'constructor', 'duty/x'])(
    'learns nothing of “%s”: without a secret, or without a pager of that name, there is nothing',
    async (name) => {
      expect(await post(given.url(name), acknowledged, {})).toEqual({
        status: 404,
        said: '{"error":"not found"}',
      });
    },
  );

  test('cannot say more than 256 KB, signed or not', async () => {
    const huge = pagerDutyEvent({ type: 'incident.acknowledged', key, by: 'x'.repeat(300_000) });
    expect(await tellOfPagerDuty(given.url('duty'), huge, SECRET)).toMatchObject({ status: 413 });
  });

  test('can only POST', async () => {
    const got = await fetch(given.url('duty'));
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('whoever holds the secret is told what is wrong', () => {
  test.each([
    ['not JSON', '{', /not JSON/],
    ['another shape', '{"messages":[]}', /event: /],
    ['no time', pagerDutyEvent({ type: 'incident.acknowledged', key, at: 'noon' }), /occurred_at/],
    ['nothing', '', /not JSON/],
  ])('%s', async (_, body, words) => {
    const { status, said } = await tellOfPagerDuty(given.url('duty'), body, SECRET);
    expect(status).toBe(400);
    expect(said).toMatch(words);
  });

  test.each([
    [{ key: 'INC-1', action: 'acknowledge' }, /key: must be the key of a page/],
    [{ key, action: 'restart' }, /action: /],
    [{ key, action: 'note' }, /text: must be the note/],
    [{ key, action: 'acknowledge', fix: 'renew' }, /fix/],
  ])('%o', async (answer, words) => {
    const { status, said } = await signedAnswer(given.url('wall'), answer, SECRET);
    expect(status).toBe(400);
    expect(said).toMatch(words);
  });
});

describe('a signed webhook', () => {
  test('answers with the key that it was given, once, however often it says so', async () => {
    const { id, key: own } = await given().paged('wall');
    const seconds = Math.floor(Date.now() / 1000);
    const answer = { key: own, action: 'acknowledge', by: 'the wall' };
    for (let times = 0; times < 2; times += 1)
      expect(await signedAnswer(given.url('wall'), answer, SECRET, seconds)).toMatchObject({ status: 202 });
    await given().work();
    expect(await given().since(id)).toEqual([{ type: 'acknowledged', actor: 'at:webhook wall/the wall' }]);
  });

  test('notes, calls more people, resolves', async () => {
    const { id, key: own } = await given().paged('wall');
    for (const answer of [{ action: 'note', text: 'DNS' }, { action: 'escalate' }, { action: 'resolve' }]) {
      await signedAnswer(given.url('wall'), { key: own, ...answer }, SECRET);
      await given().work();
    }
    expect((await given().since(id)).map(({ type }) => type)).toEqual(['noted', 'escalated', 'resolved']);
  });

  test('cannot send a page of Paksa’s back as an answer', async () => {
    const { status } = await signedAnswer(given.url('wall'), { type: 'page', key }, SECRET);
    expect(status).toBe(400);
  });
});

test('behind a proxy, the port that everybody knows may stand in Twilio’s address or not', async () => {
  const told = await sms({ address: `${ADDRESS.replace('.com', '.com:443')}/pagers/sms` });
  expect(told.status).toBe(200);
});

test('while the database is away nothing is acknowledged: PagerDuty sends it again, a person is told', async () => {
  const { keep } = given().intake;
  Object.assign(given().intake, { keep: () => Promise.reject(new Error('away')) });
  try {
    expect(await tellOfPagerDuty(given.url('duty'), acknowledged, SECRET)).toMatchObject({ status: 503 });
    expect((await sms()).said).toContain('could not take it');
  } finally {
    Object.assign(given().intake, { keep });
  }
});
