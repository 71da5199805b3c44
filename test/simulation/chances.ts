/** How often what goes wrong. A world draws its own from these, so that calm ones and bad nights are both seen. */
import type { Random } from './random.ts';

export interface Chances {
  /** A replica dies at one of the engine's checkpoints. */
  readonly crash: number;
  /** The database is away before a commit: nothing of it is there. */
  readonly databaseAway: number;
  /** It committed, and the answer was lost. */
  readonly answerLost: number;
  /** The queue loses what is put into it. */
  readonly queueLoses: number;
  /** Two replicas get the same piece of work at once. */
  readonly workTwice: number;
  /** The provider took a page, and its answer was lost. */
  readonly pageUnanswered: number;
  readonly pageRefused: number;
  readonly pageUnreachable: number;
  /** Somebody who was paged does something about it. */
  readonly answers: number;
}

export const chancesOf = (random: Random): Chances => {
  const bad = random.pick([0, 1, 3]);
  return {
    crash: 0.02 * bad,
    databaseAway: 0.02 * bad,
    answerLost: 0.02 * bad,
    queueLoses: 0.01 * bad,
    workTwice: 0.03 * bad,
    pageUnanswered: 0.05 * bad,
    pageRefused: 0.03 * bad,
    pageUnreachable: 0.08 * bad,
    answers: random.pick([0, 0.2, 0.6]),
  };
};
