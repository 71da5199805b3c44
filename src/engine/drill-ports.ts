/** What a drill needs of the store and of the pagers. */
import type { Drill, PlannedPage } from '../policy/drill.ts';
import type { Level } from '../policy/policy.ts';

export interface NewDrill {
  readonly environment: string;
  readonly levels: readonly Level[];
  readonly startedBy: string;
  readonly pages: readonly PlannedPage[];
  /** What led to it: the same cause starts one. */
  readonly cause: string;
}

/** `page`: its place among the drill's pages, from 0. */
export interface Drills {
  /** The latest there; nobody else starts one there until the end of the transaction. */
  latest(
    environment: string,
  ): Promise<{ readonly id: string; readonly startedAt: number; readonly cause: string } | undefined>;
  /** Resolves with its id. */
  start(drill: NewDrill): Promise<string>;
  find(id: string): Promise<Drill | undefined>;
  markTaken(id: string, page: number, by: string): Promise<void>;
  /** Why it was not taken; `lasting`: it is not tried again. */
  note(id: string, page: number, reason: string, lasting: boolean): Promise<void>;
  /** False when somebody has said so before. */
  markGot(id: string, page: number, by: string): Promise<boolean>;
  end(id: string): Promise<void>;
}
