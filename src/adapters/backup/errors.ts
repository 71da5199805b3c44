/** What went wrong with a backup: the folder, the database, or the program that restores. */
import { AdapterError, type AdapterFault, messageOf } from '../../errors.ts';

export const failure = (
  operation: string,
  fault: AdapterFault,
  message: string,
  cause?: unknown,
  retryable = false,
): AdapterError => new AdapterError(message, { system: 'backup', operation, fault, retryable, cause });

/** One that was cut off in the middle of a restore is in the way too. */
export const taken = (database: string): string =>
  `There is a database ${database} already: if nobody needs it, drop it (DROP DATABASE ${database}), then try again.`;

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

export function folderError(operation: string, path: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failure(
        operation,
        'not-found',
        `${path} is not there: correct backups.directory in paksa.yaml, or mount it.`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return failure(
        operation,
        'forbidden',
        `Paksa may not read ${path}: give its user the right to.`,
        error,
      );
    case 'ABORT_ERR':
      return failure(operation, 'timed-out', `Reading ${path} took too long: try again.`, error, true);
    default:
      return failure(operation, 'failed', `${path} cannot be read: ${messageOf(error)}.`, error);
  }
}

/** What the server or the network answered, by SQLSTATE (PostgreSQL, appendix A) or Node's code. */
export function databaseError(operation: string, database: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  const code = codeOf(error);
  const says = messageOf(error);
  switch (code) {
    case '42501':
      return failure(
        operation,
        'forbidden',
        `Paksa’s role may not ${operation} ${database} (${says}): ALTER ROLE … CREATEDB, or let its owner do it.`,
        error,
      );
    case '42P04':
      return failure(operation, 'refused', taken(database), error);
    case '55006':
      return failure(
        operation,
        'refused',
        `Somebody is connected to ${database}: let them leave it, then try again.`,
        error,
        true,
      );
    case '57014':
      return failure(operation, 'timed-out', `The server took too long to ${operation} ${database}.`, error);
    case '28P01':
    case '28000':
    case '3D000':
      return failure(
        operation,
        'refused',
        `The database refuses Paksa (${says}): correct its address in the environment.`,
        error,
      );
    case '53300':
      return failure(
        operation,
        'refused',
        'The server has no connection left: free some first.',
        error,
        true,
      );
    default:
      return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57P')
        ? failure(operation, 'failed', `The server could not ${operation} ${database}: ${says}.`, error)
        : failure(
            operation,
            'unreachable',
            `The database server cannot be reached (${says || code}): look at it first.`,
            error,
            true,
          );
  }
}

export function refuseIfAborted(operation: string, signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw failure(
    operation,
    'timed-out',
    `The time was up before the ${operation} began: try again.`,
    signal.reason,
    true,
  );
}
