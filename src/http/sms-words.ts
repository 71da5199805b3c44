/** What somebody means who answers a page by SMS, with one thumb and in the dark. */
import type { Deed } from '../incident/event.ts';

export type SmsReply =
  | { readonly deed: Deed; readonly incident?: string; readonly text?: string }
  /** Twilio answers these itself, and does as they say. */
  | 'left to Twilio'
  | 'unclear';

const DEEDS: Readonly<Record<string, Deed>> = {
  '1': 'acknowledge',
  ack: 'acknowledge',
  acknowledge: 'acknowledge',
  acknowledged: 'acknowledge',
  '2': 'escalate',
  esc: 'escalate',
  escalate: 'escalate',
  '3': 'resolve',
  resolve: 'resolve',
  resolved: 'resolve',
};

/** https://help.twilio.com/articles/223134027: the whole message, in any case. */
const OPT_WORDS = new Set(
  'stop stopall unsubscribe cancel end quit revoke optout start yes unstop help info'.split(' '),
);

const MOST_NOTE = 2000;

/** `1`, `Ack.`, `2 INC-12`, `ack 12`, `note DNS is the cause`. */
export function readSms(body: string): SmsReply {
  const text = body.normalize('NFKC').trim().toWellFormed();
  const noted = /^note\b[\s:,-]*(\S.*)$/is.exec(text)?.[1];
  if (noted !== undefined) return noteOf(noted);
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s#-]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const [first = '', second] = words;
  if (words.length === 1 && OPT_WORDS.has(first)) return 'left to Twilio';
  const deed = DEEDS[first];
  const incident = second === undefined ? undefined : incidentIn(second);
  // A sentence that begins with “1” or “ack” is not understood by its first word alone.
  if (deed === undefined || words.length > 2 || (second !== undefined && incident === undefined))
    return 'unclear';
  return { deed, ...(incident === undefined ? {} : { incident }) };
}

function noteOf(text: string): SmsReply {
  const [, named, rest] = /^(inc-?\d{1,10})\b[\s:,-]*(\S.*)$/is.exec(text) ?? [];
  const incident = named === undefined ? undefined : incidentIn(named.toLowerCase());
  return incident === undefined || rest === undefined
    ? { deed: 'note', text: text.slice(0, MOST_NOTE) }
    : { deed: 'note', incident, text: rest.slice(0, MOST_NOTE) };
}

function incidentIn(word: string): string | undefined {
  const number = /^#?(?:inc-?)?(\d{1,10})$/.exec(word)?.[1];
  return number === undefined ? undefined : `INC-${Number(number)}`;
}
