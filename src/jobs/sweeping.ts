/** Sweeps every few seconds, in every replica: what the sweep looks for may be the queue's own doing. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Swept } from '../engine/sweep.ts';

export interface Sweeping {
  readonly sweep: () => Promise<Swept>;
  /** Between two sweeps. */
  readonly everyMs: number;
  /** To the outside monitor; withheld while anything stands still. */
  readonly beat?: { readonly send: () => Promise<void>; readonly everyMs: number };
  readonly onMoved: (moved: readonly string[]) => void;
  readonly onStuck: (stuck: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Resolves, once it is stopped, when the sweep in hand has ended. */
export function keepSweeping({ sweep, everyMs, beat, onMoved, onStuck, onError }: Sweeping): {
  stop(): Promise<void>;
} {
  const over = new AbortController();
  let beaten = Number.NEGATIVE_INFINITY;
  const once = async () => {
    const { moved, stuck } = await sweep();
    if (moved.length > 0) onMoved(moved);
    if (stuck.length > 0) return onStuck(stuck);
    if (!beat || performance.now() - beaten < beat.everyMs) return;
    await beat.send();
    beaten = performance.now();
  };
  const loop = (async () => {
    while (!over.signal.aborted) {
      await once().catch(onError);
      await pause(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await loop;
    },
  };
}
