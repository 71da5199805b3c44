/** The emergencies that can be declared, the procedures that can be started, and, of several environments, where. */
import type { Runbook } from '../../runbook/define.ts';
import { actions, button, confirmation, context, header, section, type View } from './blocks.ts';
import { encodeStart, type Start } from './button-value.ts';
import { clip, clipLines, escaped, LIMIT, plural } from './text.ts';

/** `said`: what was wrong with what was typed. */
export function emergenciesView(
  runbooks: readonly Runbook[],
  environments: readonly string[],
  said?: string,
): View {
  const declared = runbooks.flatMap((runbook) => {
    const procedure = runbook.procedures?.[runbook.emergency ?? ''];
    return procedure ? [{ ...runbook, procedure }] : [];
  });
  const lines = declared.map(
    ({ topic, title, symptoms, procedure }) =>
      `• \`/paksa emergency ${topic}\`  ${escaped(title)}: _${escaped(symptoms.join(', '))}_ · ${plural(Object.keys(procedure.steps).length, 'step')}`,
  );
  const [only] = environments.length === 1 ? environments : [];
  const where = only === undefined ? '' : ` in ${only}`;
  return listView('Emergencies', lines, 'No runbook describes an emergency.', said, [
    ...(lines.length > 0
      ? [context('Declaring one opens its incident, pages the first level at once, and begins its steps.')]
      : []),
    ...actions(
      declared.slice(0, 5).map(({ topic, title }) =>
        button(`🚨 Declare: ${clip(title, 50)}`, `start:${topic}`, encodeStart({ topic }), {
          style: 'danger',
          confirm: confirmation(
            `Declare: ${title}?`,
            `The first level is paged at once${escaped(where)}, whatever the time.`,
            'Declare it',
          ),
        }),
      ),
    ),
  ]);
}

export function proceduresView(runbooks: readonly Runbook[], said?: string): View {
  const lines = runbooks.flatMap(({ topic, procedures = {}, emergency }) =>
    Object.entries(procedures)
      .filter(([id]) => id !== emergency)
      .map(
        ([id, { title, steps }]) =>
          `• \`/paksa procedure ${topic} ${id}\`  ${escaped(title)} · ${plural(Object.keys(steps).length, 'step')}`,
      ),
  );
  return listView('Procedures', lines, 'No runbook has a procedure.', said, []);
}

function listView(
  title: string,
  lines: readonly string[],
  none: string,
  said: string | undefined,
  rest: View['blocks'],
): View {
  return {
    text: clip(escaped(said ?? title), LIMIT.fallback),
    blocks: [
      ...(said === undefined ? [header(title)] : [section(clip(escaped(said), 1000))]),
      section(lines.length > 0 ? clipLines(lines, 2800) : none),
      ...rest,
    ],
  };
}

/** Asks where. At most 25 buttons: of more, the name is typed. */
export function whereView(start: Start, environments: readonly string[]): View {
  const { topic, procedure } = start;
  const typed = procedure === undefined ? `emergency ${topic}` : `procedure ${topic} ${procedure}`;
  return {
    text: 'In which environment?',
    blocks: [
      section(`In which environment? \`/paksa ${escaped(typed)} --env …\` names it at once.`),
      ...actions(
        environments.slice(0, 25).map((environment) =>
          button(environment, `start:${topic}:${environment}`, encodeStart({ ...start, environment }), {
            ...(procedure === undefined ? { style: 'danger' } : {}),
          }),
        ),
      ),
    ],
  };
}
