/** The lab for test files of the project `lab`: it is started when the first of them asks, and each of them waits for it. */
import { inject } from 'vitest';
import { attachLab, type Lab } from './lab.ts';

/** Milliseconds, for a hook that waits for the lab; the first time on a machine it takes some minutes. */
export const LAB_MS = 1_200_000;

/** Milliseconds, for a hook that starts or stops a stack. */
export const STACK_MS = 240_000;

/**
 * Whether this machine can run the lab, for `describe.runIf`. Where it cannot and `CI` is set, the file fails; elsewhere it
 * is skipped, and standard error says what is missing and how to get it.
 */
export function canRunLab(): boolean {
  const missing = inject('labIsMissing');
  if (missing.length === 0) return true;
  const why = ['The lab cannot run here.', ...missing].join('\n');
  if (process.env.CI) throw new Error(why);
  process.stderr.write(`\n  SKIPPED: ${why}\n\n`);
  return false;
}

/** Waits until it is up. @throws Error that says which part did not come up */
export const runningLab = (): Promise<Lab> => attachLab();
