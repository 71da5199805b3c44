/** What a seed leads to: ladders that go through every pager, what people do about them, and where each replica dies. */
import { CHANNELS } from '../../sandbox/workspace/people.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { DEATHS } from './deaths.ts';

/** By their names in the configuration. Each level of a ladder has one of them, so that a page tells which level it is of. */
export const PAGERS = ['slack', 'duty', 'genie', 'sms', 'mail', 'hook'] as const;
export type PagerName = (typeof PAGERS)[number];
/** One that nobody ever listens at. */
export const DOWN = 'down';

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
    /** Slack's ids: one or two people, or a channel. */
    readonly to: readonly string[];
    readonly delayMs: number;
    /** Another pager, which is down, is tried first. */
    readonly fallsOver: boolean;
  }[];
  /** So long after it was opened, somebody answers. */
  readonly answeredAfterMs?: number;
  /** So long after it was opened, somebody asks for more people: of those that nobody answers. */
  readonly escalatedAfterMs?: number;
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
  const someMs = () => random.below(wholeMs);
  return {
    id: `RUN-${seed}-${index}`,
    firstPageAfterMs: 300 + random.below(2_000),
    levels: pagers.map((pager, position) => ({
      pager,
      to: plannedResponders(pager, random),
      delayMs: delays[position] ?? 0,
      fallsOver: random.chance(0.2),
    })),
    ...(random.chance(0.6)
      ? { answeredAfterMs: someMs() }
      : random.chance(0.5)
        ? { escalatedAfterMs: someMs() }
        : {}),
  };
}

function plannedResponders(pager: PagerName, random: Random): readonly string[] {
  if (pager === 'slack' && random.chance(0.25))
    return [random.pick([CHANNELS.operations, CHANNELS.incidents])];
  const one = random.below(RESPONDERS.length);
  const other = (one + 1 + random.below(RESPONDERS.length - 1)) % RESPONDERS.length;
  return (random.chance(0.3) ? [one, other] : [one]).map((position) => RESPONDERS[position] ?? '');
}
