/** The configuration of the matrix: five pagers, whom they reach, and the ladder of each planned incident. */
import type { PagerSettings, People } from '../../src/paging/settings.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { API_KEY } from '../harness/paging/opsgenie.ts';
import { ROUTING_KEY } from '../harness/paging/pagerduty.ts';
import { TWILIO } from '../harness/paging/twilio.ts';
import { user } from '../unit/sample-incident.ts';
import { ANSWERER, type PlannedIncident, RESPONDERS } from './plan.ts';
import type { Settings } from './words.ts';

export const people: People = new Map(
  RESPONDERS.map((id, index) => [
    id,
    { email: `${id.toLowerCase()}@example.com`, phone: `+4915100000${String(index).padStart(3, '0')}` },
  ]),
);

export const settingsOf = ({ duty, genie, sms, mailPort }: Settings): readonly PagerSettings[] => [
  { kind: 'pagerduty', name: 'duty', url: duty, routingKey: ROUTING_KEY },
  { kind: 'opsgenie', name: 'genie', url: genie, apiKey: API_KEY },
  { kind: 'twilio', name: 'sms', url: sms, by: 'sms', ...TWILIO },
  {
    kind: 'email',
    name: 'mail',
    host: '127.0.0.1',
    port: mailPort,
    security: 'none',
    from: 'paksa@example.com',
  },
];

export const policyOf = ({
  firstPageAfterMs,
  levels,
}: Pick<PlannedIncident, 'firstPageAfterMs' | 'levels'>) =>
  ({
    escalation: {
      firstPageAfterMs,
      levels: levels.map(({ pager, user: id, delayMs }) => ({
        name: `by ${pager}`,
        delayMs,
        repeats: 1,
        responders: [user(id)],
        pagers: [pager],
      })),
      afterLast: 'stop',
    },
    approval: { approvers: [user(ANSWERER)], expiresMs: 60_000, selfApproval: false },
  }) satisfies Policy;
