/** What went wrong with the engine, as a sentence that says where to look next. */
import { AdapterError, type AdapterFault, messageOf } from '../../errors.ts';

export interface FailedRequest {
  /** Completes “could not …”. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly socketPath: string;
}

const WORDS_CHARACTERS = 500;

export const dockerError = (
  message: string,
  operation: string,
  fault: AdapterFault,
  options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): AdapterError =>
  new AdapterError(message, {
    system: 'docker',
    operation,
    fault,
    retryable: options.retryable ?? false,
    cause: options.cause,
  });

export function translateEngineError(error: unknown, failed: FailedRequest): AdapterError {
  if (error instanceof AdapterError) return error;
  const { what, signal, socketPath } = failed;
  const says = (message: string, fault: AdapterFault, retryable = false) =>
    dockerError(message, what, fault, { retryable, cause: error });
  if (signal.aborted) return says(unanswered(signal.reason, what), 'timed-out', true);
  switch (propertyOf(error, 'code')) {
    case 'ENOENT':
      return says(
        `There is no socket ${socketPath}: is the Docker engine running? Start it (systemctl start docker), or correct docker.socketPath in the configuration.`,
        'unreachable',
      );
    case 'ECONNREFUSED':
      return says(
        `Nothing answers on ${socketPath}: is the Docker engine running? Start it (systemctl start docker).`,
        'unreachable',
        true,
      );
    case 'ENOTSOCK':
      return says(
        `${socketPath} is no socket: correct docker.socketPath in the configuration.`,
        'unreachable',
      );
    case 'EACCES':
    case 'EPERM':
      return says(
        `Paksa may not open ${socketPath}: put its user into the group docker, then start Paksa again.`,
        'forbidden',
      );
    case 'ECONNRESET':
    case 'EPIPE':
      return says(
        `The Docker engine hung up while Paksa tried to ${what}: look whether it is restarting.`,
        'unreachable',
        true,
      );
  }
  return answered(propertyOf(error, 'statusCode'), wordsOf(error), what, says);
}

/** The engine answered, with something else than success. */
function answered(
  status: unknown,
  words: string,
  what: string,
  says: (message: string, fault: AdapterFault, retryable?: boolean) => AdapterError,
): AdapterError {
  switch (status) {
    case 401:
    case 403:
      return says(
        `Paksa may not ${what}: the proxy before the Docker engine refuses it (${words}). Allow that request there.`,
        'forbidden',
      );
    case 404:
      return says(`Paksa could not ${what}: ${words}. Look with docker ps -a.`, 'not-found');
    case 409:
      return says(
        `Paksa could not ${what}: ${words}. It is in a state that does not allow it: look with docker ps -a, and try again in a moment.`,
        'unreachable',
        true,
      );
    default:
      return says(
        `Paksa could not ${what}: ${words}. The engine’s own log says more (journalctl -u docker).`,
        'failed',
      );
  }
}

const unanswered = (reason: unknown, what: string): string =>
  reason instanceof Error && reason.name === 'TimeoutError'
    ? `The Docker engine took too long to ${what}: look whether it hangs (docker ps), or is overloaded.`
    : `Paksa was stopped before the Docker engine could ${what}: look what it has done, then try again.`;

/** The engine's own words; dockerode wraps them into its own. */
function wordsOf(error: unknown): string {
  const answer = propertyOf(error, 'json');
  const said = propertyOf(answer, 'message');
  const text = typeof said === 'string' ? said : messageOf(error);
  return text.trim().replace(/\.$/, '').slice(0, WORDS_CHARACTERS);
}

export const statusOf = (error: unknown): unknown => propertyOf(error, 'statusCode');

const propertyOf = (value: unknown, property: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, property) : undefined;
