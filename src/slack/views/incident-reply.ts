/** What one person is told alone of an incident: where it stands, and that what they asked for is done. */
import type { Act } from '../../engine/acts.ts';
import { inShort } from '../../incident/in-short.ts';
import type { Incident } from '../../incident/incident.ts';
import { context, section, type View } from './blocks.ts';
import { standing } from './standing.ts';
import { clip, dateAndTime, escaped, LIMIT, oneLine, person } from './text.ts';

const named = ({ id, title }: Incident, cardAt: string | undefined): string =>
  `*${cardAt === undefined ? id : `<${cardAt}|${id}>`} ${clip(oneLine(title), 200)}*`;

/** `cardAt`: a link to its card. */
export function incidentView(incident: Incident, cardAt: string | undefined): View {
  const { id, title, environment, severity, openedAt, openedBy } = incident;
  return {
    text: clip(escaped(`${id} ${title} (${environment}): ${inShort(incident)}`), LIMIT.fallback),
    blocks: [
      section(`${named(incident, cardAt)}\n${clip(escaped(inShort(incident)), 1_500)}`),
      section(standing(incident)),
      context(
        `${clip(oneLine(environment), 80)} · ${severity} · opened ${dateAndTime(openedAt)} by ${person(openedBy)}`,
      ),
    ],
  };
}

const DONE: Partial<Record<Act['act'], string>> = {
  note: 'Noted in',
  reopen: 'Opened again:',
  merge: 'Merged:',
};

export function livedView(incident: Incident, act: Act['act'], cardAt: string | undefined): View {
  const said = `${DONE[act] ?? ''} ${named(incident, cardAt)}`.trim();
  const where = act === 'note' ? said : `${said}\n${standing(incident)}`;
  return { text: clip(escaped(`${incident.id}: done`), LIMIT.fallback), blocks: [section(where)] };
}
