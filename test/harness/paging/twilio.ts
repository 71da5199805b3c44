/** Twilio's Messages and Calls, as strict as the documentation: basic auth, forms, E.164, lengths, who may send. */
import { randomBytes } from 'node:crypto';
import { type ProviderAnswer, type ProviderRequest, startProvider } from './provider.ts';

export const TWILIO = {
  accountSid: `AC${'0'.repeat(32)}`,
  token: 'a-token-of-the-twilio-tests',
  from: '+15005550006',
} as const;

export interface Sent {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly direction: 'outbound-api';
  readonly date_created: string;
  /** Absent for a call, of which Twilio keeps no words. */
  readonly body?: string;
}

const E164 = /^\+[1-9]\d{1,14}$/;

export async function startTwilio() {
  const messages: Sent[] = [];
  const calls: Sent[] = [];
  const spoken: string[] = [];
  const account = { status: 'active' };
  const provider = await startProvider((request) => judge(request));

  function judge({ method, path, query, headers, body }: ProviderRequest): ProviderAnswer {
    const basic = `Basic ${Buffer.from(`${TWILIO.accountSid}:${TWILIO.token}`).toString('base64')}`;
    if (headers.authorization !== basic) return refuse(401, 20003, 'Authenticate');
    if (method === 'GET' && path === `/2010-04-01/Accounts/${TWILIO.accountSid}.json`)
      return { status: 200, body: { sid: TWILIO.accountSid, status: account.status } };
    const found = /^\/2010-04-01\/Accounts\/(\w+)\/(Messages|Calls)\.json$/.exec(path);
    if (found?.[1] !== TWILIO.accountSid) return refuse(404, 20404, 'The requested resource was not found');
    const isMessage = found[2] === 'Messages';
    const kept = isMessage ? messages : calls;
    if (method === 'GET') {
      const to = query.get('To');
      const page = kept
        .filter((each) => to === null || each.to === to)
        .toReversed()
        .slice(0, Number(query.get('PageSize') ?? 50));
      return { status: 200, body: isMessage ? { messages: page } : { calls: page } };
    }
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return refuse(400, 21603, 'A form is expected');
    const form = new URLSearchParams(body);
    const allowed = isMessage ? ['To', 'From', 'MessagingServiceSid', 'Body'] : ['To', 'From', 'Twiml'];
    const unknown = [...form.keys()].find((key) => !allowed.includes(key));
    if (unknown !== undefined) return refuse(400, 20001, `Unknown parameter ${unknown}`);
    const to = form.get('To') ?? '';
    if (!E164.test(to)) return refuse(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
    const from = form.get('From') ?? form.get('MessagingServiceSid') ?? '';
    if (from !== TWILIO.from && !(isMessage && /^MG[0-9a-f]{32}$/.test(from)))
      return refuse(400, isMessage ? 21606 : 21210, `The 'From' number ${from} is not yours.`);
    const words = form.get(isMessage ? 'Body' : 'Twiml') ?? '';
    if (words === '') return refuse(400, isMessage ? 21602 : 21205, 'Words are required.');
    if (words.length > (isMessage ? 1600 : 4000)) return refuse(400, 21617, 'The words are too long.');
    if (!isMessage && !/^<Response><Say[^>]*>[^<>]+<\/Say><\/Response>$/.test(words))
      return refuse(400, 12100, 'Document parse failure');
    const sent: Sent = {
      sid: `${isMessage ? 'SM' : 'CA'}${randomBytes(16).toString('hex')}`,
      to,
      from: from.startsWith('MG') ? TWILIO.from : from,
      direction: 'outbound-api',
      date_created: new Date().toUTCString(),
      ...(isMessage ? { body: words } : {}),
    };
    if (!isMessage) spoken.push(words);
    kept.push(sent);
    return { status: 201, body: { ...sent, status: 'queued' } };
  }

  return { ...provider, messages, calls, spoken, account };
}

const refuse = (status: number, code: number, message: string): ProviderAnswer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});
