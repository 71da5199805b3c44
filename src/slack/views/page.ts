/** A page: what wakes somebody. The problem, where, and the two answers; without the answers once somebody has given one. */

import { inShort } from '../../incident/in-short.ts';
import type { Incident, PageRef } from '../../incident/incident.ts';
import { currentStep, numberOf, underway } from '../../incident/plan.ts';
import { HAND_OVER, stepOf } from '../../policy/ladder.ts';
import { actions, button, context, section, type View } from './blocks.ts';
import { encode } from './button-value.ts';
import { markOf } from './checklist.ts';
import { findingLine } from './findings.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, oneLine, person } from './text.ts';
import { pagedResponder } from './timeline.ts';

export function pageView(incident: Incident, page: PageRef, cardAt: string | undefined): View {
  const level = incident.policy.escalation.levels[page.level - 1];
  const problems = incident.findings.filter(({ status }) => status === 'problem');
  const value = encode({ incident: incident.id, part: '', version: stepOf(incident.ladder) });
  const whom = /^(user|schedule)\//.test(page.responder)
    ? ''
    : `${page.responder.startsWith('channel/') ? '<!here>' : pagedResponder(page)} `;
  const head = `📟 ${whom}*${incident.id} ${clip(oneLine(incident.title), 300)}* · ${clip(oneLine(incident.environment), 80)}`;
  const card = cardAt === undefined ? '' : ` · <${cardAt}|open the card>`;
  const answered = incident.status !== 'open';
  return {
    text: clip(
      escaped(
        `${page.level === HAND_OVER ? 'Handed to you' : `Page, level ${page.level}`}: ${incident.id} ${incident.title} (${incident.environment}): ${inShort(incident)}`,
      ),
      LIMIT.fallback,
    ),
    blocks: [
      section(`${head}${procedureLines(incident)}`),
      ...(problems.length > 0 ? [section(clipLines(problems.map(findingLine), 2000))] : []),
      context(
        page.level === HAND_OVER
          ? `handed to you${incident.handedTo ? ` by ${person(incident.handedTo.by)}` : ''}: it counts as answered once you acknowledge${card}`
          : `level ${page.level} · ${clip(oneLine(level?.name ?? ''), 80)}${onCallFor(page)}${page.attempt > 1 ? ` · page ${page.attempt}` : ''}${card}`,
      ),
      ...(answered
        ? [context(answer(incident))]
        : actions([
            button('Acknowledge', 'acknowledge', value, { style: 'primary' }),
            button('Escalate now', 'escalate', value),
          ])),
    ],
  };
}

/** Why it came to them, where they do not stand on the ladder by name. */
const onCallFor = ({ responder }: PageRef): string =>
  responder.startsWith('schedule/')
    ? ` · on call in “${clip(oneLine(responder.slice('schedule/'.length)), 80)}”`
    : '';

/** What was declared or started, and the step that it is at. */
function procedureLines(incident: Incident): string {
  const run = underway(incident);
  const step = run && currentStep(run);
  if (!run || !step) return '';
  const what = run.emergency ? '🚨 *Emergency* declared' : `📋 *${clip(oneLine(run.title), 150)}* started`;
  const state = step.state === 'failed' ? ' (failed)' : step.isOverdue ? ' (overdue)' : '';
  return `\n${what} by ${clip(person(run.startedBy), 150)}\n${markOf(step)} Step ${numberOf(run, step)} of ${run.steps.length}: ${clip(oneLine(step.title), 150)}${state}`;
}

const answer = ({ status, answeredBy, snoozed, mergedInto }: Incident): string => {
  if (mergedInto !== undefined) return `🔀 merged into ${mergedInto}`;
  if (snoozed) return `😴 snoozed by ${person(snoozed.by)} until ${dateAndTime(snoozed.until)}`;
  return `${status === 'resolved' ? '✅ resolved' : '👀 acknowledged'} by ${person(answeredBy ?? 'paksa')}`;
};
