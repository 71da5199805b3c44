/** `paksa ladder check`: what would happen if everybody slept on, and which levels have nobody. */
import type { Environment } from '../config/environments.ts';
import type { OnCall } from '../engine/on-call.ts';
import { type EscalationPolicy, type Level, pagersOf, type Responder, SLACK } from '../policy/policy.ts';
import { gapLines } from './on-call.ts';
import { duration, print } from './print.ts';
import { EXIT } from './usage.ts';

/** The schedules that the ladders page. */
export const schedulesPaged = (environments: readonly Environment[]): string[] => [
  ...new Set(
    environments
      .flatMap(({ policy }) => policy.escalation.levels.flatMap(({ responders }) => responders))
      .flatMap(({ kind, id }) => (kind === 'schedule' ? [id] : [])),
  ),
];

/**
 * One ladder an environment; said once where they are the same. `onCall`: the schedules that they page, as they are now.
 * Returns the exit code: a problem when a level has nobody, or a schedule will.
 */
export function checkLadders(environments: readonly Environment[], onCall: readonly OnCall[]): number {
  const ladders = Map.groupBy(environments, ({ policy }) => policy.escalation);
  const codes = [...ladders].map(([ladder, of]) => {
    if (ladders.size > 1) print(`${of.map(({ target }) => target.environment).join(', ')}:`);
    return checkLadder(ladder, new Map(onCall.map((each) => [each.schedule.name, each])));
  });
  const gaps = onCall.flatMap(gapLines);
  if (gaps.length > 0) print('Within 14 days:', ...gaps);
  return codes.find((code) => code !== EXIT.healthy) ?? (gaps.length > 0 ? EXIT.problem : EXIT.healthy);
}

/** How they are paged, where it is not by Slack alone. */
function by(level: Level): string {
  const [first, ...others] = pagersOf(level);
  return first === SLACK && others.length === 0 ? '' : ` (by ${[first, ...others].join(', else ')})`;
}

function checkLadder(
  { firstPageAfterMs, levels, afterLast }: EscalationPolicy,
  onCall: ReadonlyMap<string, OnCall>,
): number {
  const empty = levels.flatMap(({ name, responders }, index) =>
    responders.length === 0
      ? [
          `  !!  Level ${index + 1}, ${name}, has nobody: add ladder.levels[${index}].responders to paksa.yaml.`,
        ]
      : [],
  );
  let at = firstPageAfterMs;
  const lines = levels.flatMap((level, index) => {
    const { name, delayMs, repeats, responders } = level;
    if (responders.length === 0) return [];
    const who = responders.map((responder) => named(responder, onCall)).join(', ');
    return Array.from({ length: repeats }, () => {
      const line = `  after ${duration(at)}: level ${index + 1}, ${name}: ${who}${by(level)}`;
      at += delayMs;
      return line;
    });
  });
  const end = afterLast === 'repeat' ? 'it begins again at level 1' : 'it stops, and says so in the channel';
  print('If nobody acknowledges an incident:', ...lines, `  after ${duration(at)}: ${end}`, ...empty);
  return empty.length === 0 ? EXIT.healthy : EXIT.problem;
}

/** Of a schedule, with who is behind it now. */
function named({ kind, id }: Responder, onCall: ReadonlyMap<string, OnCall>): string {
  const now = kind === 'schedule' ? onCall.get(id) : undefined;
  return now
    ? `${kind} ${id} (now ${now.user === undefined ? 'nobody' : `user ${now.user}`})`
    : `${kind} ${id}`;
}
