/**
 * Replies to an SMS, and keys pressed during a call. Twilio signs the address that it calls with the form's fields; behind a
 * proxy only the configuration knows that address. https://www.twilio.com/docs/usage/security#validating-requests
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { RawReply, ReadReply, ReplySource } from '../engine/replies.ts';
import type { Deed } from '../incident/event.ts';
import { header, isSame, PAGE_KEY, receiptId } from './reply-fields.ts';
import { readSms } from './sms-words.ts';
import { askAgain, HOW, SILENCE, sayInCall, saySms, sentence, spoken } from './twiml.ts';

export interface TwilioReplies {
  readonly pager: string;
  /** The account's auth token. */
  readonly secret: string;
  readonly accountSid: string;
  /** Where this pager's replies come in, as Twilio knows it. */
  readonly url: string;
  /** All pagers of the kind: who was called may answer by SMS. */
  readonly pagers: readonly string[];
  /** Users by their numbers in E.164. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

const Sms = z.object({
  MessageSid: z.string().min(1),
  From: z.string(),
  Body: z.string(),
  OptOutType: z.string().optional(),
});
const Call = z.object({ CallSid: z.string().min(1), Digits: z.string().default('') });

const KEYS: Readonly<Record<string, Deed>> = { '1': 'acknowledge', '2': 'escalate' };

export const createTwilioReplies = (settings: TwilioReplies): ReplySource => ({
  read: (request) => {
    const form = new URLSearchParams(request.body);
    if (!isSigned(settings, request, form))
      return {
        refused: 401,
        why: `its X-Twilio-Signature was not made with the account’s auth token for ${settings.url}: check webhookSecretEnv, and that publicUrl is the address that Twilio has`,
      };
    if (form.get('AccountSid') !== settings.accountSid)
      return { refused: 401, why: 'it is of another account than accountSid' };
    const fields = Object.fromEntries(form);
    const page = new URLSearchParams(request.search).get('page');
    if (page !== null) return ofCall(settings, page, fields);
    const { data: sms } = Sms.safeParse(fields);
    return sms
      ? ofSms(settings, sms)
      : { refused: 400, why: 'it is neither a message nor a key pressed in a call' };
  },
});

function ofSms(
  { pager, pagers, users }: TwilioReplies,
  { MessageSid, From, Body, OptOutType }: z.output<typeof Sms>,
): ReadReply {
  const known = users.get(From);
  const read = OptOutType ? 'left to Twilio' : readSms(Body);
  if (known === undefined) return { ignored: 'nobody under people has that number', answer: SILENCE };
  if (read === 'left to Twilio') return { ignored: 'a word of Twilio’s own', answer: SILENCE };
  if (read === 'unclear') return { ignored: 'not understood', answer: saySms(HOW) };
  const { deed, incident, text } = read;
  return {
    id: receiptId(pager, MessageSid),
    reply: {
      pager,
      of: { users: known, pagers, ...(incident === undefined ? {} : { incident }) },
      deed,
      via: 'SMS',
      ...(text === undefined ? {} : { text }),
    },
    say: (outcome) => saySms(sentence(outcome)),
  };
}

function ofCall({ pager, url }: TwilioReplies, page: string, fields: unknown): ReadReply {
  const { data: call } = Call.safeParse(fields);
  if (!call || !PAGE_KEY.test(page))
    return { refused: 400, why: 'it is no key pressed in a call of Paksa’s' };
  const deed = KEYS[call.Digits];
  if (deed === undefined)
    return {
      ignored: 'another key',
      answer: askAgain(`${url}?${new URLSearchParams({ page })}`),
    };
  return {
    id: receiptId(pager, `${call.CallSid}/${deed}`),
    reply: { pager, of: { key: page }, deed, via: 'phone' },
    say: (outcome) => sayInCall(spoken(sentence(outcome))),
  };
}

/** The address, then each field's name and value, by name; a name that comes twice has each of its values once, sorted. */
function isSigned({ secret, url }: TwilioReplies, request: RawReply, form: URLSearchParams): boolean {
  const fields = [...new Set(form.keys())]
    .sort()
    .flatMap((key) => [...new Set(form.getAll(key))].sort().map((value) => `${key}${value}`))
    .join('');
  const given = Buffer.from(header(request, 'x-twilio-signature'));
  // Twilio leaves a standard port out, or not.
  return spellings(`${url}${request.search}`)
    .map((address) => createHmac('sha1', secret).update(`${address}${fields}`).digest('base64'))
    .map((expected) => isSame(given, Buffer.from(expected)))
    .includes(true);
}

function spellings(address: string): readonly string[] {
  const { protocol, host, hostname, port } = new URL(address);
  if (port !== '') return [address, address.replace(`//${host}`, `//${hostname}`)];
  return [address, address.replace(`//${host}`, `//${host}:${protocol === 'https:' ? 443 : 80}`)];
}
