/** What people do with an incident by typing it, in Slack and in a terminal: the same words, read once and done once. */
import { UserError } from '../errors.ts';
import { periodOf } from '../policy/moment.ts';
import { type DecideDeps, type Decision, decide } from './decide.ts';
import { type LifeRequest, type Lived, merge, reopen } from './merge.ts';

type Typed = 'acknowledge' | 'resolve' | 'escalate';

export type Act =
  | { readonly act: 'show' }
  | { readonly act: 'postmortem' }
  | { readonly act: Typed }
  /** Until when: `1h`, `09:00`, `2026-12-24 18:00`, in lower case. */
  | { readonly act: 'snooze'; readonly moments: readonly string[] }
  /** A Slack user. */
  | { readonly act: 'assign'; readonly to: string }
  | { readonly act: 'reopen'; readonly reason: string }
  | { readonly act: 'note'; readonly text: string }
  | { readonly act: 'merge'; readonly into: string }
  /** What is missing, and how it is written. */
  | { readonly act: 'unclear'; readonly say: string };

const PLAIN: Readonly<Record<string, 'show' | 'postmortem' | Typed>> = {
  '': 'show',
  show: 'show',
  ack: 'acknowledge',
  acknowledge: 'acknowledge',
  resolve: 'resolve',
  escalate: 'escalate',
  postmortem: 'postmortem',
};

/** Each verb that is understood, and what it does; the first name of each is shown. */
export const VERBS = [
  ...['ack', 'acknowledge', 'resolve', 'escalate', 'postmortem'],
  ...['snooze', 'assign', 'reassign', 'reopen', 'note', 'merge'],
] as const;

const HOW = 'ack, snooze 1h, assign @user, note …, resolve, reopen …, merge INC-2, escalate or postmortem';
const INCIDENT = /\bINC-\d{1,12}\b/i;
const USER = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$|^([UW][A-Z0-9]{6,})$/i;

/** `said`: what follows the incident, with its case. */
export function actOf(said: string): Act {
  const [, verb = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(said) ?? [];
  const word = verb.toLowerCase();
  const plain = Object.hasOwn(PLAIN, word) ? PLAIN[word] : undefined;
  if (plain !== undefined) return { act: plain };
  switch (word) {
    case 'snooze': {
      const moments = rest
        .toLowerCase()
        .split(/\s+/)
        .filter((each) => each !== '' && each !== 'for');
      return moments.length > 0
        ? { act: 'snooze', moments }
        : {
            act: 'unclear',
            say: 'Until when? Write “snooze 1h”, “snooze until 09:00” or “snooze 2026-12-24 18:00”.',
          };
    }
    case 'assign':
    case 'reassign': {
      const [, mentioned, id] = USER.exec(rest.replace(/^to\s+/i, '').trim()) ?? [];
      const to = mentioned ?? id?.toUpperCase();
      return to === undefined
        ? { act: 'unclear', say: 'To whom? Mention them, or give their id, such as U012AB3CD.' }
        : { act: 'assign', to };
    }
    case 'reopen':
      return rest.trim() === ''
        ? { act: 'unclear', say: 'Why? Write “reopen” and the reason: whoever reads this later has to know.' }
        : { act: 'reopen', reason: rest.trim() };
    case 'note':
      return rest.trim() === ''
        ? { act: 'unclear', say: 'Note what? Write “note” and the text.' }
        : { act: 'note', text: rest.trim() };
    case 'merge': {
      const into = INCIDENT.exec(rest)?.[0];
      return into === undefined
        ? { act: 'unclear', say: 'Into which one? Write “merge INC-2”.' }
        : { act: 'merge', into: into.toUpperCase() };
    }
    default:
      return {
        act: 'unclear',
        say: `“${verb.slice(0, 40)}” is nothing that can be done with an incident: ${HOW}.`,
      };
  }
}

export interface ActDeps extends DecideDeps {
  readonly redact: (text: string) => string;
}

export interface ActRequest extends LifeRequest {
  /** Of whoever asks: moments are read on their clock. */
  readonly zone: string;
}

type Done = Exclude<Act, { act: 'show' } | { act: 'postmortem' } | { act: 'unclear' }>;

/** @throws UserError on a word that is no moment */
export async function carryOutAct(deps: ActDeps, act: Done, request: ActRequest): Promise<Lived> {
  const { incident, actor, cause } = request;
  if (act.act === 'merge') return merge(deps, { ...request, into: act.into });
  if (act.act === 'reopen') return reopen(deps, { ...request, reason: deps.redact(act.reason) });
  return decide(deps, incident, await decisionOf(deps, act, request.zone), actor, cause);
}

async function decisionOf(
  deps: ActDeps,
  act: Exclude<Done, { act: 'merge' | 'reopen' }>,
  zone: string,
): Promise<Decision> {
  switch (act.act) {
    case 'snooze':
      return { decision: 'snooze', until: await momentOf(deps, act.moments, zone) };
    case 'assign':
      return { decision: 'reassign', to: act.to };
    case 'note':
      return { decision: 'note', text: deps.redact(act.text).slice(0, MOST_NOTE) };
    case 'acknowledge':
    case 'resolve':
    case 'escalate':
      return { decision: act.act };
  }
}

/** Of a note; the rest belongs into the thread. */
export const MOST_NOTE = 3_000;

async function momentOf({ store }: ActDeps, moments: readonly string[], zone: string): Promise<number> {
  const now = await store.transact(async (tx) => tx.now);
  const { from, to, unknown } = periodOf(moments, zone, now);
  const until = to ?? from;
  if (unknown !== undefined || until === undefined)
    throw new UserError(
      `“${(unknown ?? moments.join(' ')).slice(0, 40)}” is no moment: write 1h, 09:00 or 2026-12-24 18:00.`,
    );
  return until;
}
