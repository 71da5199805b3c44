/** `paksa topics`: what can be diagnosed, for people, for programs, and as the page docs/topics.md. */
import type { Topics } from '../engine/ports.ts';
import type { Runbook } from '../runbook/define.ts';
import type { Fix } from '../runbook/fix.ts';
import type { Procedure, Step } from '../runbook/procedure.ts';

export const topicsAsText = (topics: Topics): string =>
  [...topics.values()]
    .map(({ topic, title, symptoms }) => `${topic.padEnd(20)}${title} (${symptoms.join(', ')})`)
    .join('\n');

export const topicsAsJson = (topics: Topics): string =>
  JSON.stringify(
    [...topics.values()].map(({ topic, title, symptoms, checks, fixes }) => ({
      topic,
      title,
      symptoms,
      checks: Object.entries(checks).map(([id, { title: check }]) => ({ id, title: check })),
      fixes: Object.entries(fixes).map(([id, { title: fix, risk }]) => ({ id, title: fix, risk })),
    })),
  );

/** The page docs/topics.md: every topic with its checks, fixes and procedures. */
export function topicsAsMarkdown(topics: Topics): string {
  const all = [...topics.values()];
  return [
    '# Topics',
    '',
    'What the guide describes, as Paksa does it. Written by `npx paksa topics --markdown > docs/topics.md`.',
    '',
    '| topic | checks | fixes | procedures |',
    '| --- | --- | --- | --- |',
    ...all.map(
      ({ topic, title, checks, fixes, procedures = {} }) =>
        `| [\`${topic}\`](#${anchor(title)}) | ${sizeOf(checks)} | ${sizeOf(fixes)} | ${sizeOf(procedures)} |`,
    ),
    ...all.flatMap(section),
    '',
  ].join('\n');
}

const sizeOf = (named: Readonly<Record<string, unknown>>): number => Object.keys(named).length;

/** As GitHub makes one of a heading. */
const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

function section(runbook: Runbook): string[] {
  const { topic, title, symptoms, checks, fixes, procedures = {}, advice = [], explains = [] } = runbook;
  return [
    '',
    `## ${title}`,
    '',
    `\`/paksa ${runbook.emergency === undefined ? 'diagnose' : 'emergency'} ${topic}\`: ${symptoms.join(', ')}.`,
    ...(explains.length > 0
      ? [
          '',
          `A problem here may be the cause of problems in ${explains.map((other) => `\`${other}\``).join(', ')}.`,
        ]
      : []),
    '',
    '| check | |',
    '| --- | --- |',
    ...Object.entries(checks).map(([id, check]) => `| \`${id}\` | ${check.title} |`),
    '',
    '| fix | | risk | undo |',
    '| --- | --- | --- | --- |',
    ...Object.entries(fixes).map(
      ([id, fix]) => `| \`${id}\` | ${fix.title} | ${fix.risk} | ${undoOf(fix)} |`,
    ),
    ...Object.entries(procedures).flatMap(([id, procedure]) => procedureLines(id, procedure)),
    ...(advice.length > 0 ? ['', ...advice.map(({ text, link }) => `- ${text} <${link}>`)] : []),
  ];
}

const undoOf = ({ undo }: Fix): string => (undo.reversible ? undo.title : `none: ${undo.why}`);

const procedureLines = (id: string, { title, steps }: Procedure): string[] => [
  '',
  `**${title}** (\`${id}\`)`,
  '',
  ...Object.values(steps).map(
    (step, index) => `${index + 1}. ${step.title}: ${doer(step)}, within ${step.minutes} min`,
  ),
];

function doer(step: Step): string {
  switch (step.kind) {
    case 'look':
      return step.mustBeHealthy ? 'Paksa looks, and it must be healthy' : 'Paksa looks';
    case 'fix':
      return `Paksa acts (\`${step.fix}\`), once approved${step.when ? ', where it is needed' : ''}`;
    case 'person':
      return 'a person';
  }
}
