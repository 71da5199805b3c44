/** Where an incident stands: who answered, or who is paged and what comes next; and what can be done about that. */
import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../incident/incident.ts';
import { underway } from '../../incident/plan.ts';
import type { Silencing } from '../../incident/silenced.ts';
import { stepOf } from '../../policy/ladder.ts';
import { actions, button, confirmation, context, menu, section } from './blocks.ts';
import { encode } from './button-value.ts';
import type { LifeVerb } from './life-modal.ts';
import { type Links, linkTo } from './life-news.ts';
import { clip, clipLines, dateAndTime, oneLine, paged, person, plural, time } from './text.ts';

/** `links`: cards of the incidents that it was merged into, or that were merged into it. */
export const standingBlocks = (incident: Incident, links: Links = new Map()): KnownBlock[] => [
  section(standing(incident, links)),
  ...asides(incident, links),
  ...ladderButtons(incident),
];

export function standing(incident: Incident, links: Links = new Map()): string {
  const { status, answeredBy, ladder, policy, reached, snoozed, handedTo, mergedInto, silence } = incident;
  if (mergedInto !== undefined) return `🔀 *Merged* into ${linkTo(mergedInto, links)}: it goes on there.`;
  if (status === 'resolved') return `✅ *Resolved* by ${person(answeredBy ?? 'paksa')}.`;
  if (snoozed)
    return `😴 *Snoozed* by ${person(snoozed.by)} until ${dateAndTime(snoozed.until)}: then the ladder goes on by itself.`;
  if (status === 'acknowledged')
    return `👀 *Acknowledged* by ${person(answeredBy ?? 'paksa')}: the ladder is stopped.`;
  const level = policy.escalation.levels[ladder.level - 1];
  const next = ladder.nextAt === undefined ? '' : time(ladder.nextAt);
  if (handedTo)
    return `🤝 *Handed to* ${person(handedTo.user)} by ${person(handedTo.by)}: not acknowledged yet. Without an answer the ladder goes on at ${next}.`;
  switch (ladder.state) {
    case 'waiting':
      return `⏲️ *Nobody has acknowledged yet.* Without an answer the ladder goes on at ${next}.`;
    case 'climbing':
      return `📟 *Level ${ladder.level} · ${clip(oneLine(level?.name ?? ''), 80)}* has been paged${
        ladder.repeat > 1 ? ` ${plural(ladder.repeat, 'time')}` : ''
      }: ${clip(paged(level?.responders ?? [], reached), 400)}. Without an answer the ladder goes on at ${next}.`;
    case 'exhausted':
      return '🆘 *Nobody is left to page.* The ladder has come to its end and nobody has answered.';
    case 'stopped':
      return silence?.until === undefined
        ? 'The ladder is stopped.'
        : `🔕 *Silenced until ${dateAndTime(silence.until)}.* Nobody is paged before, unless somebody escalates.${because(silence)}`;
  }
}

/** Why: of several, the one that ends last. */
function because({ periods, until }: Silencing): string {
  const { reason, by } = periods.find(({ to }) => to === until) ?? {};
  if (reason === undefined) return '';
  return `\n_${clip(oneLine(reason), 300)}_ (${by === undefined ? 'a maintenance window' : person(by)})`;
}

/** Its own channel, and what else goes on here. */
function asides({ room, merged = [] }: Incident, links: Links): KnownBlock[] {
  const lines = [
    ...(room?.state === 'open' && room.channel !== undefined
      ? [`🚪 Its own channel: <#${room.channel}>`]
      : []),
    ...merged.map(({ id, title, findings }) => {
      const left = findings.filter(({ status }) => status === 'problem').length;
      return `🔀 ${linkTo(id, links)} ${clip(oneLine(title), 80)} goes on here${left > 0 ? `: ${plural(left, 'problem')}` : ''}`;
    }),
  ];
  return lines.length === 0 ? [] : [context(clipLines(lines, 600, 5))];
}

/** What is seldom needed is behind three dots: a phone has room for three buttons. */
const moreOf = ({ id, ladder }: Incident, ...verbs: readonly (readonly [LifeVerb, string])[]) => {
  const value = encode({ incident: id, part: '', version: stepOf(ladder) });
  return menu(
    MORE,
    verbs.map(([verb, text]) => ({ text, value: `${verb}/${value}` })),
  );
};

/** The menu's `action_id`; what was chosen is in its value. */
export const MORE = 'more';

function endedButtons(incident: Incident): KnownBlock[] {
  const value = encode({ incident: incident.id, part: '', version: stepOf(incident.ladder) });
  return actions([
    button('Postmortem', 'postmortem', value),
    button('Open again…', 'reopen', value),
    moreOf(
      incident,
      ['note', 'Add a note…'],
      ...(incident.mergedInto === undefined ? ([['merge', 'Merge into…']] as const) : []),
    ),
  ]);
}

function ladderButtons(incident: Incident): KnownBlock[] {
  if (incident.status === 'resolved') return endedButtons(incident);
  const run = underway(incident);
  const value = encode({ incident: incident.id, part: '', version: stepOf(incident.ladder) });
  const ends = run ? 'the procedure ends where it is, ' : '';
  return actions([
    ...(incident.status === 'acknowledged' && !incident.snoozed
      ? []
      : [button('Acknowledge', 'acknowledge', value, { style: 'primary' })]),
    button('Escalate now', 'escalate', value, {
      confirm: confirmation(
        'Page the next level?',
        'They are paged at once, whatever the time.',
        'Page them',
      ),
    }),
    button('Resolve', 'resolve', value, {
      confirm: confirmation(
        `Resolve ${incident.id}?`,
        `The ladder stops, ${ends}and open previews are withdrawn. Diagnose again if you are not sure.`,
        'Resolve',
      ),
    }),
    ...(run
      ? [
          button(
            'Stop the procedure…',
            'stop',
            encode({ incident: incident.id, part: run.id, version: run.round }),
          ),
        ]
      : []),
    moreOf(
      incident,
      ['snooze', 'Snooze…'],
      ['assign', 'Hand over…'],
      ['note', 'Add a note…'],
      ['merge', 'Merge into…'],
    ),
  ]);
}
