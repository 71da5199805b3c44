/** The configuration of the matrix: its pagers, whom they reach, and the ladder of each planned incident. */
import type { PagerSettings, People } from '../../src/paging/settings.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { API_KEY } from '../harness/paging/opsgenie.ts';
import { ROUTING_KEY } from '../harness/paging/pagerduty.ts';
import { TWILIO } from '../harness/paging/twilio.ts';
import { channel, user } from '../unit/sample-incident.ts';
import { ANSWERER, DOWN, type PlannedIncident, RESPONDERS } from './plan.ts';
import type { Settings } from './words.ts';

export const people: People = new Map(
  RESPONDERS.map((id, index) => [
    id,
    { email: `${id.toLowerCase()}@example.com`, phone: `+4915100000${String(index).padStart(3, '0')}` },
  ]),
);

export const settingsOf = ({ duty, genie, sms, mailPort, hook }: Settings): readonly PagerSettings[] => [
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
  { kind: 'webhook', name: 'hook', url: hook, secret: HOOK_SECRET },
  { kind: 'webhook', name: DOWN, url: 'http://127.0.0.1:1/', secret: HOOK_SECRET },
];
const HOOK_SECRET = 'a-secret-of-sixteen-and-more';

export const policyOf = ({
  firstPageAfterMs,
  levels,
}: Pick<PlannedIncident, 'firstPageAfterMs' | 'levels'>) =>
  ({
    escalation: {
      firstPageAfterMs,
      levels: levels.map(({ pager, to, delayMs, fallsOver }) => ({
        name: `by ${pager}`,
        delayMs,
        repeats: 1,
        responders: to.map((id) => (id.startsWith('C') ? channel(id) : user(id))),
        pagers: fallsOver ? [DOWN, pager] : [pager],
      })),
      afterLast: 'stop',
    },
    approval: { approvers: [user(ANSWERER)], expiresMs: 60_000, selfApproval: false },
  }) satisfies Policy;
