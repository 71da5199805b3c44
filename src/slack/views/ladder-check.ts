/** What was found out about an environment's ladders: the verdict first, then the worst, then what happens if a page is ignored. */
import type { KnownBlock } from '@slack/types';
import type { Checked } from '../../engine/reachability.ts';
import type { About, Severity } from '../../policy/defect.ts';
import { defectWords, elapsed, type Words } from '../../policy/defect-words.ts';
import type { IfIgnored, Paged, Step } from '../../policy/if-ignored.ts';
import { type LadderCheck, worstFirst } from '../../policy/ladder-check.ts';
import { SLACK } from '../../policy/policy.ts';
import type { Reach } from '../../policy/reach.ts';
import { actions, button, context, divider, header, section, type View } from './blocks.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, oneLine, person, plural, responder } from './text.ts';

/** What begins the `action_id` of everything about drills. */
export const DRILL = 'drill';

const MARK: Readonly<Record<Severity, string>> = { problem: '🔴', unknown: '⚪', warning: '🟡' };
const REACH: Readonly<Record<Reach, string>> = {
  reached: '',
  unknown: ' ⚪',
  silent: ' 🔕',
  nobody: ' 🔴 nobody',
};
const MOST_LADDERS = 8;

export const words: Words = {
  name: (about) => named(about),
  at: dateAndTime,
  say: (text) => clip(oneLine(text), 300),
};

function named(about: About): string {
  return about.kind === 'pager' ? `*${clip(oneLine(about.id), 60)}*` : responder(about);
}

export function ladderCheckView({ environment, ladders, answering }: Checked): View {
  const verdict = verdictOf(ladders);
  const shown = ladders.slice(0, MOST_LADDERS);
  const where = clip(oneLine(environment), 80);
  return {
    text: clip(escaped(`Ladder of ${environment}: ${verdict.text}`), LIMIT.fallback),
    blocks: [
      header(`${verdict.mark} Ladder of ${environment}`),
      section(`*${verdict.text}*${verdict.more}`),
      ...shown.flatMap((ladder, index) => [
        ...(shown.length > 1 ? [...(index > 0 ? [divider] : []), section(`*${oneLine(ladder.name)}*`)] : []),
        ...ladderBlocks(ladder, Math.floor(9000 / shown.length)),
      ]),
      ...(ladders.length > shown.length
        ? [context(`… and ${ladders.length - shown.length} more ladders`)]
        : []),
      context(
        [
          `Looked 14 days ahead in ${where}, and woke nobody`,
          ...answering.map(({ pager, how }) => `*${clip(oneLine(pager), 60)}* ${clip(oneLine(how), 120)}`),
        ].join(' · '),
      ),
      ...actions([button('Drill…', `${DRILL}:plan`, environment)]),
    ],
  };
}

function verdictOf(ladders: readonly LadderCheck[]) {
  const found = ladders.flatMap(worstFirst).map(({ defect }) => defect.severity);
  const [problems, unknown, warnings] = (['problem', 'unknown', 'warning'] as const).map(
    (severity) => found.filter((each) => each === severity).length,
  );
  if (problems) return { mark: '🔴', text: `${plural(problems, 'problem')}: pages would be lost`, more: '' };
  if (unknown)
    return { mark: '⚪', text: 'Not everything could be looked at', more: ': that is not healthy' };
  const more = warnings ? `, with ${plural(warnings, 'remark')}` : '';
  return { mark: '🟢', text: 'Every level reaches somebody, now and within 14 days', more };
}

function ladderBlocks(ladder: LadderCheck, room: number): KnownBlock[] {
  const lines = worstFirst(ladder).map(
    ({ level: { level, name }, defect }) =>
      `${MARK[defect.severity]} *Level ${level} · ${clip(oneLine(name), 60)}*: ${defectWords(defect, level, words)}`,
  );
  return [
    ...(lines.length > 0 ? [section(clipLines(lines, Math.min(LIMIT.section, room / 2)))] : []),
    section(clipLines(ignoredLines(ladder.ignored), Math.min(LIMIT.section, room / 2))),
  ];
}

export const ignoredLines = ({ steps, endsAfterMs, end }: IfIgnored): string[] => [
  '*If ignored:*',
  ...steps.map(stepLine),
  `\`${elapsed(endsAfterMs)}\` ${end === 'repeat' ? '🔁 it begins again at level 1' : '🆘 nobody is left: it stops, and says so in the channel'}`,
];

function stepLine({ afterMs, level, name, attempt, paged, pagers }: Step): string {
  const again = attempt > 1 ? ` (page ${attempt})` : '';
  const by =
    pagers.length === 1 && pagers[0] === SLACK
      ? ''
      : ` _by ${pagers.map((each) => oneLine(each)).join(', else ')}_`;
  return `\`${elapsed(afterMs)}\` level ${level} · ${clip(oneLine(name), 60)}${again}: ${clip(paged.map(who).join(', '), 400)}${by}`;
}

function who({ responder: on, to, reach }: Paged): string {
  const behind = on.kind === 'schedule' && to !== undefined ? `${person(to.id)}, ` : '';
  return `${behind}${responder(on)}${REACH[reach]}`;
}
