/** PagerDuty: a key of its own for each page, and answers for every key. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPagerDuty } from '../../../src/paging/pagerduty.ts';
import { ROUTING_KEY, startPagerDuty } from '../../harness/paging/pagerduty.ts';
import { user } from '../../unit/sample-incident.ts';
import { everyPager } from './common.case.ts';
import { anIncident, givenDatabase, hostile, page } from './given.ts';
import { httpBench } from './http-bench.ts';

const settings = (url: string, routingKey: string = ROUTING_KEY) =>
  ({ kind: 'pagerduty', name: 'duty', url, routingKey }) as const;
const STRANGE = 'e'.repeat(32);

everyPager('PagerDuty', {
  start: async () => {
    const provider = await startPagerDuty();
    return httpBench({
      provider,
      open: (url, isStranger, deps) => createPagerDuty(settings(url, isStranger ? STRANGE : undefined), deps),
      refusal: { status: 400, body: { status: 'invalid event', errors: ['the service is disabled'] } },
      reached: () => [...provider.alerts.values()].reduce((sum, { calls }) => sum + calls, 0),
    });
  },
  by: 'PagerDuty',
  // It answers 400 to a key that it does not know, with the key in its reason.
  setting: /invalid routing key ‹hidden›/,
  secrets: [ROUTING_KEY, STRANGE],
  answers: /^takes events with this key$/,
  reason: /the service is disabled/,
  retryAfterMs: 7000,
  oncePerLevel: true,
});

const given = givenDatabase();
let pagerDuty: Awaited<ReturnType<typeof startPagerDuty>>;
beforeEach(async () => {
  pagerDuty = await startPagerDuty();
});
afterEach(() => pagerDuty.stop());

const open = () =>
  createPagerDuty(settings(pagerDuty.url), {
    deliveries: given().deliveries,
    checkpoint: () => undefined,
  });

test('the next level calls people even when the first one’s alert is acknowledged', async () => {
  const incident = anIncident();
  const pager = open();
  await pager.page(incident, page, user('U1'));
  const [first] = pagerDuty.alerts.keys();
  await pager.quiet?.(first ?? '', { ...incident, status: 'acknowledged' });
  await pager.page(incident, { ...page, level: 2 }, user('U2'));
  expect([...pagerDuty.alerts.values()].map(({ status, calls }) => [status, calls])).toEqual([
    ['acknowledged', 1],
    ['triggered', 1],
  ]);
});

test('an answer acknowledges, and the end resolves, what its key triggered; an answer to nothing does no harm', async () => {
  const incident = anIncident();
  const pager = open();
  await pager.page(incident, page, user('U1'));
  const [key = ''] = pagerDuty.alerts.keys();
  expect(key).toMatch(new RegExp(`^${incident.id}-[0-9a-f-]{36}$`));
  for (const status of ['acknowledged', 'resolved', 'resolved'] as const) {
    await pager.quiet?.(key, { ...incident, status });
    expect(pagerDuty.alerts.get(key)?.status).toBe(status);
  }
  await pager.quiet?.('INC-0-nobody', { ...incident, status: 'acknowledged' });
  expect(pagerDuty.alerts.size).toBe(1);
});

test('the summary keeps its beginning, within 1024 characters', async () => {
  const incident = hostile();
  await open().page(incident, page, user('U1'));
  const [alert] = pagerDuty.alerts.values();
  expect(alert?.summary).toMatch(new RegExp(`^${incident.id} Title “quoted” <b>`));
  expect(alert?.summary.length).toBeLessThanOrEqual(1024);
});
