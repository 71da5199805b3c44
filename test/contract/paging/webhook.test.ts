/** The signed webhook: what a receiver verifies, and what it is answered. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWebhook } from '../../../src/paging/webhook.ts';
import { type Provider, type ProviderRequest, startProvider } from '../../harness/paging/provider.ts';
import { user } from '../../unit/sample-incident.ts';
import { everyPager } from './common.case.ts';
import { anIncident, givenDatabase, page } from './given.ts';
import { httpBench } from './http-bench.ts';

const SECRET = 'a-secret-of-the-webhook-tests';
const STRANGE = 'a-secret-of-somebody-else';
const settings = (url: string, secret = SECRET) => ({ kind: 'webhook', name: 'wall', url, secret }) as const;

/** A receiver as docs/configuration.md describes it. */
async function startReceiver(): Promise<Provider & { readonly taken: Map<string, unknown> }> {
  const taken = new Map<string, unknown>();
  const provider = await startProvider((request) => {
    if (request.method !== 'POST' || !isPaksa(request))
      return { status: 401, body: { error: 'bad signature' } };
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') return { status: 400, body: { error: 'no key' } };
    taken.set(key, JSON.parse(request.body));
    return { status: 204, body: undefined };
  });
  return { ...provider, taken };
}

function isPaksa({ headers, body }: ProviderRequest): boolean {
  const signed = String(headers['x-paksa-signature'] ?? '');
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signed) ?? [];
  if (v1 === '' || Math.abs(Date.now() / 1000 - Number(t)) > 300) return false;
  return timingSafeEqual(
    Buffer.from(v1, 'hex'),
    createHmac('sha256', SECRET).update(`${t}.${body}`).digest(),
  );
}

everyPager('a webhook', {
  start: async () => {
    const provider = await startReceiver();
    return httpBench({
      provider,
      open: (url, isStranger, deps) =>
        createWebhook(settings(`${url}/paksa`, isStranger ? STRANGE : undefined), deps),
      refusal: { status: 400, body: { error: 'the wall is full' } },
      reached: () => provider.taken.size,
    });
  },
  by: 'webhook wall',
  setting: /pagers\.wall\.secretEnv/,
  secrets: [SECRET, STRANGE],
  answers: /^takes connections; only a drill/,
  checksPlaceAlone: true,
  reason: /the wall is full/,
  retryAfterMs: 7000,
});

const given = givenDatabase();
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const open = (url = receiver.url) =>
  createWebhook(settings(url), {
    deliveries: given().deliveries,
    checkpoint: () => undefined,
    timeoutMs: 700,
  });

test('the body says what, where, and who is meant; the key is the same in both places', async () => {
  const incident = anIncident();
  await open().page(incident, page, user('U1'));
  const [[key, body] = []] = receiver.taken;
  expect(body).toMatchObject({
    type: 'page',
    key,
    incident: { id: incident.id, environment: 'production', severity: 'critical', status: 'open' },
    page: { level: 1, attempt: 1, to: { kind: 'user', id: 'U1' } },
    problems: ['expiry: problem'],
  });
});

test('a redirect is not followed: the page is for nobody else', async () => {
  receiver.failNext({ status: 307 });
  await expect(open().page(anIncident(), page, user('U1'))).rejects.toMatchObject({
    retryable: false,
    message: expect.stringContaining('correct the url'),
  });
  expect(receiver.requests.length).toBe(1);
});

test.each([
  ['in seconds', () => '120', 120_000],
  ['as a date', () => new Date(Date.now() + 120_000).toUTCString(), 120_000],
  ['as neither', () => 'soon', undefined],
])('it says how long to wait %s', async (_, retryAfter, ms) => {
  receiver.failNext({ status: 503, retryAfter: retryAfter() });
  const error: unknown = await open()
    .page(anIncident(), page, user('U1'))
    .catch((thrown: unknown) => thrown);
  const waits = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  if (ms === undefined) expect(waits).toBeUndefined();
  else expect(Math.abs(Number(waits) - ms)).toBeLessThan(3000);
});

test('an answer without an end is cut off', async () => {
  receiver.failNext({ flood: true });
  const began = performance.now();
  await expect(open().page(anIncident(), page, user('U1'))).rejects.toMatchObject({ retryable: true });
  expect(performance.now() - began).toBeLessThan(5000);
});
