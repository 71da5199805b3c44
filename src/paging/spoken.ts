/** A page as a phone takes it: a text message of two segments at most, and what is read out to who picks up. */
import type { PageRequest } from './held.ts';
import { headline, levelLine, nextStep, shorten } from './text.ts';

/** Two segments of the GSM alphabet; one character outside it would make them segments of 67. */
const MOST_SMS = 306;
/** Twilio takes 4,000 characters of TwiML; nobody listens to more than this. */
const MOST_SAID = 600;

/** By which a message is known again: the end of the page's key. */
export const markOf = (key: string): string => `#${key.slice(-12)}`;

/** What phones write in two bytes, and what is said instead. */
const PLAIN: readonly [RegExp, string][] = [
  [/[“”„«»]/g, '"'],
  [/[‘’‚`]/g, "'"],
  [/[–—−]/g, '-'],
  [/[·•›]/g, ','],
  [/…/g, '...'],
  [/→/g, '->'],
];

const plain = (text: string): string =>
  PLAIN.reduce((done, [find, replace]) => done.replace(find, replace), text);

/** `isAnswerable`: whether a reply to it comes back. */
export function smsText({ incident, page, key }: PageRequest, isAnswerable = false): string {
  const next =
    isAnswerable && !incident.drill ? 'Reply 1 to acknowledge, 2 for more people.' : nextStep(incident);
  const end = `\n${plain(levelLine(incident, page)).slice(0, 60)}. ${next} ${markOf(key)}`;
  return `${shorten(`Page: ${plain(headline(incident))}`, MOST_SMS - end.length, '...')}${end}`;
}

/**
 * Read out twice: the first time, whoever it woke was not listening yet. `answersAt`: where a key that is pressed goes.
 * https://www.twilio.com/docs/voice/twiml/gather
 */
export function callText({ incident, page, key }: PageRequest, answersAt?: string): string {
  // A drill is answered in Slack alone.
  const repliesAt = incident.drill ? undefined : answersAt;
  const next = repliesAt === undefined ? nextStep(incident) : 'Press 1 to acknowledge, or 2 for more people.';
  const what = shorten(
    `This is Paksa. ${plain(headline(incident))}. You are paged as ${plain(levelLine(incident, page))}.`,
    MOST_SAID,
    '...',
  );
  const say = `<Say loop="2">${xml(`${what} ${next}`)}</Say>`;
  if (repliesAt === undefined) return `<Response>${say}</Response>`;
  const action = xml(`${repliesAt}?${new URLSearchParams({ page: key })}`);
  return `<Response><Gather input="dtmf" numDigits="1" timeout="10" method="POST" action="${action}">${say}</Gather></Response>`;
}

const xml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
