/** A page as a phone takes it: a text message of two segments at most, and what is read out to who picks up. */
import type { PageRequest } from './held.ts';
import { headline, levelLine, NEXT_STEP, shorten } from './text.ts';

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

export function smsText({ incident, page, key }: PageRequest): string {
  const end = `\n${plain(levelLine(incident, page)).slice(0, 60)}. ${NEXT_STEP} ${markOf(key)}`;
  return `${shorten(`Page: ${plain(headline(incident))}`, MOST_SMS - end.length, '...')}${end}`;
}

/** Read out twice: the first time, whoever it woke was not listening yet. */
export function callText({ incident, page }: PageRequest): string {
  const said = `This is Paksa. ${plain(headline(incident))}. You are paged as ${plain(levelLine(incident, page))}. ${NEXT_STEP}`;
  return `<Response><Say loop="2">${xml(shorten(said, MOST_SAID, '...'))}</Say></Response>`;
}

const xml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
