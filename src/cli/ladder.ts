/** `paksa ladder check`: what would happen if everybody slept on, and which levels have nobody. */
import type { EscalationPolicy } from '../policy/policy.ts';
import { duration, print } from './print.ts';
import { EXIT } from './usage.ts';

/** Returns the exit code: a problem when a level has nobody. */
export function checkLadder({ firstPageAfterMs, levels, afterLast }: EscalationPolicy): number {
  const empty = levels.flatMap(({ name, responders }, index) =>
    responders.length === 0
      ? [
          `  !!  Level ${index + 1}, ${name}, has nobody: add ladder.levels[${index}].responders to paksa.yaml.`,
        ]
      : [],
  );
  let at = firstPageAfterMs;
  const lines = levels.flatMap(({ name, delayMs, repeats, responders }, index) => {
    if (responders.length === 0) return [];
    const who = responders.map(({ kind, id }) => `${kind} ${id}`).join(', ');
    return Array.from({ length: repeats }, () => {
      const line = `  after ${duration(at)}: level ${index + 1}, ${name}: ${who}`;
      at += delayMs;
      return line;
    });
  });
  const end = afterLast === 'repeat' ? 'it begins again at level 1' : 'it stops, and says so in the channel';
  print('If nobody acknowledges an incident:', ...lines, `  after ${duration(at)}: ${end}`, ...empty);
  return empty.length === 0 ? EXIT.healthy : EXIT.problem;
}
