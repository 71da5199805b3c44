/** Where an incident stands: who answered, or who is paged and what comes next; and what can be done about that. */
import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../incident/incident.ts';
import { underway } from '../../incident/plan.ts';
import type { Silencing } from '../../incident/silenced.ts';
import { stepOf } from '../../policy/ladder.ts';
import { actions, button, confirmation, section } from './blocks.ts';
import { encode } from './button-value.ts';
import { clip, dateAndTime, oneLine, paged, person, plural, time } from './text.ts';

export const standingBlocks = (incident: Incident): KnownBlock[] => [
  section(standing(incident)),
  ...ladderButtons(incident),
];

function standing(incident: Incident): string {
  const { status, answeredBy, ladder, policy, reached, silence } = incident;
  if (status === 'resolved') return `✅ *Resolved* by ${person(answeredBy ?? 'paksa')}.`;
  if (status === 'acknowledged')
    return `👀 *Acknowledged* by ${person(answeredBy ?? 'paksa')}: the ladder is stopped.`;
  const level = policy.escalation.levels[ladder.level - 1];
  const next = ladder.nextAt === undefined ? '' : time(ladder.nextAt);
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

function ladderButtons(incident: Incident): KnownBlock[] {
  if (incident.status === 'resolved') return [];
  const run = underway(incident);
  const value = encode({ incident: incident.id, part: '', version: stepOf(incident.ladder) });
  const ends = run ? 'the procedure ends where it is, ' : '';
  return actions([
    ...(incident.status === 'acknowledged'
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
  ]);
}
