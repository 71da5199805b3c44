/**
 * What the queue of jobs promises, and no more: what was committed is handed out at its time or later, at least once; what
 * fails comes back; what dies with its worker comes back after the heartbeat; after twelve tries a page is late.
 */
import type { Task } from '../../src/engine/task.ts';

export interface Job {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly task: Task;
  readonly tries: number;
  /** Its worker died: of a run nobody knows how far it came. */
  readonly isLost?: true;
}

export interface Queue {
  put(job: Job): void;
  /** The soonest, and the first of those put in for the same time. */
  take(): Job | undefined;
  /** When the soonest falls due. */
  next(): number | undefined;
}

export function createQueue(): Queue {
  const jobs: Job[] = [];
  const soonest = () =>
    jobs.reduce((best, { at }, index) => (at < (jobs[best]?.at ?? Infinity) ? index : best), 0);
  return {
    put: (job) => void jobs.push(job),
    take: () => jobs.splice(soonest(), 1)[0],
    next: () => jobs[soonest()]?.at,
  };
}
