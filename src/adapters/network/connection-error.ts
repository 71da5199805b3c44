/** What keeps Paksa from any server: names, routes, ports and time. Every adapter that connects says it in these words. */
import { type AdapterFault, messageOf } from '../../errors.ts';

export interface Reading {
  readonly fault: AdapterFault;
  readonly retryable: boolean;
  /** A sentence that says where to look next. */
  readonly says: string;
}

export interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** What to check of a server that took the connection and then said nothing; absent while TCP had not connected. */
  readonly whenSilent?: string | undefined;
}

export const unreachable = (says: string, retryable = false): Reading => ({
  fault: 'unreachable',
  retryable,
  says,
});

/** Nothing, where the network is not to blame. */
export function readConnectionError(error: unknown, attempt: Attempt): Reading | undefined {
  const { host, signal } = attempt;
  const at = `${host}:${attempt.port}`;
  if (signal.aborted) return aborted(attempt, at);
  switch (codeOf(error)) {
    case 'ENOTFOUND':
      return unreachable(
        `DNS has no address for ${host}: check the name in the configuration and its record.`,
      );
    case 'EAI_AGAIN':
      return unreachable(`The DNS server did not answer for ${host}: check this machine's resolver.`, true);
    case 'ECONNREFUSED':
      return unreachable(`Nothing listens on ${at}: check that the server runs, and the port.`, true);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(`There is no route to ${at}: check the network and the firewall.`, true);
    case 'ETIMEDOUT':
      return timedOut(unanswered(attempt, at));
    default:
      return undefined;
  }
}

/** For an error before TCP had connected that has no name above. */
export const cannotBeReached = (error: unknown, { host, port }: Attempt): Reading =>
  unreachable(`${host}:${port} cannot be reached: ${messageOf(error)}.`, true);

export const timedOut = (says: string): Reading => ({ fault: 'timed-out', retryable: true, says });

const unanswered = ({ whenSilent }: Attempt, at: string): string =>
  whenSilent === undefined
    ? `${at} did not answer in time: check the firewall and whether the host is up.`
    : `${at} took the connection but did not answer in time: ${whenSilent}.`;

const aborted = (attempt: Attempt, at: string): Reading =>
  timedOut(
    ranOut(attempt.signal)
      ? unanswered(attempt, at)
      : `Looking at ${at} was stopped before it answered: try again.`,
  );

/** Whether an aborted signal's time was up, rather than somebody calling it off. */
export const ranOut = ({ reason }: AbortSignal): boolean =>
  reason instanceof Error && reason.name === 'TimeoutError';

/**
 * Node's or OpenSSL's code. Where all of a name's addresses failed, a refusal says more than a missing route: a machine
 * without IPv6 has no route to anybody's first address.
 */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.some((each) => codeOf(each) === 'ECONNREFUSED')) {
    return 'ECONNREFUSED';
  }
  return textOf(error, 'code');
}

export function textOf(error: unknown, property: 'code' | 'library'): string {
  const value: unknown = error instanceof Error ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
}
