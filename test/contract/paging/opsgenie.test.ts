/** Opsgenie: one alert an alias, and answers that find it by that. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOpsgenie } from '../../../src/paging/opsgenie.ts';
import { API_KEY, startOpsgenie } from '../../harness/paging/opsgenie.ts';
import { user } from '../../unit/sample-incident.ts';
import { everyPager } from './common.case.ts';
import { anIncident, givenDatabase, page } from './given.ts';
import { httpBench } from './http-bench.ts';

const settings = (url: string, apiKey: string = API_KEY, team?: string) =>
  ({ kind: 'opsgenie', name: 'genie', url, apiKey, team }) as const;
const STRANGE = 'a-key-of-somebody-else';

everyPager('Opsgenie', {
  start: async () => {
    const provider = await startOpsgenie();
    return httpBench({
      provider,
      open: (url, isStranger, deps) => createOpsgenie(settings(url, isStranger ? STRANGE : undefined), deps),
      refusal: { status: 422, body: { message: 'not processable', errors: { responders: 'no such team' } } },
      reached: () => provider.alerts.size,
    });
  },
  by: 'Opsgenie',
  setting: /pagers\.genie\.apiKeyEnv/,
  secrets: [API_KEY, STRANGE],
  answers: /^takes requests with this key$/,
  reason: /not processable; responders: no such team/,
  retryAfterMs: 7000,
  oncePerLevel: true,
});

const given = givenDatabase();
let opsgenie: Awaited<ReturnType<typeof startOpsgenie>>;
beforeEach(async () => {
  opsgenie = await startOpsgenie();
});
afterEach(() => opsgenie.stop());

test('an alert goes to its team, is acknowledged and closed with who answered, and is one however often it is sent', async () => {
  const incident = anIncident();
  const pager = createOpsgenie(settings(opsgenie.url, API_KEY, 'platform'), {
    deliveries: given().deliveries,
    checkpoint: () => undefined,
  });
  opsgenie.failNext({ dropAnswer: true });
  await expect(pager.page(incident, page, user('U1'))).rejects.toThrow('Opsgenie');
  await pager.page(incident, page, user('U1'));
  const [alert] = opsgenie.alerts.values();
  expect(alert).toMatchObject({ count: 2, responders: [{ name: 'platform' }] });

  const alias = alert?.alias ?? '';
  await pager.quiet?.(alias, { ...incident, status: 'acknowledged', answeredBy: 'U7' });
  expect(opsgenie.alerts.get(alias)).toMatchObject({
    status: 'acknowledged',
    notes: ['acknowledged in Paksa by U7'],
  });
  await pager.quiet?.(alias, { ...incident, status: 'resolved', answeredBy: 'U7' });
  expect(opsgenie.alerts.get(alias)).toMatchObject({ status: 'closed' });
  expect(opsgenie.alerts.size).toBe(1);
});

test('what it takes by 202 and then makes no alert of has not been taken: its own words say why', async () => {
  opsgenie.loseNext('The integration is disabled');
  await expect(
    createOpsgenie(settings(opsgenie.url), {
      deliveries: given().deliveries,
      checkpoint: () => undefined,
    }).page(anIncident(), page, user('U1')),
  ).rejects.toMatchObject({
    retryable: false,
    message: expect.stringContaining('made no alert of it (The integration is disabled)'),
  });
});
