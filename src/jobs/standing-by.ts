/**
 * Listens whether the database is there, by taking its picture, and says when to go on without it and when it is back. Durations
 * are measured by this process's own clock, which nobody sets.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseAway, type Picture } from '../engine/alone.ts';

export interface StandingBy {
  readonly take: () => Promise<Picture>;
  /** The database answered. What it rejects with is told, and tried again with the next picture. */
  readonly onHeard: (picture: Picture) => Promise<void>;
  /** It has not for so long, in milliseconds, and so many looks; called at every failure. */
  readonly onSilence: (ms: number, looks: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Between two pictures, in milliseconds; `away`: while there is none to be had. */
  readonly everyMs: number;
  readonly awayEveryMs: number;
  /** Since when it has not been heard, by `performance.now()`: for one that was not there at the start, long ago. */
  readonly heardAt?: number;
}

/** Resolves, once it is stopped, when the look in hand has ended. */
export function standBy(options: StandingBy): { stop(): Promise<void> } {
  const { take, onHeard, onSilence, onError, everyMs, awayEveryMs } = options;
  const over = new AbortController();
  let failed = 0;
  let heard = options.heardAt ?? performance.now();
  const look = async (): Promise<boolean> => {
    try {
      const picture = await take();
      heard = performance.now();
      failed = 0;
      await onHeard(picture);
      return true;
    } catch (error) {
      // It answers with an error: that is somebody's to mend, and no reason to go on without it.
      if (!(error instanceof DatabaseAway)) {
        heard = performance.now();
        failed = 0;
        onError(error);
        return true;
      }
      failed += 1;
      await onSilence(performance.now() - heard, failed);
      return false;
    }
  };
  const loop = (async () => {
    while (!over.signal.aborted) {
      const isThere = await look().catch((error: unknown) => {
        onError(error);
        return true;
      });
      await pause(isThere ? everyMs : awayEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await loop;
    },
  };
}
