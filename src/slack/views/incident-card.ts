/** The card of an incident: one message, updated in place, from which everything about it can be done. */
import type { Button, KnownBlock } from '@slack/types';
import { type Incident, isWorking, type ProposedFix, workInHand } from '../../incident/incident.ts';
import { stepOf } from '../../policy/ladder.ts';
import { attemptBlocks } from './attempt.ts';
import { actions, button, confirmation, context, divider, header, section, type View } from './blocks.ts';
import { encode } from './button-value.ts';
import { findingBlocks } from './findings.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, person, plural, responders, time } from './text.ts';

export function incidentCard(incident: Incident): View {
  const { id, title, environment, severity, openedAt, openedBy } = incident;
  const problems = incident.findings.filter(({ status }) => status === 'problem');
  const attempts = incident.fixes.flatMap((fix) => {
    const attempt = incident.attempts[fix.id];
    return attempt ? [{ fix, attempt }] : [];
  });
  return {
    text: clip(
      `${id} ${title} (${environment}): ${problems.map(({ summary }) => summary).join('; ') || 'no problem is left'}`,
      LIMIT.fallback,
    ),
    blocks: [
      header(`${light(incident)} ${title}`),
      context(
        `*${id}* · ${escaped(environment)} · ${severity} · opened ${dateAndTime(openedAt)} by ${person(openedBy)}`,
      ),
      ...findingBlocks(incident.findings),
      ...attempts.flatMap(({ fix, attempt }) => [divider, ...attemptBlocks(incident, fix, attempt)]),
      ...fixBlocks(incident),
      divider,
      section(standing(incident)),
      ...ladderButtons(incident),
    ],
  };
}

const light = ({ status, severity }: Incident): string => {
  if (status === 'resolved') return '✅';
  if (status === 'acknowledged') return '👀';
  return severity === 'critical' ? '🔴' : '🟠';
};

/** The fixes that can be asked for now, those that the findings suggest first, and why the others cannot. */
function fixBlocks(incident: Incident): KnownBlock[] {
  if (incident.status === 'resolved' || workInHand(incident)) return [];
  const isFree = (fix: ProposedFix) => {
    const attempt = incident.attempts[fix.id];
    return (
      !attempt ||
      !(isWorking(attempt) || attempt.stage === 'previewing' || attempt.stage === 'awaiting-approval')
    );
  };
  const usable = incident.fixes.filter((fix) => fix.unavailable === undefined && isFree(fix));
  const buttons = [
    ...usable.filter(({ suggested }) => suggested),
    ...usable.filter(({ suggested }) => !suggested),
  ].map(
    (fix): Button =>
      button(
        `${incident.attempts[fix.id] ? 'Again: ' : ''}${fix.title}…`,
        `fix:${fix.id}`,
        encode({ incident: incident.id, fix: fix.id, version: incident.attempts[fix.id]?.round ?? 0 }),
        fix.suggested ? { style: 'primary' } : {},
      ),
  );
  const unusable = incident.fixes.flatMap(({ title, unavailable }) =>
    unavailable === undefined ? [] : [`_${escaped(title)}_: ${escaped(unavailable)}`],
  );
  if (buttons.length + unusable.length === 0) return [];
  return [
    divider,
    ...(buttons.length > 0
      ? [context('*Fixes*: each shows what it would change before anything happens.')]
      : []),
    ...actions(buttons),
    ...(unusable.length > 0 ? [context(clipLines(unusable, 1500))] : []),
  ];
}

/** Where the incident stands: who answered, or who is paged and what comes next. */
function standing({ status, answeredBy, ladder, policy }: Incident): string {
  if (status === 'resolved') return `✅ *Resolved* by ${person(answeredBy ?? 'paksa')}.`;
  if (status === 'acknowledged')
    return `👀 *Acknowledged* by ${person(answeredBy ?? 'paksa')}: the ladder is stopped.`;
  const level = policy.escalation.levels[ladder.level - 1];
  const next = ladder.nextAt === undefined ? '' : time(ladder.nextAt);
  switch (ladder.state) {
    case 'waiting':
      return `⏲️ *Nobody has acknowledged yet.* Without an answer the ladder goes on at ${next}.`;
    case 'climbing':
      return `📟 *Level ${ladder.level} · ${escaped(level?.name ?? '')}* has been paged${
        ladder.repeat > 1 ? ` ${plural(ladder.repeat, 'time')}` : ''
      }: ${responders(level?.responders ?? [])}. Without an answer the ladder goes on at ${next}.`;
    case 'exhausted':
      return '🆘 *Nobody is left to page.* The ladder has come to its end and nobody has answered.';
    case 'stopped':
      return 'The ladder is stopped.';
  }
}

function ladderButtons(incident: Incident): KnownBlock[] {
  if (incident.status === 'resolved') return [];
  const value = encode({ incident: incident.id, fix: '', version: stepOf(incident.ladder) });
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
        'The ladder stops, and open previews are withdrawn. Diagnose again if you are not sure.',
        'Resolve',
      ),
    }),
  ]);
}
