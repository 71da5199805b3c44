/**
 * Pages by SMS or by a call through Twilio. It knows no idempotency key: where the answer was lost, the account's latest
 * messages or calls to that number are read before anything is sent again. A message carries the page's mark; a call
 * carries nothing, and is known by its number, its time, and by belonging to no other page.
 * https://www.twilio.com/docs/messaging/api/message-resource, …/docs/voice/api/call-resource
 */
import { z } from 'zod';
import { AdapterError } from '../errors.ts';
import { type Begun, createHeldPager, type PageRequest, type PagingDeps, TIMEOUT_MS } from './held.ts';
import { contactOf } from './person.ts';
import { callProvider } from './provider-call.ts';
import type { People, TwilioSettings } from './settings.ts';
import { callText, markOf, smsText } from './spoken.ts';

const Sent = z.object({ sid: z.string() });
const Refusal = z.object({ message: z.string().optional(), code: z.number().optional() });
const Listed = z.object({
  sid: z.string(),
  from: z.string().nullish(),
  direction: z.string(),
  date_created: z.string().nullish(),
  body: z.string().nullish(),
});
const Account = z.object({ status: z.string().max(40) });
const List = z.object({ messages: z.array(Listed).default([]), calls: z.array(Listed).default([]) });

/**
 * Its queue is full, or too many calls are under way, or it is being looked after; 21211, 21610, 21614 and all others are for
 * good. https://www.twilio.com/docs/api/errors
 */
const PASSING: ReadonlySet<number> = new Set([10004, 14107, 20429, 20503, 21611, 21730]);

/** How many of the latest are read, newest first. */
const LATEST = 50;
/** How far Twilio's clock may be behind the database's, in milliseconds. */
const SKEW_MS = 120_000;

export function createTwilio(settings: TwilioSettings, people: People, deps: PagingDeps) {
  const { name, url, by, accountSid, apiKey, token, from } = settings;
  const words = by === 'sms' ? 'SMS' : 'phone call';
  const resource = by === 'sms' ? 'Messages' : 'Calls';
  const account = `${url}/2010-04-01/Accounts/${accountSid}`;
  const ask = (operation: string, number: string, { at = `/${resource}`, query = '', form }: Asking) =>
    callProvider({
      system: 'Twilio',
      operation,
      url: `${account}${at}.json${query}`,
      method: form ? 'POST' : 'GET',
      headers: {
        authorization: `Basic ${Buffer.from(`${apiKey ?? accountSid}:${token}`).toString('base64')}`,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { body: form.toString() } : {}),
      timeoutMs: deps.timeoutMs ?? TIMEOUT_MS,
      hide: [token, number].filter((each) => each !== ''),
      reason: (answer) => {
        const { message, code } = Refusal.safeParse(answer).data ?? {};
        return code === undefined ? message : `${message ?? 'error'} [${code}]`;
      },
      isPassing: (answer) => PASSING.has(Refusal.safeParse(answer).data?.code ?? 0),
      remedy: `check pagers.${name}.accountSid and the variable that pagers.${name}.tokenEnv names`,
    });

  return createHeldPager(deps, name, {
    reaches: 'responder',
    send: async (request) => {
      const number = contactOf(people, name, request.to, 'phone');
      const answer = await ask('take the page', number, { form: form(settings, number, request) });
      const { sid } = Sent.safeParse(answer).data ?? {};
      return { by: words, ...(sid === undefined ? {} : { reference: sid }) };
    },
    find: async (request, begun) => {
      const number = contactOf(people, name, request.to, 'phone');
      const query = `?${new URLSearchParams({ To: number, PageSize: String(LATEST) })}`;
      const list = List.parse(await ask('say whether it has the page', number, { query }));
      const sent = [...list.messages, ...list.calls].filter(
        (each) => each.direction === 'outbound-api' && isSince(begun, each.date_created),
      );
      const mark = markOf(request.key);
      const ours =
        by === 'sms'
          ? sent.find(({ body }) => body?.includes(mark))
          : await firstUnknown(sent.filter((each) => each.from === from).toReversed(), begun);
      return ours && { by: words, reference: ours.sid };
    },
    check: async () => {
      // An API key may read everything but the account itself.
      if (apiKey !== undefined) {
        await ask('say what it has sent', '', { query: '?PageSize=1' });
        return 'knows the key';
      }
      const { status = 'of an unknown state' } =
        Account.safeParse(await ask('say how the account is', '', { at: '' })).data ?? {};
      if (status !== 'active') throw notActive(status, settings);
      return 'the account is active';
    },
  });
}

/** A suspended account answers, and sends nothing. */
const notActive = (status: string, { name }: TwilioSettings): AdapterError =>
  new AdapterError(`The account is ${status}: see Twilio’s console, or correct pagers.${name}.accountSid.`, {
    system: 'Twilio',
    operation: 'check',
    fault: 'forbidden',
    retryable: false,
  });

interface Asking {
  /** Within the account; where messages or calls are, when absent. */
  readonly at?: string;
  readonly query?: string;
  readonly form?: URLSearchParams;
}

const isSince = ({ at }: Begun, created: string | null | undefined): boolean =>
  created != null && Date.parse(created) >= at - SKEW_MS;

/** The first that no other page is known by. */
async function firstUnknown(calls: readonly z.output<typeof Listed>[], { isAnothers }: Begun) {
  for (const call of calls) if (!(await isAnothers(call.sid))) return call;
  return undefined;
}

function form({ by, from, replies }: TwilioSettings, number: string, request: PageRequest): URLSearchParams {
  if (by === 'voice')
    return new URLSearchParams({ To: number, From: from, Twiml: callText(request, replies?.url) });
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from };
  return new URLSearchParams({ To: number, ...sender, Body: smsText(request, replies !== undefined) });
}
