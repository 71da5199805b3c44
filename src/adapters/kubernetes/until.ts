/** Waits for something to become true in the cluster, until the call's signal. */
import { setTimeout as wait } from 'node:timers/promises';
import { AdapterError } from '../../errors.ts';
import type { Cluster } from './cluster.ts';
import { fail, isLate } from './errors.ts';

const POLL_MS = 500;

/** What is still missing; nothing when it is done. */
export type Missing = string | undefined;

/**
 * Asks again and again until nothing is missing; an API server that is away for a moment is asked again, too.
 * @throws AdapterError timed-out, saying what was still missing when it was stopped
 */
export async function until(
  cluster: Cluster,
  operation: string,
  look: () => Promise<Missing>,
): Promise<void> {
  const { signal } = cluster;
  let last = 'nothing was seen yet';
  for (;;) {
    try {
      const missing = await look();
      if (missing === undefined) return;
      last = missing;
    } catch (error) {
      if (signal.aborted) throw unfinished(operation, signal, last);
      if (!(error instanceof AdapterError && error.retryable)) throw error;
      last = error.message;
    }
    await wait(POLL_MS, undefined, { signal }).catch(() => {
      throw unfinished(operation, signal, last);
    });
  }
}

const unfinished = (operation: string, signal: AbortSignal, missing: string): AdapterError =>
  fail(
    operation,
    isLate(signal)
      ? `It did not finish in time (${operation}): ${missing}. Look at the pods; the cluster goes on trying.`
      : `Stopped while it was waited for (${operation}): ${missing}. Look at the pods; the cluster goes on.`,
    'timed-out',
    { retryable: true, cause: signal.reason },
  );
