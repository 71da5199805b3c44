/** What one person is told alone: why something was not done, and who may do it. */
import type { Refused } from '../../engine/apply.ts';
import type { Incident } from '../../incident/incident.ts';
import { currentStep, numberOf } from '../../incident/plan.ts';
import { actions, button, context, section, type View } from './blocks.ts';
import { encodeLook } from './button-value.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, oneLine, person, responders } from './text.ts';

/** `cardAt`: a link to the card of the incident that is the reason. */
export function refusalView({ why, who, by }: Refused, cardAt?: string): View {
  const reason = `${escaped(why)}${by === undefined ? '' : ` (${person(by)})`}`;
  return {
    text: clip(escaped(why), LIMIT.fallback),
    blocks: [
      section(`🙅 ${reason}`),
      ...(who ? [context(`Who may: ${responders(who)}`)] : []),
      ...(cardAt === undefined ? [] : [context(`<${cardAt}|open the card>`)]),
    ],
  };
}

/** A procedure was started in an incident whose card stands somewhere already. */
export function underwayView({ id, title, procedure }: Incident, cardAt: string | undefined): View {
  const what = procedure?.title ?? title;
  const card = cardAt === undefined ? `*${id}*` : `<${cardAt}|${id}>`;
  return {
    text: clip(escaped(`${what} is under way in ${id}`), LIMIT.fallback),
    blocks: [section(`*${clip(oneLine(what), 150)}* is under way in ${card}.`)],
  };
}

export const sayView = (text: string): View => ({
  text: clip(escaped(text), LIMIT.fallback),
  blocks: [section(escaped(text))],
});

/** Asks where to look, when there is more than one place. At most 25 buttons: of more, the name is typed. */
export function environmentsView(topic: string, environments: readonly string[]): View {
  const what = `Where should I look? \`/paksa diagnose ${escaped(topic)} --env …\` names it at once.`;
  return {
    text: 'Where should I look?',
    blocks: [
      section(what),
      ...actions(
        environments
          .slice(0, 25)
          .map((environment) =>
            button(environment, `diagnose:${topic}:${environment}`, encodeLook({ topic, environment })),
          ),
      ),
    ],
  };
}

/** The same for anything else: each button carries the name of its environment. */
export const whereView = (question: string, actionId: string, environments: readonly string[]): View => ({
  text: question,
  blocks: [
    section(question),
    ...actions(
      environments
        .slice(0, 25)
        .map((environment) => button(environment, `${actionId}:${environment}`, environment)),
    ),
  ],
});

export function statusView(incidents: readonly Incident[]): View {
  const lines = incidents.map(
    ({ id, title, environment, status, openedAt, ladder, procedure, snoozed }) =>
      `• *${id}* ${oneLine(title)} · ${oneLine(environment)} · ${snoozed ? `snoozed until ${dateAndTime(snoozed.until)}` : status}${ladder.level > 0 ? ` · level ${ladder.level}` : ''}${at(procedure)} · since ${dateAndTime(openedAt)}`,
  );
  return lines.length === 0
    ? sayView('No incident is open.')
    : { text: `${incidents.length} open`, blocks: [section(clipLines(lines, LIMIT.section))] };
}

/** How far the procedure is. */
function at(procedure: Incident['procedure']): string {
  const step = procedure && currentStep(procedure);
  return step
    ? ` · step ${numberOf(procedure, step)} of ${procedure.steps.length}${step.state === 'failed' ? ' failed' : step.isOverdue ? ' overdue' : ''}`
    : '';
}
