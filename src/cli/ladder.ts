/** `paksa ladder check`: whom each level reaches now and within 14 days, and what would happen if everybody slept on. Wakes nobody. */
import type { Checked, ReachDeps } from '../engine/reachability.ts';
import { checkReach } from '../engine/reachability.ts';
import { defectWords, elapsed, type Words } from '../policy/defect-words.ts';
import type { Paged, Step } from '../policy/if-ignored.ts';
import { type LadderCheck, worstFirst } from '../policy/ladder-check.ts';
import { SLACK } from '../policy/policy.ts';
import { wallText } from '../policy/wall-clock.ts';
import { print, shown } from './print.ts';
import { EXIT } from './usage.ts';

const MARK = { problem: '!!', unknown: '??', warning: ' ~' } as const;
const REACH = {
  reached: '',
  unknown: ' (??)',
  silent: ' (in do-not-disturb)',
  nobody: ' (!! nobody)',
} as const;

const words: Words = {
  name: ({ kind, id }) => `${kind} ${id}`,
  at: (ms) => wallText(HERE, ms),
  say: (text) => text,
};
/** By the clock of whoever reads it. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Of the environment named, or of each. Resolves with the exit code: the worst of them. @throws UserError on an unknown one */
export async function ladderCheck(deps: ReachDeps, environment: string | undefined): Promise<number> {
  const codes: number[] = [];
  for (const name of environment === undefined ? deps.estate.environments : [environment]) {
    const checked = await checkReach(deps, name);
    print(...checkedLines(checked).map(shown));
    codes.push(...checked.ladders.map(({ verdict }) => EXIT[verdict]));
  }
  return codes.includes(EXIT.problem) ? EXIT.problem : Math.max(EXIT.healthy, ...codes);
}

const VERDICT = {
  healthy: 'every level reaches somebody, now and within 14 days',
  problem: 'pages would be lost',
  inconclusive: 'not everything could be looked at: that is not healthy',
} as const;

function checkedLines({ environment, ladders, answering }: Checked): string[] {
  return [
    ...ladders.flatMap((ladder) => [
      `${environment}${ladders.length > 1 ? `, ${ladder.name}` : ''}: ${VERDICT[ladder.verdict]}`,
      ...defectLines(ladder),
      'If nobody acknowledges an incident:',
      ...ladder.ignored.steps.map(stepLine),
      `  ${elapsed(ladder.ignored.endsAfterMs)}  ${ladder.ignored.end === 'repeat' ? 'it begins again at level 1' : 'it stops, and says so in the channel'}`,
    ]),
    ...answering.map(({ pager, how }) => `  ok  ${pager} ${how}`),
  ];
}

const defectLines = (ladder: LadderCheck): string[] =>
  worstFirst(ladder).map(
    ({ level: { level, name }, defect }) =>
      `  ${MARK[defect.severity]}  level ${level}, ${name}: ${defectWords(defect, level, words)}`,
  );

function stepLine({ afterMs, level, name, attempt, paged, pagers }: Step): string {
  const by = pagers.length === 1 && pagers[0] === SLACK ? '' : ` (by ${pagers.join(', else ')})`;
  return `  ${elapsed(afterMs)}  level ${level}, ${name}${attempt > 1 ? `, page ${attempt}` : ''}: ${paged.map(who).join(', ')}${by}`;
}

/** Of a schedule, with who is behind it then. */
function who({ responder: { kind, id }, to, reach }: Paged): string {
  const behind = kind === 'schedule' && to !== undefined ? ` (then user ${to.id})` : '';
  return `${kind} ${id}${behind}${REACH[reach]}`;
}
