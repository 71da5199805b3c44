/** AdapterErrors of certificates on disk: which file, where, what about it, and what to do. */
import { AdapterError, type AdapterFault, messageOf } from '../../errors.ts';

export const failed = (operation: string, message: string, cause?: unknown, fault: AdapterFault = 'failed') =>
  new AdapterError(message, { system: 'certificate', operation, fault, retryable: false, cause });

/** A file that could not be read or written, by the operating system's code. `replica`: the container or pod that it is in, not on this host. */
export function fileError(operation: string, path: string, error: unknown, replica?: string): AdapterError {
  const file = replica === undefined ? path : `${path} in ${replica}`;
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failed(
        operation,
        `${file} is not there: check the path in the configuration.`,
        error,
        'not-found',
      );
    case 'EACCES':
    case 'EPERM':
      return failed(
        operation,
        `${replica ?? 'Paksa'} may not ${operation} ${path}: give its user the right to.`,
        error,
        'forbidden',
      );
    case 'EROFS':
    case 'ENOSPC':
    case 'EDQUOT':
      return failed(operation, `${file} cannot be written: its disk is full or read-only.`, error);
    case 'EISDIR':
      return failed(
        operation,
        `${file} is a folder, not a file: check the path in the configuration.`,
        error,
      );
    default:
      return failed(operation, `Paksa could not ${operation} ${file}: ${messageOf(error)}.`, error);
  }
}

/** Before anything is touched: a call whose time is up does not begin. */
export function refuseIfAborted(operation: string, signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new AdapterError(`The ${operation} was stopped before it began: nothing was changed. Try again.`, {
    system: 'certificate',
    operation,
    fault: 'timed-out',
    retryable: true,
    cause: signal.reason,
  });
}
