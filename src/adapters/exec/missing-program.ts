/** A program that is not there, told apart from a place that is not there: a look from inside then goes on to its next program. */
import { AdapterError } from '../../errors.ts';

const OPERATION = 'find program';

/** `where` ends the sentence “There is no … in”: `container paksa-backend-1`. */
export const missingProgram = (
  system: string,
  program: string,
  where: string,
  nextStep: string,
  cause?: unknown,
): AdapterError =>
  new AdapterError(`There is no program “${program}” in ${where}: ${nextStep}.`, {
    system,
    operation: OPERATION,
    fault: 'not-found',
    retryable: false,
    cause,
  });

export const isMissingProgram = (error: unknown): boolean =>
  error instanceof AdapterError && error.fault === 'not-found' && error.operation === OPERATION;

/**
 * What a container runtime (runc, crun, containerd) says when it could not start a program: absent for any other text.
 * Only of what the runtime itself printed: ask with exit code 126 or 127, or with an API's error.
 */
export function startFailure(text: string): 'missing' | 'forbidden' | undefined {
  if (!/OCI runtime exec failed|failed to (start )?exec|unable to start container process/i.test(text)) {
    return undefined;
  }
  if (/executable file .*not found|no such file or directory/i.test(text)) return 'missing';
  return /permission denied|is a directory/i.test(text) ? 'forbidden' : undefined;
}
