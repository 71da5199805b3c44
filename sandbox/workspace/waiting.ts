/** Waits until the workspace shows what a test expects, looking again at every change. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Changes } from './changes.ts';

/**
 * @param look what is looked for; nothing while it is not there yet
 * @param what names it in the error
 * @throws Error after `timeoutMs`
 */
export async function waitUntil<Found>(
  changes: Changes,
  look: () => Found | undefined,
  timeoutMs: number,
  what: () => string,
): Promise<Found> {
  const { promise, resolve } = Promise.withResolvers<Found>();
  const check = () => {
    const found = look();
    if (found !== undefined) resolve(found);
  };
  const stop = changes.listen(check);
  const giveUp = new AbortController();
  try {
    check();
    const late = pause(timeoutMs, undefined, { signal: giveUp.signal }).then((): never => {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what()}`);
    });
    return await Promise.race([promise, late]);
  } finally {
    stop();
    giveUp.abort();
  }
}
