/** An answer is told to every service that was paged: once each, side by side, and again where it arrived too early. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pageKey } from '../../../src/engine/escalate.ts';
import { AdapterError } from '../../../src/errors.ts';
import { levelKey } from '../../../src/paging/held.ts';
import { openPagers } from '../../../src/paging/open.ts';
import { createQuieter } from '../../../src/paging/quiet.ts';
import type { PagerDutySettings, PagerSettings } from '../../../src/paging/settings.ts';
import { API_KEY, startOpsgenie } from '../../harness/paging/opsgenie.ts';
import { ROUTING_KEY, startPagerDuty } from '../../harness/paging/pagerduty.ts';
import { user } from '../../unit/sample-incident.ts';
import { anIncident, givenDatabase, page, people } from './given.ts';

const given = givenDatabase();
let duty: Awaited<ReturnType<typeof startPagerDuty>>;
let genie: Awaited<ReturnType<typeof startOpsgenie>>;
beforeEach(async () => {
  [duty, genie] = await Promise.all([startPagerDuty(), startOpsgenie()]);
});
afterEach(() => Promise.all([duty.stop(), genie.stop()]));

function open({ timeoutMs = 700 } = {}) {
  const { deliveries } = given();
  const settings: readonly PagerSettings[] = [
    { kind: 'pagerduty', name: 'duty', url: duty.url, routingKey: ROUTING_KEY } satisfies PagerDutySettings,
    { kind: 'opsgenie', name: 'genie', url: genie.url, apiKey: API_KEY },
  ];
  const services = openPagers(settings, people, { deliveries, checkpoint: () => undefined, timeoutMs });
  const quieter = createQuieter({
    services,
    deliveries,
    redact: (text) => text,
    checkpoint: () => undefined,
  });
  const take = async (name: string, ...args: Parameters<(typeof quieter)['quiet']>) => {
    const [incident] = args;
    return services.get(name)?.page(incident, page, user('U1'));
  };
  return { quieter, take };
}

const statuses = () => [
  ...[...duty.alerts.values()].map(({ status }) => status),
  ...[...genie.alerts.values()].map(({ status }) => status),
];

test('acknowledged, then closed, at both; each is told of each once', async () => {
  const incident = anIncident();
  const { quieter, take } = open();
  await Promise.all([take('duty', incident), take('genie', incident)]);
  for (const status of ['acknowledged', 'acknowledged', 'resolved', 'resolved'] as const)
    expect(await quieter.quiet({ ...incident, status })).toEqual([]);
  expect(statuses()).toEqual(['resolved', 'closed']);
  expect([duty.requests.length, genie.requests.length]).toEqual([3, 3]);
});

test('one that hangs keeps no other from being told, and is told later', async () => {
  const incident = anIncident();
  const { quieter, take } = open();
  await Promise.all([take('duty', incident), take('genie', incident)]);
  duty.failNext({ hang: true });
  const acknowledged = { ...incident, status: 'acknowledged' } as const;
  await expect(quieter.quiet(acknowledged)).rejects.toBeInstanceOf(AdapterError);
  expect(statuses()).toEqual(['triggered', 'acknowledged']);
  await quieter.quiet(acknowledged);
  expect(statuses()).toEqual(['acknowledged', 'acknowledged']);
  expect(genie.requests.length).toBe(2);
});

test('one that refuses is named with its reason', async () => {
  const incident = anIncident();
  const { quieter, take } = open();
  await take('genie', incident);
  genie.failNext({ status: 422, body: { message: 'the alert is archived' } });
  expect(await quieter.quiet({ ...incident, status: 'resolved' })).toEqual([
    {
      delivery: expect.objectContaining({ pager: 'genie', page: levelKey(incident.id, page) }),
      reason: expect.stringContaining('the alert is archived'),
    },
  ]);
});

test('a page that is only begun is told, and told again once it has arrived', async () => {
  const incident = anIncident();
  const { quieter, take } = open();
  duty.failNext({ status: 500 });
  await expect(take('duty', incident)).rejects.toThrow('PagerDuty');
  const acknowledged = { ...incident, status: 'acknowledged' } as const;
  await quieter.quiet(acknowledged);
  await take('duty', incident);
  expect(statuses()).toEqual(['triggered']);
  await quieter.quiet(acknowledged);
  expect(statuses()).toEqual(['acknowledged']);
});

test('a page that is on its way is waited for: what is told before it arrives is told to nobody', async () => {
  const incident = anIncident();
  const { quieter, take } = open({ timeoutMs: 10_000 });
  const { promise: road, resolve: arrive } = Promise.withResolvers<void>();
  duty.failNext({ after: road });
  const taking = take('duty', incident);
  await expect.poll(() => duty.requests.length).toBe(1);
  const quieting = quieter.quiet({ ...incident, status: 'acknowledged' });
  const waits = async () =>
    (await given().pool.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).rowCount;
  await Promise.race([quieting, expect.poll(waits).toBe(1)]);
  arrive();
  await Promise.all([taking, quieting]);
  expect(statuses()).toEqual(['acknowledged']);
});

test('what went by another pager, or to nobody, needs no telling', async () => {
  const incident = anIncident();
  await given().deliveries.reserve(pageKey(incident.id, page), 'duty');
  await given().deliveries.hold(pageKey(incident.id, page), 'a-former-one', (held) =>
    held.markSent('SMS', 'SM1'),
  );
  expect(await open().quieter.quiet({ ...incident, status: 'resolved' })).toEqual([]);
  expect([duty.requests, genie.requests]).toEqual([[], []]);
});
