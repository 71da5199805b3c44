/** `paksa ladder check`: what would happen if everybody slept on, and which levels have nobody. */
import type { Environment } from '../config/environments.ts';
import { type EscalationPolicy, type Level, pagersOf, SLACK } from '../policy/policy.ts';
import { duration, print } from './print.ts';
import { EXIT } from './usage.ts';

/** One ladder an environment; said once where they are the same. Returns the exit code: a problem when a level has nobody. */
export function checkLadders(environments: readonly Environment[]): number {
  const ladders = Map.groupBy(environments, ({ policy }) => policy.escalation);
  const codes = [...ladders].map(([ladder, of]) => {
    if (ladders.size > 1) print(`${of.map(({ target }) => target.environment).join(', ')}:`);
    return checkLadder(ladder);
  });
  return codes.find((code) => code !== EXIT.healthy) ?? EXIT.healthy;
}

/** How they are paged, where it is not by Slack alone. */
function by(level: Level): string {
  const [first, ...others] = pagersOf(level);
  return first === SLACK && others.length === 0 ? '' : ` (by ${[first, ...others].join(', else ')})`;
}

function checkLadder({ firstPageAfterMs, levels, afterLast }: EscalationPolicy): number {
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
    const who = responders.map(({ kind, id }) => `${kind} ${id}`).join(', ');
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
