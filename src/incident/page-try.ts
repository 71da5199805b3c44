/** Each time that a pager was asked to deliver a page, with what came of it: as it is kept, and as a postmortem tells it. */
import type { PageRef } from './incident.ts';

export interface PageTry {
  readonly page: PageRef;
  /** The pager's name in paksa.yaml. */
  readonly pager: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Absent while it is under way, and where whoever tried died meanwhile. */
  readonly outcome?: {
    readonly taken: boolean;
    /** What took it, or why not; without secrets. */
    readonly said: string;
  };
}

/** Tries one after the other of which the same came. */
export interface Tries extends PageTry {
  readonly times: number;
  /** When the last one was begun. */
  readonly until: number;
}

/** The same again and again is told once, where it began; `all` are in the order in which they were begun. */
export function gathered(all: readonly PageTry[]): readonly Tries[] {
  const runs: Tries[] = [];
  const latest = new Map<string, number>();
  for (const each of all) {
    const key = JSON.stringify([each.page, each.pager]);
    const index = latest.get(key) ?? -1;
    const run = runs[index];
    if (run && isSame(run.outcome, each.outcome)) {
      runs[index] = { ...run, times: run.times + 1, until: each.at };
    } else {
      latest.set(key, runs.length);
      runs.push({ ...each, times: 1, until: each.at });
    }
  }
  return runs;
}

const isSame = (one: PageTry['outcome'], other: PageTry['outcome']): boolean =>
  one?.taken === other?.taken && one?.said === other?.said;
