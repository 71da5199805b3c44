/** Answers by SMS and by a key during a call: from a number that was paged, done at once, and answered in a sentence. */
import { describe, expect, test } from 'vitest';
import { callText } from '../../../src/paging/spoken.ts';
import { presses, type Texted, texts } from '../../harness/paging/replies.ts';
import { incident as sample, user } from '../../unit/sample-incident.ts';
import { ACCOUNT, ADDRESS, DANA, givenPort, OMAR } from './given.ts';

const given = givenPort();
const text = (body: string, of: Partial<Texted> = {}) =>
  texts(ACCOUNT, { url: given.url('sms'), address: `${ADDRESS}/pagers/sms`, from: DANA, body, ...of });
const said = async (told: ReturnType<typeof text>): Promise<string> => {
  const { status, said: twiml } = await told;
  expect(status).toBe(200);
  return twiml;
};
const message = (words: string) => `<Response><Message>${words}</Message></Response>`;
/** Everything that is open is over, so that a test knows which page is the latest. */
const nothingOpen = () => given().pool.query(`UPDATE paksa.incident SET status = 'resolved'`);

describe('by SMS', () => {
  test.each([
    ['1', 'acknowledged'],
    ['Ack.', 'acknowledged'],
    [' ACKNOWLEDGE ', 'acknowledged'],
    ['3', 'resolved'],
  ])('“%s” is done at once, by whoever was paged, and the answer says to what', async (body, status) => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    expect(await said(text(body))).toContain(`${id} is ${status}`);
    expect(await given().incident(id)).toMatchObject({ status, answeredBy: 'UDANA' });
    expect(await given().since(id)).toEqual([{ type: status, actor: 'UDANA', via: 'SMS' }]);
  });

  test('“2” calls the next level', async () => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    expect(await said(text('2'))).toBe(message(`${id}: more people are called.`));
    expect(await given().incident(id)).toMatchObject({ ladder: { level: 2 } });
  });

  test('“note …” is kept in the log', async () => {
    await nothingOpen();
    const { id } = await given().paged('call', 'UDANA');
    expect(await said(text('Note: DNS is the cause'))).toBe(message(`Noted on ${id}.`));
    expect(await given().since(id)).toEqual([
      { type: 'noted', text: 'DNS is the cause', via: 'SMS', actor: 'UDANA' },
    ]);
  });

  test('of several, the latest that nobody has acknowledged is meant; the others are named; one can be chosen', async () => {
    await nothingOpen();
    const [one, two, three] = [
      await given().paged('sms', 'UDANA'),
      await given().paged('sms', 'UDANA'),
      await given().paged('sms', 'UOMAR'),
    ];
    expect(await said(text('1'))).toBe(
      message(`${two.id} is acknowledged by you. Nobody else is called. Still open: ${one.id}.`),
    );
    expect(await said(text(`1 ${one.id.toLowerCase()}`))).toContain(`${one.id} is acknowledged`);
    expect(await given().incident(three.id)).toMatchObject({ status: 'open' });
  });

  test('what cannot be done is answered with why', async () => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    await text('1');
    expect(await said(text('1'))).toBe(message(`${id}: It has been acknowledged already.`));
  });

  test('somebody who was not paged, for anything or for that one, is told nothing of it', async () => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    const nothing = message('Nothing is open that you were paged for here. Look in Slack.');
    expect(await said(text('1', { from: OMAR }))).toBe(nothing);
    expect(await said(text(`1 ${id}`, { from: OMAR }))).toBe(nothing);
    expect(await given().since(id)).toEqual([]);
  });

  test.each([
    ['a number that nobody has', 'ack', { from: '+4915100000000' }],
    ['STOP, which is Twilio’s', 'Stop', {}],
    ['whatever Twilio has answered itself', 'Abbestellen', { more: { OptOutType: 'STOP' } }],
  ])('%s is met with silence', async (_, body, of) => {
    expect(await said(text(body, of))).toBe('<Response/>');
    expect(given().owed).toEqual([]);
  });

  test.each(['on my way', '1 or 2?', 'ack please somebody', '', '12', 'note'])(
    '“%s” is not guessed at: the answer says what there is',
    async (body) => {
      expect(await said(text(body))).toMatch(/Reply 1 to acknowledge, 2 for more people/);
      expect(given().owed).toEqual([]);
    },
  );

  test('the same message twice is done once', async () => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    const sid = 'SM00000000000000000000000000000001';
    await text('2', { sid });
    expect(await said(text('2', { sid }))).toBe(message('That has been taken already.'));
    expect(await given().incident(id)).toMatchObject({ ladder: { level: 2 } });
    expect(await given().since(id)).toHaveLength(1);
  });

  test('the queue has what was kept, should the process die before it answers; done, nothing is left of it', async () => {
    await nothingOpen();
    const { id } = await given().paged('sms', 'UDANA');
    await text('1');
    expect(given().owed.map(({ task }) => task)).toContain('reply');
    await given().work();
    expect(await given().since(id)).toHaveLength(1);
    const { rows } = await given().pool.query<{ body: unknown }>(
      `SELECT body FROM paksa.receipt WHERE done_at IS NULL OR body <> '{}'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('by a key', () => {
  const pageOf = async (recipient?: string) => {
    const { id, key, delivery } = await given().paged('call', recipient);
    const page = { level: 1, attempt: 1, responder: 'user/UDANA' };
    const twiml = callText(
      { incident: sample({ id }), page, to: user('UDANA'), key },
      `${ADDRESS}/pagers/call`,
    );
    return { id, delivery, twiml };
  };
  const press = (twiml: string, digit: string, call?: string) =>
    presses(ACCOUNT, { twiml, digit, to: DANA, port: given.port(), ...(call ? { call } : {}) });

  test('1 acknowledges that page, whatever else is open, and is told so', async () => {
    const { id, twiml } = await pageOf('UDANA');
    await given().paged('call', 'UDANA');
    const told = await press(twiml, '1');
    expect(told.said).toBe(
      `<Response><Say>incident ${id.slice(4)} is acknowledged by you. Nobody else is called.</Say><Hangup/></Response>`,
    );
    expect(await given().since(id)).toEqual([{ type: 'acknowledged', actor: 'UDANA', via: 'phone' }]);
  });

  test('2 calls more people; another key is asked for again, with the same address', async () => {
    const { id, twiml } = await pageOf('UDANA');
    const again = await press(twiml, '7', 'CA7');
    expect(again.said).toContain('Press 1 to acknowledge, or 2');
    await press(again.said, '2', 'CA7');
    expect(await given().incident(id)).toMatchObject({ ladder: { level: 2 } });
  });

  test('of a page from before it was written down whom it was for, it is somebody on the phone', async () => {
    const { id, twiml } = await pageOf();
    await press(twiml, '1', 'CA8');
    expect(await given().since(id)).toEqual([
      { type: 'acknowledged', actor: 'at:phone/Somebody', via: 'phone' },
    ]);
  });
});
