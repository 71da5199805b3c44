/** What was measured, as the page docs/bench-guide.md: rounds in, Markdown out. All times are milliseconds. */
import type { Took } from './by-paksa.ts';
import type { Sitting } from './guide-commands.ts';

export interface Measured {
  readonly sitting: Sitting;
  /** A list a round, with a figure a command. */
  readonly byHand: readonly (readonly number[])[];
  readonly byPaksa: readonly Took[];
  readonly cold: readonly number[];
}

export interface Figures {
  readonly topic: string;
  readonly on: string;
  readonly byHand: number;
  readonly byPaksa: number;
  readonly cold: number;
  readonly slowest: { readonly check: string; readonly took: number };
  /** How many times as long a person needs. */
  readonly gain: number;
  /** The diagnosis over its slowest check: 1 is as fast as side by side can be. */
  readonly overSlowest: number;
}

/** More than this, and something waits for something else. */
export const MOST_OVER_SLOWEST = 1.2;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}

export function figuresOf({ sitting: { topic, on }, byHand, byPaksa, cold }: Measured): Figures {
  const slowestOf = ({ checks }: Took) => Object.entries(checks).toSorted(([, a], [, b]) => b - a)[0];
  const hand = median(byHand.map(sum));
  const paksa = median(byPaksa.map(({ whole }) => whole));
  const slowest = byPaksa.map((took) => slowestOf(took)?.[1] ?? took.whole);
  const names = byPaksa.map((took) => slowestOf(took)?.[0] ?? 'none');
  return {
    topic,
    on,
    byHand: hand,
    byPaksa: paksa,
    cold: median(cold),
    slowest: { check: mostFrequent(names), took: median(slowest) },
    gain: hand / paksa,
    overSlowest: median(byPaksa.map(({ whole }, round) => whole / (slowest[round] ?? whole))),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const mostFrequent = (names: readonly string[]): string =>
  names.toSorted(
    (a, b) => names.filter((name) => name === b).length - names.filter((name) => name === a).length,
  )[0] ?? '';

export function guidePage(measured: readonly Measured[], { cores }: { readonly cores: number }): string {
  const figures = measured.map(figuresOf);
  const rounds = measured[0]?.byPaksa.length ?? 0;
  return [
    '# The guide by hand, and Paksa',
    '',
    'Written by `npm run bench:guide`. On one stack after the other, the commands of the guide’s section are run by a shell, one',
    'after the other, as fast as they come back; and the same topic is diagnosed, with all its checks, in a process that has',
    `been up for a while. Both in turns, ${rounds} rounds, on ${cores} cores; the figures are medians. What a person takes to find the`,
    'commands, to type them and to read what they print is not in them.',
    '',
    ...table(
      ['topic', 'on', 'by hand ÷ Paksa', 'diagnosis ÷ its slowest check'],
      figures.map(({ topic, on, gain, overSlowest }) => [
        topic,
        on,
        bold(`${gain.toFixed(1)} ×`, gain < 1),
        bold(overSlowest.toFixed(2), overSlowest > MOST_OVER_SLOWEST),
      ]),
    ),
    '',
    'The second figure says how far the checks run side by side: at 1 a diagnosis takes as long as its slowest check.',
    '',
    '## Seconds',
    '',
    'Cold: `npx paksa diagnose TOPIC`, from the start of `npx` to its end.',
    '',
    ...table(
      ['topic', 'on', 'by hand', 'Paksa', 'its slowest check', 'cold'],
      figures.map(({ topic, on, byHand, byPaksa, slowest, cold }) => [
        topic,
        on,
        seconds(byHand),
        seconds(byPaksa),
        `${seconds(slowest.took)} (${slowest.check})`,
        seconds(cold),
      ]),
    ),
    '',
    '## What was run by hand',
    '',
    'The commands under “Diagnosis”, and those under “Solutions” that only look, with the seconds that each took. Changed were',
    'addresses, `mean_time` (`mean_exec_time` since PostgreSQL 13), `ping` and `docker stats` so that they end, and `grep hit_rate`,',
    'which matches nothing that Redis says. In the cluster the same is asked by `kubectl` that the guide asks by `docker-compose`;',
    '`kubectl top` is left out: the lab’s cluster has no metrics API.',
    ...measured.flatMap(({ sitting, byHand }) => [
      '',
      `**${sitting.topic}**, ${sitting.on}:`,
      '',
      ...sitting.commands.map((command, at) => {
        const took = median(byHand.map((round) => round[at] ?? 0));
        return `- ${seconds(took)} \`${command}\``;
      }),
    ]),
    '',
  ].join('\n');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 1000 ? 3 : 2);
const bold = (text: string, is: boolean): string => (is ? `**${text}**` : text);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map((_, column) => (column < 2 ? '---' : '---:')), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
