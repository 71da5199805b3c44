/** The card of an incident: one message, updated in place, from which everything about it can be done. */
import type { KnownBlock } from '@slack/types';
import { isOfAlert } from '../../incident/alert.ts';
import { inShort } from '../../incident/in-short.ts';
import { type Attempt, canBeUndone, type Incident, isUndecided, isWorking } from '../../incident/incident.ts';
import { currentStep, underway } from '../../incident/plan.ts';
import type { Advice } from '../../runbook/define.ts';
import { alertBlocks } from './alerts.ts';
import { attemptBlocks } from './attempt.ts';
import { context, divider, header, type View } from './blocks.ts';
import { findingBlocks } from './findings.ts';
import { fixBlocks, type Offer } from './fixes.ts';
import type { Links } from './life-news.ts';
import { procedureBlocks } from './procedure.ts';
import { reviewBlocks } from './reviews.ts';
import { AMPLE, fits, type Room, TIGHT } from './room.ts';
import { standingBlocks } from './standing.ts';
import { andMore, clip, clipLines, dateAndTime, escaped, LIMIT, oneLine, person } from './text.ts';

/** `offers`: the procedures of its topic, that can be started from it. `advice`: what the guide has developers change. */
export function incidentCard(
  incident: Incident,
  offers: readonly Offer[] = [],
  advice: readonly Advice[] = [],
  links: Links = new Map(),
): View {
  const { id, title, environment, status } = incident;
  const ample = [
    ...blocksOf(incident, offers, AMPLE, links),
    ...(status === 'resolved' ? [] : adviceBlocks(advice)),
  ];
  return {
    text: clip(escaped(`${id} ${title} (${environment}): ${inShort(incident)}`), LIMIT.fallback),
    blocks: fits(ample) ? ample : blocksOf(incident, offers, TIGHT, links),
  };
}

function blocksOf(incident: Incident, offers: readonly Offer[], room: Room, links: Links): KnownBlock[] {
  const { id, title, environment, severity, openedAt, openedBy } = incident;
  const findings = [
    ...alertBlocks(incident, room),
    ...findingBlocks(
      incident.findings.filter((finding) => !isOfAlert(finding)),
      room,
    ),
  ];
  const procedure = procedureBlocks(incident, room);
  const isUnderway = underway(incident) !== undefined;
  return [
    header(`${light(incident)} ${title}`),
    context(
      `*${id}* · ${clip(oneLine(environment), 80)} · ${severity} · opened ${dateAndTime(openedAt)} by ${person(openedBy)}`,
    ),
    // What is to be done now comes first.
    ...(isUnderway ? [...procedure, ...(findings.length > 0 ? [divider] : []), ...findings] : findings),
    ...attemptsBlocks(incident, room),
    ...(isUnderway ? [] : procedure),
    ...fixBlocks(incident, offers, room),
    ...reviewBlocks(incident),
    divider,
    ...standingBlocks(incident, links),
  ];
}

/** As many attempts as there is room for. What waits for somebody is the last to be left out. */
function attemptsBlocks(incident: Incident, room: Room): KnownBlock[] {
  const run = underway(incident);
  const step = run && currentStep(run);
  const ofStep = step?.kind === 'fix' && step.attempt !== undefined ? step.fix : undefined;
  const all = incident.fixes.flatMap((fix) => {
    const attempt = incident.attempts[fix.id];
    return attempt && fix.id !== ofStep ? [{ fix, attempt }] : [];
  });
  const most = run ? room.attempts - 1 : room.attempts;
  const shown = all.toSorted((a, b) => urgency(a.attempt) - urgency(b.attempt)).slice(0, most);
  return [
    ...shown.flatMap(({ fix, attempt }) => [divider, ...attemptBlocks(incident, fix, attempt, room)]),
    ...(all.length > shown.length ? [context(andMore(all.length - shown.length))] : []),
  ];
}

const urgency = (attempt: Attempt): number => {
  if (isUndecided(attempt) || isWorking(attempt)) return 0;
  return canBeUndone(attempt) ? 1 : 2;
};

const adviceBlocks = (advice: readonly Advice[]): KnownBlock[] =>
  advice.length === 0
    ? []
    : [
        context(
          clipLines(
            advice.map(({ text, link }) => `💡 ${oneLine(text)} <${link}|Read more>`),
            1200,
          ),
        ),
      ];

const light = (incident: Incident): string => {
  const { status, severity } = incident;
  if (status === 'resolved') return '✅';
  if (underway(incident)?.emergency) return '🚨';
  if (incident.snoozed) return '😴';
  if (status === 'acknowledged') return '👀';
  return severity === 'critical' ? '🔴' : '🟠';
};
