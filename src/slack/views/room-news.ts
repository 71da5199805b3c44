/** What an incident's own channel is called, what it is about, and what it is told when the incident begins and ends. */
import { inShort } from '../../incident/in-short.ts';
import type { Incident } from '../../incident/incident.ts';
import { archivedAt } from '../../incident/room.ts';
import { section, type View } from './blocks.ts';
import { standing } from './standing.ts';
import { clip, dateAndTime, escaped, oneLine, plain } from './text.ts';

/** Slack's limits. */
const MOST_NAME = 80;
const MOST_TOPIC = 250;

/** `inc-12-ssl`, and `inc-12-ssl-2` where that is taken: lower-case letters, digits and hyphens. */
export function roomName({ id, topic }: Incident, number: number): string {
  const end = number === 1 ? '' : `-${number}`;
  return `${`${id}-${topic}`.toLowerCase().slice(0, MOST_NAME - end.length)}${end}`;
}

export const roomTopic = (incident: Incident): string =>
  clip(plain(`${incident.id} ${incident.title} (${incident.environment}): ${inShort(incident)}`), MOST_TOPIC);

export function roomNews(incident: Incident): View {
  const { id, title, status } = incident;
  const due = archivedAt(incident);
  const text =
    status === 'resolved'
      ? `${standing(incident)} ${due === undefined ? 'This channel stays as it is.' : `This channel is archived ${dateAndTime(due)}.`}`
      : `👋 This is the channel of *${id} ${clip(oneLine(title), 200)}*. Its card is here; “@Paksa note …” in the card’s thread is kept in its timeline.`;
  return { text: clip(escaped(`${id} ${title}: ${status}`), 300), blocks: [section(text)] };
}
