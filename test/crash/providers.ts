/** Those who take the pages of the matrix, and what each of them has taken: lost and doubled are judged by what is there. */
import { z } from 'zod';
import { seed as people } from '../../sandbox/workspace/people.ts';
import { startWorkspace } from '../../sandbox/workspace/server.ts';
import { closers } from '../../src/signals.ts';
import { startMailServer } from '../harness/paging/mail-server.ts';
import { startOpsgenie } from '../harness/paging/opsgenie.ts';
import { startPagerDuty } from '../harness/paging/pagerduty.ts';
import { type ProviderRequest, startProvider } from '../harness/paging/provider.ts';
import { startTwilio } from '../harness/paging/twilio.ts';
import { people as contacts } from './configuration.ts';
import { type PagerName, RESPONDERS } from './plan.ts';
import type { Settings } from './words.ts';

export interface TakenPage {
  readonly incident: string;
  readonly pager: PagerName;
  /** Slack's id of whom it called; `SERVICE` where the provider knows itself whom to call. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Whom PagerDuty and Opsgenie call is theirs: once for a level, however many responders it has. */
export const SERVICE = 'service';

export interface Providers {
  readonly settings: Pick<Settings, 'slack' | 'duty' | 'genie' | 'sms' | 'mailPort' | 'hook'>;
  /** One entry for each time that somebody was called. */
  taken(): readonly TakenPage[];
  /** What PagerDuty and Opsgenie show, by incident. */
  shown(): ReadonlyMap<string, readonly string[]>;
  stop(): Promise<void>;
}

const INCIDENT = /RUN-\d+-\d+/;
const incidentIn = (text: string): string => INCIDENT.exec(text)?.[0] ?? text;

export async function startProviders(): Promise<Providers> {
  const { opened, closeAll } = closers();
  const [workspace, duty, genie, twilio, mail, hook] = await Promise.all([
    startWorkspace({
      port: 0,
      people: { ...people, users: [...people.users, ...RESPONDERS.map(aUser)] },
      // Slack's would be what is measured: so many direct messages a second it does not take.
      rateLimits: false,
    }),
    startPagerDuty(),
    startOpsgenie(),
    startTwilio(),
    startMailServer(),
    startProvider(() => ({ status: 200, body: {} })),
  ]);
  for (const { stop } of [workspace, duty, genie, twilio, mail, hook]) opened(stop);

  /** When each was first asked for. */
  const arrivals = (requests: readonly ProviderRequest[], keyOf: (request: ProviderRequest) => string) => {
    const first = new Map<string, number>();
    for (const request of requests) {
      const key = keyOf(request);
      if (!first.has(key)) first.set(key, request.at);
    }
    return (key: string): number => first.get(key) ?? Number.NaN;
  };

  return {
    settings: {
      slack: { apiUrl: workspace.apiUrl, botToken: workspace.botToken },
      duty: duty.url,
      genie: genie.url,
      sms: twilio.url,
      mailPort: mail.port,
      hook: `${hook.url}/pages`,
    },
    taken: () => {
      const dutyAt = arrivals(duty.requests, ({ body }) => keyIn(body, 'dedup_key'));
      const genieAt = arrivals(genie.requests, ({ body }) => keyIn(body, 'alias'));
      const smsAt = arrivals(
        twilio.requests.filter(({ method }) => method === 'POST'),
        ({ body }) => smsKey(new URLSearchParams(body)),
      );
      const page = (pager: PagerName, to: string, text: string, at: number): TakenPage => ({
        incident: incidentIn(text),
        pager,
        to,
        at,
      });
      return [
        ...workspace
          .messages()
          .filter(({ byBot, text }) => byBot && text.startsWith('Page, '))
          .map(({ channel, text, ts }) => page('slack', ofChannel(channel), text, Number(ts) * 1000)),
        ...[...duty.alerts.values()].flatMap(({ key, calls }) =>
          Array.from({ length: calls }, () => page('duty', SERVICE, key, dutyAt(key))),
        ),
        ...[...genie.alerts.keys()].map((alias) => page('genie', SERVICE, alias, genieAt(alias))),
        ...twilio.messages.map(({ to, body = '' }) =>
          page('sms', WITH.get(to) ?? to, body, smsAt(smsKey(new URLSearchParams({ To: to, Body: body })))),
        ),
        ...mail.mails.map(({ raw, at, to: [to = ''] }) => page('mail', WITH.get(to) ?? to, raw, at)),
        // Its receiver goes by the key, as docs/configuration.md tells it to.
        ...[...Map.groupBy(hook.requests, ({ headers }) => headers['idempotency-key']).values()].flatMap(
          ([first]) => (first ? [hooked(first)] : []),
        ),
      ];
    },
    shown: () => {
      const shown = Map.groupBy(
        [
          ...[...duty.alerts.values()].map(({ key, status }) => ({ incident: incidentIn(key), status })),
          ...[...genie.alerts.values()].map(({ alias, status }) => ({ incident: incidentIn(alias), status })),
        ],
        ({ incident }) => incident,
      );
      return new Map([...shown].map(([incident, all]) => [incident, all.map(({ status }) => status)]));
    },
    stop: closeAll,
  };
}

/** Whose contact it is. */
const WITH = new Map(
  [...contacts].flatMap(([id, { email = '', phone = '' }]) => [
    [email, id],
    [phone, id],
  ]),
);
const ofChannel = (channel: string): string => (channel.startsWith('D') ? `U${channel.slice(1)}` : channel);
const smsKey = (form: URLSearchParams): string =>
  `${incidentIn(form.get('Body') ?? '')}/${form.get('To') ?? ''}`;

const Hooked = z.object({
  incident: z.object({ id: z.string() }),
  page: z.object({ to: z.object({ id: z.string() }) }),
});
function hooked({ body, at }: ProviderRequest): TakenPage {
  const { incident, page } = Hooked.parse(JSON.parse(body));
  return { incident: incident.id, pager: 'hook', to: page.to.id, at };
}

const aUser = (id: string) => ({ id, name: id.toLowerCase(), realName: id, role: 'Responder' });

function keyIn(body: string, name: string): string {
  const given: unknown = JSON.parse(body);
  if (typeof given !== 'object' || given === null) return '';
  const key: unknown = Reflect.get(given, name);
  return typeof key === 'string' ? key : '';
}
