/** What a seed leads to: ladders that go through every pager, answers to some of them, and where each replica dies. */
import { createRandom } from '../simulation/random.ts';
import { DEATHS } from './deaths.ts';

/** By their names in the configuration. Each level of a ladder has one of them, so that a page tells which level it is of. */
export const PAGERS = ['slack', 'duty', 'genie', 'sms', 'mail'] as const;
export type PagerName = (typeof PAGERS)[number];

/** At every named step of a ladder; and at no step in particular. */
export const POINTS = [...DEATHS.pages, 'anywhere'] as const;
export type Point = (typeof POINTS)[number];

export interface PlannedDeath {
  readonly point: Point;
  /** Which time that it gets there. */
  readonly nth: number;
  /** For `anywhere`: so long after it was ready, in milliseconds. */
  readonly afterMs: number;
}

export interface PlannedIncident {
  readonly id: string;
  readonly firstPageAfterMs: number;
  readonly levels: readonly {
    readonly pager: PagerName;
    readonly user: string;
    readonly delayMs: number;
  }[];
  /** So long after it was opened, somebody answers. */
  readonly answeredAfterMs?: number;
}

/** Who is paged; enough of them that nobody's conversation fills up. */
export const RESPONDERS = Array.from(
  { length: 40 },
  (_, index) => `U0PAGED${String(index).padStart(3, '0')}`,
);
export const ANSWERER = 'U0ANSWERER';

const randomOf = (seed: number, kind: number, index: number) =>
  createRandom(Math.imul(seed, 1_000_003) + index * 2 + kind);

export function plannedDeath(seed: number, index: number): PlannedDeath {
  const random = randomOf(seed, 0, index);
  const point = POINTS[index % POINTS.length] ?? 'anywhere';
  return { point, nth: 1 + random.below(2), afterMs: random.below(2_000) };
}

export function plannedIncident(seed: number, index: number): PlannedIncident {
  const random = randomOf(seed, 1, index);
  const left = [...PAGERS];
  const pagers = PAGERS.map(() => left.splice(random.below(left.length), 1)[0] ?? 'slack');
  const delays = pagers.map(() => 1_000 + random.below(3_000));
  const wholeMs = delays.reduce((sum, delay) => sum + delay, 0);
  return {
    id: `RUN-${seed}-${index}`,
    firstPageAfterMs: 300 + random.below(2_000),
    levels: pagers.map((pager, position) => ({
      pager,
      user: RESPONDERS[random.below(RESPONDERS.length)] ?? '',
      delayMs: delays[position] ?? 0,
    })),
    ...(random.chance(0.6) ? { answeredAfterMs: random.below(wholeMs) } : {}),
  };
}
