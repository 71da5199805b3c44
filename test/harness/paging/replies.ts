/**
 * What people do at a provider, as it is told of: signed as each provider's documentation says.
 * PagerDuty: https://developer.pagerduty.com/docs/verifying-signatures; Twilio: https://www.twilio.com/docs/usage/security;
 * Opsgenie: https://docs.opsgenie.com/docs/marid-alert-action-data; a webhook: docs/pagers.md.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';

export interface Told {
  readonly status: number;
  readonly said: string;
}

export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Told> {
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, said: await response.text() };
}

const JSON_TYPE = { 'content-type': 'application/json' };

export interface PagerDutyEvent {
  readonly id?: string;
  readonly type: string;
  readonly key?: string | null;
  /** PagerDuty's own name of the incident. */
  readonly incident?: string;
  readonly at?: string;
  /** Who did it; a service of PagerDuty's when absent. */
  readonly by?: string;
  readonly note?: string;
}

/** An event of version 3. A note names PagerDuty's incident alone. */
export function pagerDutyEvent({
  id = randomUUID(),
  type,
  key = null,
  incident = 'PGR0VU2',
  at = new Date().toISOString(),
  by,
  note,
}: PagerDutyEvent): string {
  const reference = { id: 'PLH1HKV', html_url: 'https://acme.pagerduty.com/users/PLH1HKV', self: null };
  const data =
    note === undefined
      ? {
          id: incident,
          type: 'incident',
          number: 2,
          status: 'triggered',
          incident_key: key,
          title: 'a page',
          urgency: 'high',
          resolve_reason: null,
        }
      : {
          incident: { id: incident, type: 'incident_reference', summary: 'a page' },
          id: 'P2LA89X',
          content: note,
          trimmed: false,
          type: 'incident_note',
        };
  return JSON.stringify({
    event: {
      id,
      event_type: type,
      resource_type: 'incident',
      occurred_at: at,
      agent:
        by === undefined
          ? { ...reference, type: 'inbound_integration_reference', summary: 'Events API V2' }
          : { ...reference, type: 'user_reference', summary: by },
      client: { name: 'PagerDuty' },
      data,
    },
  });
}

export const pagerDutySignature = (body: string, ...secrets: readonly string[]): string =>
  secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`).join(',');

export const tellOfPagerDuty = (url: string, body: string, ...secrets: readonly string[]): Promise<Told> =>
  post(url, body, { ...JSON_TYPE, 'x-pagerduty-signature': pagerDutySignature(body, ...secrets) });

export interface OpsgenieAction {
  readonly action: string;
  readonly alias: string;
  readonly username?: string;
  readonly note?: string;
  /** Nanoseconds since 1970. */
  readonly updatedAt?: number;
}

export const opsgenieAction = ({
  action,
  alias,
  username = 'dana@example.com',
  note,
  updatedAt = Date.now() * 1e6,
}: OpsgenieAction): string =>
  JSON.stringify({
    source: { name: '', type: 'web' },
    alert: {
      updatedAt,
      tags: ['paksa'],
      message: 'a page',
      username,
      alertId: '052652ac-5d1c-464a-812a-7dd18bbfba8c',
      source: 'Paksa',
      alias,
      tinyId: '23',
      createdAt: 1420452191104,
      userId: 'daed1180-0ce8-438b-8f8e-57e1a5920a2d',
      entity: '',
      ...(note === undefined ? {} : { note }),
    },
    action,
    integrationId: '37c8f316-17c6-49d7-899b-9c7e540c048d',
    integrationName: 'Paksa',
  });

export const tellOfOpsgenie = (url: string, action: OpsgenieAction, token: string): Promise<Told> =>
  post(url, opsgenieAction(action), { ...JSON_TYPE, authorization: `Bearer ${token}` });

export interface TwilioAccount {
  readonly accountSid: string;
  readonly token: string;
  /** The number that Paksa sends from. */
  readonly from: string;
}

/** HMAC-SHA1 of the address and the fields, sorted by their names. */
export function twilioSignature(token: string, address: string, form: URLSearchParams): string {
  const fields = [...form.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  return createHmac('sha1', token)
    .update(address + fields.map(([key, value]) => key + value).join(''))
    .digest('base64');
}

/** `address`: what Twilio was told to call; `url`: where that ends up behind the proxy. */
function callWebhook(url: string, address: string, token: string, form: URLSearchParams): Promise<Told> {
  return post(url, form.toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': twilioSignature(token, address, form),
  });
}

export interface Texted {
  readonly url: string;
  readonly address: string;
  readonly body: string;
  readonly from: string;
  readonly sid?: string;
  readonly more?: Readonly<Record<string, string>>;
}

export const texts = (
  { accountSid, token, from: to }: TwilioAccount,
  { url, address, body, from, sid = `SM${randomBytes(16).toString('hex')}`, more = {} }: Texted,
): Promise<Told> =>
  callWebhook(
    url,
    address,
    token,
    new URLSearchParams({
      ToCountry: 'US',
      MessageSid: sid,
      SmsMessageSid: sid,
      AccountSid: accountSid,
      From: from,
      To: to,
      Body: body,
      NumMedia: '0',
      ApiVersion: '2010-04-01',
      ...more,
    }),
  );

/** Presses a key during a call: `twiml` says where that goes, `port` is where Paksa is behind the proxy. */
export function presses(
  { accountSid, token, from }: TwilioAccount,
  {
    twiml,
    digit,
    to,
    port,
    call = 'CA1',
  }: {
    readonly twiml: string;
    readonly digit: string;
    readonly to: string;
    readonly port: number;
    readonly call?: string;
  },
): Promise<Told> {
  const action = /<Gather [^>]*action="([^"]+)"/.exec(twiml)?.[1]?.replaceAll('&amp;', '&');
  if (action === undefined) throw new Error(`no key is asked for: ${twiml}`);
  const { pathname, search } = new URL(action);
  // Whatever the proxy has before Paksa's own paths is gone behind it.
  const own = pathname.slice(pathname.indexOf('/pagers/'));
  return callWebhook(
    `http://127.0.0.1:${port}${own}${search}`,
    action,
    token,
    new URLSearchParams({
      CallSid: call,
      AccountSid: accountSid,
      From: from,
      To: to,
      Direction: 'outbound-api',
      CallStatus: 'in-progress',
      Digits: digit,
      msg: 'Gather End',
    }),
  );
}

export const signedAnswer = (
  url: string,
  answer: unknown,
  secret: string,
  seconds = Math.floor(Date.now() / 1000),
): Promise<Told> => {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return post(url, body, { ...JSON_TYPE, 'x-paksa-signature': `t=${seconds},v1=${v1}` });
};
