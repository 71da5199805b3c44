/** `npm run simulate -- --incidents 100000`: as many nights as that takes; `--seed N` is that night alone. */
import { parseArgs } from 'node:util';
import { type Night, simulate } from './world.ts';

const { values } = parseArgs({
  options: { incidents: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const A_NIGHT = 100;

const seeds =
  values.seed === undefined
    ? Array.from({ length: Math.ceil(Number(values.incidents) / A_NIGHT) }, (_, index) => index + 1)
    : [Number(values.seed)];

const began = performance.now();
const nights: Night[] = [];
for (const seed of seeds)
  nights.push(
    await simulate(seed, A_NIGHT).catch((error: unknown) => {
      process.stderr.write(`\n  seed ${seed} fails; npm run simulate -- --seed ${seed} replays it\n\n`);
      throw error;
    }),
  );

const sum = (of: (night: Night) => number): number => nights.reduce((total, night) => total + of(night), 0);
const lateness = (some: readonly Night[]): string => {
  const sorted = some.flatMap((night) => night.lateness).sort((a, b) => a - b);
  const at = (share: number) =>
    `${((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1000).toFixed(1)} s`;
  return `median ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`;
};
const calm = nights.filter(({ crashes }) => crashes === 0);
const pages = sum((night) => night.pages);
const whole = (value: number) => value.toLocaleString('en');
process.stdout.write(`
  incidents   ${whole(seeds.length * A_NIGHT)} in ${whole(seeds.length)} nights, ${whole(sum((night) => night.steps))} steps, ${((performance.now() - began) / 1000).toFixed(0)} s
  deaths      ${whole(sum((night) => night.crashes))} of replicas; the sweep moved on ${whole(sum((night) => night.swept))} things
  pages       ${whole(pages)}
  lost        0
  doubled     0 where the provider can be asked; ${whole(sum((night) => night.doubled))} where it cannot
  late        ${lateness(nights)}
  calm nights ${lateness(calm)}
`);
