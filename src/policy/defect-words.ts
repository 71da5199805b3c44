/** Defects in words, what to do included: the same for a terminal and for Slack, which name people and times differently. */
import type { About, Defect } from './defect.ts';
import type { Span } from './schedule.ts';
import { DAY } from './wall-clock.ts';

export interface Words {
  /** How somebody, some place or a pager is named. */
  readonly name: (about: About) => string;
  readonly at: (ms: number) => string;
  /** Text from outside, made harmless. */
  readonly say: (text: string) => string;
}

/** Of more, only how many. */
const MOST_TIMES = 3;
const MOST_NAMES = 6;

/** `level`: of which ladder's level, counted from 1. */
export function defectWords(defect: Defect, level: number, words: Words): string {
  const { name, at, say } = words;
  const user = (id: string) => name({ kind: 'user', id });
  switch (defect.what) {
    case 'empty':
      return `has nobody: add ladder.levels[${level - 1}].responders to paksa.yaml`;
    case 'level-nobody':
      return `reaches nobody ${times(defect.times, words)}`;
    case 'level-silent':
      return `wakes nobody ${times(defect.times, words)}: everybody is in do-not-disturb, where Slack makes no sound. Put a pager that rings before slack`;
    case 'gap':
      return `nobody is on call in ${name({ kind: 'schedule', id: defect.schedule })} ${times(defect.times, words)}: make an override, or add a layer`;
    case 'deactivated':
      return `${user(defect.user)}${via(defect.via, words)} is deactivated: put somebody else into paksa.yaml`;
    case 'bot':
      return `${user(defect.user)}${via(defect.via, words)} is an app, and wakes nobody: put a person into paksa.yaml`;
    case 'missing':
      return `${user(defect.user)}${via(defect.via, words)} is not known to Slack: correct the id in paksa.yaml`;
    case 'guest':
      return `${user(defect.user)}${via(defect.via, words)} is a guest, who can do nothing with Paksa in Slack, and sees only the channels that they were invited to: make them a member, or put a pager that they can answer before slack`;
    case 'group-empty':
      return `${name({ kind: 'usergroup', id: defect.group })} has no members: add some in Slack`;
    case 'group-disabled':
      return `${name({ kind: 'usergroup', id: defect.group })} is disabled: enable it in Slack, or choose another one`;
    case 'group-missing':
      return `${name({ kind: 'usergroup', id: defect.group })} is not known to Slack: correct the id in paksa.yaml`;
    case 'group-deactivated':
      return `every member of ${name({ kind: 'usergroup', id: defect.group })} is deactivated: add others in Slack`;
    case 'group-homeless':
      return `there is no channel to mention ${name({ kind: 'usergroup', id: defect.group })} in when an alert opens the incident: set “channel” in paksa.yaml`;
    case 'channel-archived':
      return `${name({ kind: 'channel', id: defect.channel })} is archived: choose another channel`;
    case 'channel-missing':
      return `${name({ kind: 'channel', id: defect.channel })} is not known to Slack, or is private and Paksa is not in it: invite Paksa, or correct the id`;
    case 'channel-open':
      return `Paksa is not in ${name({ kind: 'channel', id: defect.channel })}: it can post there, but not see whether a page has arrived. Invite it`;
    case 'quiet-now':
      return `${user(defect.user)} is in do-not-disturb until ${at(defect.until)}`;
    case 'quiet-nights':
      return `${user(defect.user)} has do-not-disturb in ${count(defect.nights.length, 'night')} of theirs, ${first(defect.nights, words)}`;
    case 'no-contact':
      return `${user(defect.user)} has no ${defect.needs} for ${name({ kind: 'pager', id: defect.pager })}: add people.${say(defect.user)}.${defect.needs} to paksa.yaml`;
    case 'not-a-person':
      return `${name({ kind: 'pager', id: defect.pager })} reaches persons, and not ${name(defect.responder)}: name users or a schedule too`;
    case 'pager-failing':
      return `${name({ kind: 'pager', id: defect.pager })} does not answer: ${say(defect.why)}`;
    case 'unknown':
      return `could not look at ${names(defect.about, words)}: ${say(defect.why)}`;
  }
}

const via = ({ kind, id }: About, { name }: Words): string =>
  kind === 'schedule' ? ` (in ${name({ kind, id })})` : '';

const count = (many: number, one: string): string => `${many} ${one}${many === 1 ? '' : 's'}`;

function names(about: readonly About[], { name }: Words): string {
  const shown = about.slice(0, MOST_NAMES).map(name);
  return `${shown.join(', ')}${about.length > shown.length ? `, and ${about.length - shown.length} more` : ''}`;
}

const span = ({ from, to }: Span, { at }: Words): string => `${at(from)} to ${at(to)}`;

/** A span of the whole time looked at needs no dates. */
function times(all: readonly Span[], words: Words): string {
  const [only] = all;
  if (all.length === 1 && only && only.to - only.from >= DAY * 13) return 'at any time';
  const shown = all.slice(0, MOST_TIMES).map((each) => span(each, words));
  return `from ${shown.join(', ')}${all.length > shown.length ? `, and ${count(all.length - shown.length, 'more time')} within 14 days` : ''}`;
}

const first = ([one]: readonly Span[], words: Words): string =>
  one === undefined ? '' : `the first from ${span(one, words)}`;

/** Hours and minutes since the incident was opened: `00:10`, `00:01:30`, `1 d 02:00`. */
export function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${two(Math.floor((seconds % 86_400) / 3600))}:${two(Math.floor((seconds % 3600) / 60))}`;
  const rest = seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`;
  return `${days > 0 ? `${days} d ` : ''}${clock}${rest}`;
}
