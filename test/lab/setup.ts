/**
 * Starts the lab for the project `lab` once its first file asks, or attaches to the one that is up. Nobody waits for it here:
 * other tests run before, and the lab's own files wait in their first hook.
 */
import type { TestProject } from 'vitest/node';
import { messageOf } from '../../src/errors.ts';
import { startLab } from './lab.ts';
import { missingForLab } from './requirements.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What keeps the lab from running on this machine, a sentence each. */
    labIsMissing: readonly string[];
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = await missingForLab();
  project.provide('labIsMissing', missing);
  if (missing.length > 0) return async () => undefined;
  const say = (what: string) => process.stderr.write(`  lab: ${what}\n`);
  const stopping = new AbortController();
  const { promise: claimed, resolve: claim } = Promise.withResolvers<void>();
  const lab = startLab({ say, signal: stopping.signal, claimed: claim, onDemand: true });
  lab.catch((error: unknown) => {
    if (!stopping.signal.aborted) say(messageOf(error));
    claim();
  });
  // From here on whoever asks for the lab finds this one, or the one that was up.
  await claimed;
  return async () => {
    stopping.abort(new Error('the tests are over'));
    // Why it did not start, the files that waited for it have said.
    const started = await lab.catch(() => undefined);
    await started?.stop();
  };
}
