/** Alerts on an incident's card and in its thread: which fire, since when, what they say of themselves, and where to read more. */
import type { KnownBlock } from '@slack/types';
import type { NamedAlerts } from '../../incident/alert.ts';
import type { AlertNews } from '../../incident/event.ts';
import type { Incident } from '../../incident/incident.ts';
import { context, section } from './blocks.ts';
import { evidenceLine } from './findings.ts';
import type { Room } from './room.ts';
import { clip, clipLines, dateAndTime, escaped, oneLine, person, plural } from './text.ts';

/** How many names the line of counts has. */
const COUNTED = 5;

export function alertBlocks({ alerts, status, undiagnosed }: Incident, room: Room): KnownBlock[] {
  if (!alerts) return [];
  const shown = status === 'resolved' ? [] : alerts.names.filter(({ firing }) => firing > 0);
  const [only] = shown;
  const about = shown.length === 1 && only ? evidenceLine(only.evidence) : '';
  return [
    section(clipLines([headline(alerts), ...shown.map(alertLineOf)], room.alerts)),
    ...(about === '' ? [] : [context(clip(about, room.evidence))]),
    ...(undiagnosed && alerts.looking ? [context('🔎 Looking why …')] : []),
  ];
}

/** `🔔 *214 alerts fire*: HighErrorRate 120, …` */
function headline({ names, firing, total, moreNames }: NonNullable<Incident['alerts']>): string {
  if (firing === 0)
    return `🔕 *No alert fires any more*, of ${plural(total, 'alert')}: ${namesOf(names.map(({ name }) => name))}`;
  const fires = names.filter((each) => each.firing > 0);
  const counts = fires.slice(0, COUNTED).map(({ name, firing: count }) => `${shownName(name)} ${count}`);
  const all = fires.length + moreNames;
  const more = all > counts.length ? `, … (${all} names)` : '';
  const counted = all === 1 ? '' : `: ${counts.join(', ')}${more}`;
  const ended = total > firing ? ` (${total - firing} fire no more)` : '';
  return `🔔 *${firing === 1 ? '1 alert fires' : `${firing} alerts fire`}*${ended}${counted}`;
}

function alertLineOf({ name, firing, severity, since, summary, link }: NamedAlerts): string {
  const times = firing === 1 ? '' : ` ×${firing}`;
  const says = summary === undefined ? '' : `: ${clip(oneLine(summary), 300)}`;
  return `${severity === 'critical' ? '🔴' : '🟠'} *${shownName(name)}*${times} since ${dateAndTime(since)}${says}${linkTo(link)}`;
}

/** Nothing in it can end Slack's markup early. */
const linkTo = (link: string | undefined): string =>
  link !== undefined && /^https:\/\/[^\s<>|]+$/.test(link) ? ` · <${escaped(link)}|source>` : '';

const shownName = (name: string): string => clip(oneLine(name), 80);

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, COUNTED).map((name) => `*${shownName(name)}*`);
  return `${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}

/** `*HighErrorRate* fires`. */
export const firing = (names: readonly string[]): string =>
  `${namesOf(names)} ${names.length === 1 ? 'fires' : 'fire'}`;

export function alertLine({ news, by }: AlertNews): string {
  switch (news) {
    case 'alerts-unseen':
      return '🤷 The checks found no problem, but the alert fires: it stays open.';
    case 'alerts-over':
      return `✅ ${person(by)}: no alert fires, and every check is healthy. Resolved.`;
    case 'alerts-problem-left':
      return '⚠️ No alert fires any more, but the checks still see a problem: it stays open.';
    case 'alerts-unknown-left':
      return '⚪ No alert fires any more, but not everything could be looked at: it stays open.';
  }
}
