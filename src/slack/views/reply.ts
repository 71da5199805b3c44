/** What one person is told alone: why something was not done, and who may do it. */
import type { Refused } from '../../engine/apply.ts';
import type { Incident } from '../../incident/incident.ts';
import { context, section, type View } from './blocks.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, oneLine, person, responders } from './text.ts';

export function refusalView({ why, who, by }: Refused): View {
  const reason = `${escaped(why)}${by === undefined ? '' : ` (${person(by)})`}`;
  return {
    text: clip(escaped(why), LIMIT.fallback),
    blocks: [section(`🙅 ${reason}`), ...(who ? [context(`Who may: ${responders(who)}`)] : [])],
  };
}

export const sayView = (text: string): View => ({
  text: clip(escaped(text), LIMIT.fallback),
  blocks: [section(escaped(text))],
});

export function statusView(incidents: readonly Incident[]): View {
  const lines = incidents.map(
    ({ id, title, environment, status, openedAt, ladder }) =>
      `• *${id}* ${oneLine(title)} · ${oneLine(environment)} · ${status}${ladder.level > 0 ? ` · level ${ladder.level}` : ''} · since ${dateAndTime(openedAt)}`,
  );
  return lines.length === 0
    ? sayView('No incident is open.')
    : { text: `${incidents.length} open`, blocks: [section(clipLines(lines, LIMIT.section))] };
}
