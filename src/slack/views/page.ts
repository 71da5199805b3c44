/** A page: what wakes somebody. The problem, where, and the two answers; without the answers once somebody has given one. */
import type { Incident, PageRef } from '../../incident/incident.ts';
import { stepOf } from '../../policy/ladder.ts';
import { actions, button, context, section, type View } from './blocks.ts';
import { encode } from './button-value.ts';
import { findingLine } from './findings.ts';
import { clip, clipLines, escaped, LIMIT, oneLine, person } from './text.ts';
import { pagedResponder } from './timeline.ts';

export function pageView(incident: Incident, page: PageRef, cardAt: string | undefined): View {
  const level = incident.policy.escalation.levels[page.level - 1];
  const problems = incident.findings.filter(({ status }) => status === 'problem');
  const value = encode({ incident: incident.id, fix: '', version: stepOf(incident.ladder) });
  const whom = page.responder.startsWith('user/')
    ? ''
    : `${page.responder.startsWith('channel/') ? '<!here>' : pagedResponder(page)} `;
  const head = `📟 ${whom}*${incident.id} ${clip(oneLine(incident.title), 300)}* · ${clip(oneLine(incident.environment), 80)}`;
  const card = cardAt === undefined ? '' : ` · <${cardAt}|open the card>`;
  const answered = incident.status !== 'open';
  return {
    text: clip(
      escaped(
        `Page, level ${page.level}: ${incident.id} ${incident.title} (${incident.environment}): ${problems.map(({ summary }) => summary).join('; ') || 'no problem is left'}`,
      ),
      LIMIT.fallback,
    ),
    blocks: [
      section(head),
      ...(problems.length > 0 ? [section(clipLines(problems.map(findingLine), 2000))] : []),
      context(
        `level ${page.level} · ${clip(oneLine(level?.name ?? ''), 80)}${page.attempt > 1 ? ` · page ${page.attempt}` : ''}${card}`,
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

const answer = ({ status, answeredBy }: Incident): string =>
  `${status === 'resolved' ? '✅ resolved' : '👀 acknowledged'} by ${person(answeredBy ?? 'paksa')}`;
