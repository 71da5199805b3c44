/** What the watch over the ladders needs of the store. */
import type { Defect } from '../policy/defect.ts';

/** A level that reaches nobody at some time within the next day, and what is wrong with it. */
export interface LostLevel {
  readonly ladder: string;
  readonly level: number;
  readonly name: string;
  readonly defects: readonly Defect[];
}

export interface ReachNotice {
  readonly id: string;
  readonly environment: string;
  /** Which levels, and why: the same again is not said again. */
  readonly about: readonly string[];
  readonly lost: readonly LostLevel[];
  /** Epoch milliseconds. */
  readonly saidAt: number;
  /** When every level reached somebody again, or something else was said. */
  readonly overAt?: number;
}

export interface Watch {
  /** Moves the next look on to `due`, if it was due at `before`, or, without one, if it is late by `lateMs`. False: it is another's. */
  next(due: number, before: number | undefined, lateMs: number): Promise<boolean>;
  /** What was said last of an environment, and still holds. */
  inForce(environment: string): Promise<ReachNotice | undefined>;
  find(id: string): Promise<ReachNotice | undefined>;
  /** Resolves with its id. */
  say(notice: Pick<ReachNotice, 'environment' | 'about' | 'lost'>): Promise<string>;
  over(id: string): Promise<void>;
}
