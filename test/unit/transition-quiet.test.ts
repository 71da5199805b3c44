/** Whether an answer is told to the services that were paged: only where there is one, and only when it is news. */
import { expect, test } from 'vitest';
import type { Happening } from '../../src/incident/event.ts';
import { at, escalation, finding, follow, incident, level, policy, user } from './sample-incident.ts';

const page = { level: 1, attempt: 1, responder: 'user/U1' };
const escalated = at({ type: 'escalated' });
const acknowledged = at({ type: 'acknowledged' });
const resolved = at({ type: 'resolved' });
const sent = at({ type: 'page-sent', page, by: 'PagerDuty' });
const dropped = at({ type: 'page-dropped', page });
const healthy = at({
  type: 'diagnosed',
  severity: 'critical',
  findings: [finding('expiry', 'healthy')],
  fixes: [],
});

const quiets = (pagers: readonly string[] | undefined, ...happenings: readonly Happening[]): number => {
  const levels = [level([user('U1')], pagers ? { pagers } : {}), level([user('U2')])];
  const { effects } = follow(incident({ policy: policy(escalation({ levels })) }), ...happenings);
  return effects.filter((effect) => effect.do === 'quiet').length;
};

test.each([
  ['acknowledged', [escalated, acknowledged], 1],
  ['acknowledged, then resolved', [escalated, acknowledged, resolved], 2],
  ['resolved by a look that finds nothing', [escalated, healthy], 1],
  ['answered while the page was under way', [escalated, acknowledged, sent], 2],
  // Whoever had sent it may have died before it was written down: the service has it then, and was told too early.
  ['answered, and the page left out after that', [escalated, acknowledged, dropped], 2],
  ['paged, and nobody has answered', [escalated, sent], 0],
  ['acknowledged before anybody was paged', [acknowledged], 0],
])('%s', (_, happenings, times) => {
  expect(quiets(['slack', 'duty'], ...happenings)).toBe(times);
});

test('paged by Slack alone, there is nobody to tell', () => {
  expect(quiets(undefined, escalated, acknowledged, resolved)).toBe(0);
  expect(quiets(['slack'], escalated, acknowledged, resolved)).toBe(0);
});
