/**
 * Whether the queue can be reached. A replica that has lost the database cannot learn that its tasks have been given to
 * others, so that it must conclude it from the time: what it has in hand is stopped before they are.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const LOOK_MS = 1_000;
/** A task is another's 8 s after this replica was last heard from at the earliest (jobs.ts, queues.ts), in milliseconds. */
const LOST_MS = 6_000;

export interface InTouch {
  /** Aborts when the database has been out of reach for long. Back in touch, there is another one. */
  signal(): AbortSignal;
  stop(): void;
}

export function keepInTouch(look: () => Promise<unknown>): InTouch {
  const over = new AbortController();
  let lost = new AbortController();
  let seen = performance.now();
  const looking = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const began = performance.now();
      const isThere = await look().then(
        () => true,
        () => false,
      );
      // An answer says that it was there when it was asked, however long it took.
      if (isThere) seen = began;
      if (isThere && lost.signal.aborted) lost = new AbortController();
      await pause(LOOK_MS, undefined, { signal: over.signal });
    }
  };
  // It ends by being stopped alone.
  looking().catch(() => undefined);
  const judging = setInterval(() => {
    if (performance.now() - seen > LOST_MS)
      lost.abort(new Error('the database is out of reach: somebody else goes on with this'));
  }, LOOK_MS / 2);
  return {
    signal: () => lost.signal,
    stop: () => {
      over.abort();
      clearInterval(judging);
    },
  };
}
