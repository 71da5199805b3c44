/** What the thread says of a snooze, a hand-over, a note, a merge, and of the incident's own channel. */
import type { Happening } from '../../incident/event.ts';
import type { LifeEvent } from '../../incident/life-event.ts';
import { seenLines } from './findings.ts';
import { clip, clipLines, dateAndTime, escaped, oneLine, person } from './text.ts';

/** Of a note, a reason, and of what was seen: what follows in the same message must still be read. */
const MOST_NOTE = 2_000;
const MOST_SAID = 600;
const MOST_SEEN = 900;

/** Cards of other incidents, by id. */
export type Links = ReadonlyMap<string, string>;

export const linkTo = (id: string, links: Links): string => {
  const link = links.get(id);
  return link === undefined ? `*${id}*` : `<${link}|${id}>`;
};

type LifeHappening = Extract<Happening, LifeEvent>;

export function lifeLine(happening: LifeHappening, links: Links): string {
  const who = person(happening.actor);
  switch (happening.type) {
    case 'snoozed':
      return `😴 ${who} snoozed it until ${dateAndTime(happening.until)}: the ladder rests until then, and goes on by itself.`;
    case 'reassigned':
      return happening.to === happening.actor
        ? `👀 ${who} took it over: the ladder is stopped.`
        : `🤝 ${who} handed it to ${person(happening.to)}. Until they acknowledge, it counts as unanswered.`;
    case 'reopened':
      return happening.reason === undefined
        ? `🔓 ${who} opened it again: the ladder begins again.`
        : `🔓 ${who} opened it again: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'noted':
      return `📝 ${who}${happening.via === undefined ? '' : ` by ${clip(oneLine(happening.via), 40)}`}: ${clip(escaped(happening.text), MOST_NOTE)}`;
    case 'refused':
      return happening.why === undefined
        ? `🙅 ${who} tried to ${clip(oneLine(happening.what), MOST_SAID)}, and may not.`
        : `🤷 ${who} tried to ${clip(oneLine(happening.what), MOST_SAID)}. It changed nothing: ${clip(escaped(happening.why), MOST_SAID)}`;
    case 'merged':
      return `🔀 ${who} merged it into ${linkTo(happening.into, links)}: it goes on there, and what is seen of it is told there.`;
    case 'absorbed': {
      const ids = happening.incidents.map(
        ({ id, title }) => `${linkTo(id, links)} ${clip(oneLine(title), 80)}`,
      );
      return clip(`🔀 ${who} merged ${ids.join(', ')} into this incident.`, 1_000);
    }
    case 'parted':
      return `🔓 ${who} opened ${linkTo(happening.incident, links)} again: it goes on by itself.`;
    case 'seen-elsewhere': {
      const isWell = happening.findings.every(({ status }) => status === 'healthy');
      const topic = clip(oneLine(happening.of.slice(happening.of.indexOf('/') + 1)), 80);
      return [
        `🔎 ${topic}, which was merged into this:${isWell ? ' no problem is left.' : ''}`,
        ...seenLines(happening.findings, MOST_SEEN),
      ].join('\n');
    }
    case 'room-opened':
      return `🚪 It has a channel of its own: <#${happening.channel}>.`;
    case 'room-failed':
      return `⚠️ A channel of its own could not be made: ${clip(escaped(happening.reason), MOST_SAID)} Go on here.`;
    case 'room-joined': {
      const { users, leftOut } = happening;
      return clipLines(
        [
          ...(users.length > 0 ? [`🚪 Invited to its channel: ${users.map(person).join(', ')}.`] : []),
          ...leftOut.map(
            ({ user, reason }) =>
              `⚠️ ${person(user)} could not be invited to its channel: ${clip(escaped(reason), 200)}`,
          ),
        ],
        MOST_SEEN,
      );
    }
  }
}
