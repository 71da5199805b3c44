/** Text for Slack: escaped, cut to Slack's limits (counted in code points), with mentions and times in the reader's own zone. */
import type { HeldUpBy, Reached } from '../../incident/incident.ts';
import type { Grantee, Responder } from '../../policy/policy.ts';

/** Slack's limits, in code points. */
export const LIMIT = {
  header: 150,
  section: 3000,
  field: 2000,
  context: 2000,
  button: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  fallback: 4000,
} as const;

/** Bidirectional controls reorder what is read; the rest of these are invisible. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/** More than any place takes: what is beyond is not worth looking at. */
const MOST = 20_000;

/** Text from outside where Slack reads no markup. Half a surrogate pair is no text that Slack takes. */
export const plain = (text: string): string => text.replace(UNSEEN, '').slice(0, MOST).toWellFormed();

/** Makes text from outside harmless in mrkdwn: no mentions, links or broadcasts come of it. */
export const escaped = (text: string): string =>
  plain(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** For what is one line by its nature: text from outside cannot draw lines of its own on a card. */
export const oneLine = (text: string): string => escaped(text.replace(/\s+/g, ' '));

/** The code points up to one more than `limit`: of a huge text the rest need not be counted. */
const beginning = (text: string, limit: number): string[] => [...text.slice(0, 2 * (limit + 1))];

/** At most `limit` code points, with an ellipsis where something was cut. Never cuts inside `&lt;` or a mention. */
export function clip(text: string, limit: number): string {
  const points = beginning(text, limit);
  if (points.length <= limit) return text;
  const cut = points.slice(0, limit - 1).join('');
  return `${cut.replace(/(&[a-z]{0,4}|<[^>]*)$/, '')}…`;
}

export const andMore = (count: number): string => `_… and ${count} more_`;

/** Room for `andMore` and the line break before it. */
const NOTE = 24;

/** As many whole lines as fit, at least the beginning of the first, and how many were left out. */
export function clipLines(lines: readonly string[], limit: number, most = lines.length): string {
  const [first] = lines;
  if (first !== undefined && lines.length === 1) return clip(first, limit);
  const kept: string[] = [];
  let left = limit - NOTE;
  for (const line of lines.slice(0, most)) {
    left -= beginning(line, Math.max(0, left)).length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  if (first !== undefined && kept.length === 0) kept.push(clip(first, limit - NOTE));
  const more = lines.length - kept.length;
  return [...kept, ...(more > 0 ? [andMore(more)] : [])].join('\n');
}

/** Who acts and is nobody; Slack's ids are in capitals. */
const MACHINES: Readonly<Record<string, string>> = {
  paksa: 'Paksa',
  alertmanager: 'Alertmanager',
  grafana: 'Grafana',
  generic: 'an alert',
};

/** Somebody who acted where a page was received: `at:PagerDuty/Dana`. */
const AT_SERVICE = /^at:([^/]*)\/(.*)$/s;

/** A person: a Slack user, somebody in a terminal or at a service that was paged, Paksa itself, or what sends alerts. */
export function person(actor: string): string {
  const machine = MACHINES[actor];
  if (machine !== undefined) return machine;
  const [, service, name = ''] = AT_SERVICE.exec(actor) ?? [];
  if (service !== undefined)
    return `${name === '' ? '' : `${clip(oneLine(name), 80)} at `}${clip(oneLine(service), 40)}`;
  return actor.startsWith('cli:') ? `${clip(oneLine(actor.slice(4)), 80)} (terminal)` : `<@${actor}>`;
}

export function responder({ kind, id }: Grantee): string {
  switch (kind) {
    case 'user':
      return `<@${id}>`;
    case 'usergroup':
      return `<!subteam^${id}>`;
    case 'channel':
      return `<#${id}>`;
    case 'domain':
      return `everybody of @${oneLine(id)}`;
    case 'schedule':
      return `who is on call in “${oneLine(id)}”`;
  }
}

export const responders = (all: readonly Grantee[]): string =>
  all.length === 0
    ? 'nobody (see `approvals.approvers` in paksa.yaml)'
    : unique(all).map(responder).join(', ');

/** Those who have been paged: of a schedule, the one whom its latest page has reached. */
export const paged = (all: readonly Responder[], reached: readonly Reached[] = []): string =>
  unique(all)
    .map((each) => {
      const last = reached.findLast((one) => one.responder === `${each.kind}/${each.id}`);
      return last ? `${person(last.user)}, ${responder(each)}` : responder(each);
    })
    .join(', ');

const unique = <Who extends Grantee>(all: readonly Who[]): readonly Who[] => [
  ...new Map(all.map((each) => [`${each.kind}/${each.id}`, each])).values(),
];

/** A moment, epoch milliseconds, as the reader's client writes times. */
export function time(ms: number): string {
  const date = new Date(ms);
  const fallback = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(ms / 1000)}^{time}|${fallback}>`;
}

export const dateAndTime = (ms: number): string =>
  `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time}|${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC>`;

/** How long something took, in words: `12 s`, `3 min`, `1 h 5 min`. */
export function took(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const rest = minutes % 60 === 0 ? '' : ` ${minutes % 60} min`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h${rest}`;
}

/** Until when a fix waits that was decided on. */
export const heldUpBy = ({ fix, incident }: HeldUpBy): string =>
  `until *${clip(oneLine(fix), 150)}* of ${oneLine(incident)} has ended: both change the same.`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
