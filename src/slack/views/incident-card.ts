/** The card of an incident: one message, updated in place, from which everything about it can be done. */
import type { Button, KnownBlock } from '@slack/types';
import {
  type Attempt,
  canBeUndone,
  type Incident,
  isWorking,
  type ProposedFix,
  workInHand,
} from '../../incident/incident.ts';
import { stepOf } from '../../policy/ladder.ts';
import { attemptBlocks } from './attempt.ts';
import { actions, button, confirmation, context, divider, header, section, type View } from './blocks.ts';
import { encode } from './button-value.ts';
import { findingBlocks } from './findings.ts';
import { AMPLE, fits, type Room, TIGHT } from './room.ts';
import {
  andMore,
  clip,
  clipLines,
  dateAndTime,
  escaped,
  LIMIT,
  oneLine,
  person,
  plural,
  responders,
  time,
} from './text.ts';

export function incidentCard(incident: Incident): View {
  const { id, title, environment } = incident;
  const problems = incident.findings.filter(({ status }) => status === 'problem');
  const summary = problems.map((finding) => finding.summary).join('; ') || 'no problem is left';
  const ample = blocksOf(incident, AMPLE);
  return {
    text: clip(escaped(`${id} ${title} (${environment}): ${summary}`), LIMIT.fallback),
    blocks: fits(ample) ? ample : blocksOf(incident, TIGHT),
  };
}

function blocksOf(incident: Incident, room: Room): KnownBlock[] {
  const { id, title, environment, severity, openedAt, openedBy } = incident;
  return [
    header(`${light(incident)} ${title}`),
    context(
      `*${id}* · ${clip(oneLine(environment), 80)} · ${severity} · opened ${dateAndTime(openedAt)} by ${person(openedBy)}`,
    ),
    ...findingBlocks(incident.findings, room),
    ...attemptsBlocks(incident, room),
    ...fixBlocks(incident, room),
    divider,
    section(standing(incident)),
    ...ladderButtons(incident),
  ];
}

/** As many attempts as there is room for. What waits for somebody is the last to be left out. */
function attemptsBlocks(incident: Incident, room: Room): KnownBlock[] {
  const all = incident.fixes.flatMap((fix) => {
    const attempt = incident.attempts[fix.id];
    return attempt ? [{ fix, attempt }] : [];
  });
  const shown = all.toSorted((a, b) => urgency(a.attempt) - urgency(b.attempt)).slice(0, room.attempts);
  return [
    ...shown.flatMap(({ fix, attempt }) => [divider, ...attemptBlocks(incident, fix, attempt, room)]),
    ...(all.length > shown.length ? [context(andMore(all.length - shown.length))] : []),
  ];
}

const urgency = (attempt: Attempt): number => {
  if (isUndecided(attempt) || isWorking(attempt)) return 0;
  return canBeUndone(attempt) ? 1 : 2;
};

const isUndecided = ({ stage }: Attempt): boolean => stage === 'previewing' || stage === 'awaiting-approval';

const light = ({ status, severity }: Incident): string => {
  if (status === 'resolved') return '✅';
  if (status === 'acknowledged') return '👀';
  return severity === 'critical' ? '🔴' : '🟠';
};

/** The fixes that can be asked for now, those that the findings suggest first, and why the others cannot. */
function fixBlocks(incident: Incident, room: Room): KnownBlock[] {
  if (incident.status === 'resolved' || workInHand(incident)) return [];
  const isFree = (fix: ProposedFix) => {
    const attempt = incident.attempts[fix.id];
    return !attempt || !(isWorking(attempt) || isUndecided(attempt));
  };
  const usable = incident.fixes.filter((fix) => fix.unavailable === undefined && isFree(fix));
  const buttons = usable
    .toSorted((a, b) => Number(b.suggested) - Number(a.suggested))
    .slice(0, room.fixes)
    .map(
      (fix): Button =>
        button(
          `${incident.attempts[fix.id] ? 'Again: ' : ''}${clip(fix.title, 60)}…`,
          `fix:${fix.id}`,
          encode({ incident: incident.id, fix: fix.id, version: incident.attempts[fix.id]?.round ?? 0 }),
          fix.suggested ? { style: 'primary' } : {},
        ),
    );
  const more = usable.length > buttons.length ? ` ${andMore(usable.length - buttons.length)}` : '';
  const unusable = incident.fixes.flatMap(({ title, unavailable }) =>
    unavailable === undefined ? [] : [`_${clip(oneLine(title), 150)}_: ${escaped(unavailable)}`],
  );
  if (buttons.length + unusable.length === 0) return [];
  return [
    divider,
    ...(buttons.length > 0
      ? [context(`*Fixes*: each shows what it would change before anything happens.${more}`)]
      : []),
    ...actions(buttons),
    ...(unusable.length > 0 ? [context(clipLines(unusable, room.prose))] : []),
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
      return `📟 *Level ${ladder.level} · ${clip(oneLine(level?.name ?? ''), 80)}* has been paged${
        ladder.repeat > 1 ? ` ${plural(ladder.repeat, 'time')}` : ''
      }: ${clip(responders(level?.responders ?? []), 400)}. Without an answer the ladder goes on at ${next}.`;
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
