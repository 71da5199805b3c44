/** What came of a reply, in a sentence that fits into one SMS or is read out. https://www.twilio.com/docs/messaging/twiml */
import type { ReplyOutcome } from '../engine/replies.ts';
import type { Deed } from '../incident/event.ts';

export const SILENCE = '<Response/>';

export const HOW =
  'Reply 1 to acknowledge, 2 for more people, 3 once it is resolved, or “note” and what you know.';

export const saySms = (text: string): string => `<Response><Message>${xml(text)}</Message></Response>`;

export const sayInCall = (text: string): string => `<Response><Say>${xml(text)}</Say><Hangup/></Response>`;

/** Asks again, of who pressed another key; `url`: where the next one goes. */
export const askAgain = (url: string): string =>
  `<Response><Gather input="dtmf" numDigits="1" timeout="10" method="POST" action="${xml(url)}"><Say>Press 1 to acknowledge, or 2 for more people.</Say></Gather></Response>`;

/** `INC-12` is read out as one word otherwise. */
export const spoken = (text: string): string => text.replace(/INC-(\d+)/g, 'incident $1');

export function sentence(outcome: ReplyOutcome): string {
  switch (outcome.outcome) {
    case 'done': {
      const { deed, incident, others } = outcome;
      const also =
        deed === 'acknowledge' && others.length > 0 ? ` Still open: ${others.slice(0, 5).join(', ')}.` : '';
      return `${DONE[deed](incident)}${also}`;
    }
    case 'refused':
      return `${outcome.incident}: ${outcome.why}`;
    case 'unknown':
      return 'Nothing is open that you were paged for here. Look in Slack.';
    case 'again':
      return 'That has been taken already.';
    case 'kept':
      return 'Paksa has it, and does it in a moment. Look in Slack.';
    case 'not-kept':
      return 'Paksa could not take it: do it in Slack, or try again in a minute.';
  }
}

const DONE: Readonly<Record<Deed, (incident: string) => string>> = {
  acknowledge: (incident) => `${incident} is acknowledged by you. Nobody else is called.`,
  unacknowledge: (incident) => `${incident} is open again.`,
  escalate: (incident) => `${incident}: more people are called.`,
  resolve: (incident) => `${incident} is resolved.`,
  reopen: (incident) => `${incident} is open again.`,
  note: (incident) => `Noted on ${incident}.`,
};

const xml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
