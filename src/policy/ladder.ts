/** The ladder: which level is paged next, and when. Levels count from 1; 0 is nobody yet. */
import type { EscalationPolicy } from './policy.ts';

export interface Ladder {
  /** `waiting`: armed, nobody paged since it was armed. `climbing`: paged, unanswered. `stopped`: answered. `exhausted`: nobody is left to page. */
  readonly state: 'waiting' | 'climbing' | 'stopped' | 'exhausted';
  /** The last level paged. */
  readonly level: number;
  /** How many times that level has been paged, over the incident's whole life. */
  readonly attempt: number;
  /** How often it was paged since the ladder last reached it. */
  readonly repeat: number;
  /** When the next step falls due, epoch milliseconds; absent when none is. */
  readonly nextAt?: number;
  /** How often each level has been paged; keeps a page's key unique when the ladder begins again. */
  readonly paged: Readonly<Record<number, number>>;
  /** Levels that were passed over on the last step because nobody is configured for them. */
  readonly passedOver: readonly number[];
}

export const armed = (policy: EscalationPolicy, now: number): Ladder => ({
  state: 'waiting',
  level: 0,
  attempt: 0,
  repeat: 0,
  nextAt: now + policy.firstPageAfterMs,
  paged: {},
  passedOver: [],
});

/** Begins again at the bottom, for an incident that is open once more; what was paged before stays counted. */
export const rearmed = (ladder: Ladder, policy: EscalationPolicy, now: number): Ladder => ({
  ...ladder,
  state: 'waiting',
  level: 0,
  attempt: 0,
  repeat: 0,
  nextAt: now + policy.firstPageAfterMs,
  passedOver: [],
});

export const stopped = (ladder: Ladder): Ladder => {
  const { nextAt: _, ...rest } = ladder;
  return { ...rest, state: 'stopped', passedOver: [] };
};

const page = (
  ladder: Ladder,
  policy: EscalationPolicy,
  level: number,
  repeat: number,
  now: number,
): Ladder => {
  const attempt = (ladder.paged[level] ?? 0) + 1;
  return {
    state: 'climbing',
    level,
    attempt,
    repeat,
    nextAt: now + (policy.levels[level - 1]?.delayMs ?? 0),
    paged: { ...ladder.paged, [level]: attempt },
    passedOver: [],
  };
};

/** Pages the next level that has anybody, whatever repeats the present one has left. */
export function climb(ladder: Ladder, policy: EscalationPolicy, now: number): Ladder {
  const count = policy.levels.length;
  const order = Array.from({ length: count }, (_, step) => ladder.level + 1 + step);
  const passedOver: number[] = [];
  for (const position of order) {
    if (position > count && policy.afterLast === 'stop') break;
    const level = ((position - 1) % count) + 1;
    if ((policy.levels[level - 1]?.responders.length ?? 0) > 0)
      return { ...page(ladder, policy, level, 1, now), passedOver };
    passedOver.push(level);
  }
  return { ...stopped(ladder), state: 'exhausted', passedOver };
}

/** What an unanswered page leads to: the same level again while it has repeats left, else the next. */
export function unanswered(ladder: Ladder, policy: EscalationPolicy, now: number): Ladder {
  const repeats = policy.levels[ladder.level - 1]?.repeats ?? 1;
  return ladder.state === 'climbing' && ladder.repeat < repeats
    ? page(ladder, policy, ladder.level, ladder.repeat + 1, now)
    : climb(ladder, policy, now);
}

/** Goes on where it stood: the level that it had come to is paged again, or the first one. */
export function resumed(ladder: Ladder, policy: EscalationPolicy, now: number): Ladder {
  const { level } = ladder;
  return level > 0 ? page(ladder, policy, level, 1, now) : climb(ladder, policy, now);
}

/** Waits for the one whom it is handed to, for as long as the level that it has come to may take to answer. */
export const handedOver = (ladder: Ladder, policy: EscalationPolicy, now: number): Ladder => ({
  ...ladder,
  state: ladder.level === 0 ? 'waiting' : 'climbing',
  nextAt: now + (policy.levels[Math.max(ladder.level, 1) - 1]?.delayMs ?? 0),
  paged: { ...ladder.paged, [HAND_OVER]: (ladder.paged[HAND_OVER] ?? 0) + 1 },
  passedOver: [],
});

/** The level of those who stand on none: they are paged because somebody handed it to them. */
export const HAND_OVER = 0;

/** Counts the pages' steps: what a button showed may be older than what is. */
export const stepOf = (ladder: Ladder): number =>
  Object.values(ladder.paged).reduce((sum, attempts) => sum + attempts, 0);
