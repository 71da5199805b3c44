/** What is done at PagerDuty: proved by its signature, done here once, by whoever did it there, and never told back. */
import { describe, expect, test } from 'vitest';
import { apply } from '../../../src/engine/apply.ts';
import { type PagerDutyEvent, pagerDutyEvent, tellOfPagerDuty } from '../../harness/paging/replies.ts';
import { givenPort, SECRET } from './given.ts';

const given = givenPort();
const tell = (event: PagerDutyEvent, ...secrets: readonly string[]) =>
  tellOfPagerDuty(given.url('duty'), pagerDutyEvent(event), ...(secrets.length > 0 ? secrets : [SECRET]));
/** Told, and worked on. */
const done = async (event: PagerDutyEvent) => {
  expect(await tell(event)).toMatchObject({ status: 202 });
  await given().work();
};
const DANA = 'at:PagerDuty/Dana Lee';
const by = 'Dana Lee';

describe('a person there', () => {
  test('acknowledges: the ladder stops, the log names them, and PagerDuty is not told what it said', async () => {
    const { id, key } = await given().paged('duty');
    await done({ type: 'incident.acknowledged', key, by });
    expect(await given().incident(id)).toMatchObject({
      status: 'acknowledged',
      answeredBy: DANA,
      ladder: { state: 'stopped' },
    });
    expect(await given().since(id)).toEqual([{ type: 'acknowledged', actor: DANA }]);
    expect(await given().told(id)).toEqual(['acknowledged']);
  });

  test('resolves, opens it again, and takes an acknowledgement back', async () => {
    const { id, key } = await given().paged('duty');
    await done({ type: 'incident.resolved', key, by });
    expect(await given().incident(id)).toMatchObject({ status: 'resolved', answeredBy: DANA });
    await done({ type: 'incident.reopened', key, by });
    expect(await given().incident(id)).toMatchObject({ status: 'open', ladder: { state: 'waiting' } });
    await done({ type: 'incident.acknowledged', key, by });
    await done({ type: 'incident.unacknowledged', key, by });
    expect(await given().incident(id)).toMatchObject({ status: 'open', ladder: { state: 'waiting' } });
    expect(await given().told(id)).toEqual(['open']);
  });

  test('calls more people: the next level is paged here too', async () => {
    const { id, key } = await given().paged('duty');
    await done({ type: 'incident.escalated', key, by });
    expect(await given().incident(id)).toMatchObject({ status: 'open', ladder: { level: 2 } });
  });

  test('writes a note, which PagerDuty sends without the key: its own name was learnt before', async () => {
    const { id, key } = await given().paged('duty');
    const incident = `Q-${id}`;
    await done({ type: 'incident.triggered', key, incident });
    expect(await given().since(id)).toEqual([]);
    await done({ type: 'incident.annotated', incident, by, note: ' DNS is the cause; password=hunter2 ' });
    const [noted] = await given().since(id);
    expect(noted).toMatchObject({
      type: 'noted',
      actor: DANA,
      text: expect.stringContaining('DNS is the cause'),
    });
    expect(JSON.stringify(noted)).not.toContain('hunter2');
  });

  test('cannot resolve it while a fix runs: the two differ, and the log says so', async () => {
    const running = { fix: 'renew', round: 1, stage: 'running', requestedBy: 'U1' } as const;
    const { id, key } = await given().paged('duty', undefined, { attempts: { renew: running } });
    await done({ type: 'incident.resolved', key, by });
    expect(await given().incident(id)).toMatchObject({ status: 'open' });
    expect(await given().since(id)).toEqual([
      { type: 'heard', deed: 'resolve', actor: DANA, why: expect.stringContaining('A fix is under way') },
    ]);
  });

  test('opens again what is open as another incident by now: the log says so, and nothing is lost', async () => {
    const { id, key } = await given().paged('duty');
    await done({ type: 'incident.resolved', key, by });
    const other = await given().paged('duty');
    await given().pool.query('UPDATE paksa.incident SET fingerprint = $1 WHERE id = $2', [id, other.id]);
    await done({ type: 'incident.reopened', key, by });
    expect((await given().since(id)).at(-1)).toMatchObject({ type: 'heard', deed: 'reopen' });
  });

  test('acknowledges what somebody has acknowledged here: nothing changes, and the log has it', async () => {
    const { id, key } = await given().paged('duty');
    await apply(given().deps.store, id, { type: 'acknowledged' }, { actor: 'UOMAR' });
    await done({ type: 'incident.acknowledged', key, by });
    expect(await given().incident(id)).toMatchObject({ answeredBy: 'UOMAR' });
    expect((await given().since(id)).slice(1)).toMatchObject([
      { type: 'refused', what: 'acknowledge it', why: 'It has been acknowledged already.' },
    ]);
  });
});

describe('PagerDuty by itself', () => {
  test('sends Paksa’s own answer back: it does not end what has happened since', async () => {
    const { id, key, delivery } = await given().paged('duty');
    await apply(given().deps.store, id, { type: 'acknowledged' }, { actor: 'UOMAR' });
    await given().deps.deliveries.markTold(delivery, 'acknowledged');
    await apply(given().deps.store, id, { type: 'escalated' }, { actor: 'UOMAR' });
    await done({ type: 'incident.acknowledged', key });
    expect(await given().incident(id)).toMatchObject({ status: 'open', ladder: { state: 'climbing' } });
  });

  test('resolves after a time, or calls its next level: that is said, and is nobody’s answer', async () => {
    const { id, key } = await given().paged('duty');
    await done({ type: 'incident.escalated', key });
    await done({ type: 'incident.resolved', key });
    expect(await given().incident(id)).toMatchObject({ status: 'open', ladder: { level: 1 } });
    expect(await given().since(id)).toMatchObject([
      { type: 'heard', deed: 'escalate', actor: 'at:PagerDuty/' },
      { type: 'heard', deed: 'resolve' },
    ]);
  });

  test('lets an acknowledgement run out: one that was given there ends here too, one of Slack’s stands', async () => {
    const there = await given().paged('duty');
    await done({ type: 'incident.acknowledged', key: there.key, by });
    await done({ type: 'incident.unacknowledged', key: there.key });
    expect(await given().incident(there.id)).toMatchObject({ status: 'open' });
    const here = await given().paged('duty');
    await apply(given().deps.store, here.id, { type: 'acknowledged' }, { actor: 'UOMAR' });
    await done({ type: 'incident.unacknowledged', key: here.key });
    expect(await given().incident(here.id)).toMatchObject({ status: 'acknowledged', answeredBy: 'UOMAR' });
    expect((await given().since(here.id)).at(-1)).toMatchObject({ type: 'heard', deed: 'unacknowledge' });
  });
});

describe('a delivery', () => {
  test('that comes twice, or twice at once, is done once', async () => {
    const { id, key } = await given().paged('duty');
    const event = { id: 'one-event', type: 'incident.escalated', key, by };
    await Promise.all([tell(event), tell(event)]);
    await given().work();
    await done(event);
    expect(await given().since(id)).toHaveLength(1);
    expect(await given().incident(id)).toMatchObject({ ladder: { level: 2 } });
  });

  test('that a later one has overtaken changes nothing', async () => {
    const { id, key } = await given().paged('duty');
    const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 12, 0, second)).toISOString();
    await done({ type: 'incident.acknowledged', key, by, at: at(1) });
    await done({ type: 'incident.unacknowledged', key, by, at: at(3) });
    await done({ type: 'incident.acknowledged', key, by, at: at(2) });
    expect(await given().incident(id)).toMatchObject({ status: 'open' });
  });

  test('while a secret is replaced carries two signatures, one of which is right', async () => {
    const { id, key } = await given().paged('duty');
    const event = { type: 'incident.acknowledged', key, by };
    expect(await tell(event, 'the-secret-before-this-one', SECRET)).toMatchObject({ status: 202 });
    await given().work();
    expect(await given().incident(id)).toMatchObject({ status: 'acknowledged' });
  });

  test.each([
    [
      'of another service’s alert',
      { type: 'incident.acknowledged', key: 'd3640fbd41094207a1c11e58e46b1662' },
    ],
    ['without a key', { type: 'incident.acknowledged' }],
    ['of something else', { type: 'incident.priority_updated' }],
  ])(
    '%s is acknowledged and not kept: PagerDuty switches off a webhook that refuses three',
    async (_, event) => {
      expect(await tell({ ...event, by })).toEqual({ status: 202, said: '{"status":"ignored"}' });
      expect(given().owed).toEqual([]);
    },
  );

  test('of a page that there is not is answered as any other, and does nothing', async () => {
    const key = 'INC-999999-052652ac-5d1c-464a-812a-7dd18bbfba8c';
    expect(await tell({ type: 'incident.acknowledged', key, by })).toEqual({
      status: 202,
      said: '{"status":"kept"}',
    });
    await given().work();
  });

  test('whose key names another incident than the page’s does nothing to either', async () => {
    const [one, other] = [await given().paged('duty'), await given().paged('duty')];
    await done({ type: 'incident.acknowledged', key: one.key.replace(one.id, other.id), by });
    expect(await given().since(one.id)).toEqual([]);
    expect(await given().since(other.id)).toEqual([]);
  });

  test('for a page that another pager sent does nothing', async () => {
    const { id, key } = await given().paged('genie');
    await done({ type: 'incident.acknowledged', key, by });
    expect(await given().since(id)).toEqual([]);
  });
});
