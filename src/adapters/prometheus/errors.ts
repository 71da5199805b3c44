/** AdapterErrors of Prometheus: what of a query failed, and where to look next. */
import { AdapterError, type AdapterFault } from '../../errors.ts';
import {
  type Reading,
  ranOut,
  readConnectionError,
  timedOut,
  unreachable,
} from '../network/connection-error.ts';
import { isHandshakeFailure, translateConnectionError } from '../tls/connection-error.ts';

export const queryError = (fault: AdapterFault, message: string, retryable = false, cause?: unknown) =>
  new AdapterError(message, { system: 'prometheus', operation: 'query', fault, retryable, cause });

/** What `fetch` throws hides its reason in `cause`. */
export function translateFetchError(thrown: unknown, address: URL, signal: AbortSignal): AdapterError {
  const error = thrown instanceof TypeError && thrown.cause !== undefined ? thrown.cause : thrown;
  const endpoint = {
    host: address.hostname.replace(/^\[|\]$/g, ''),
    port: Number(address.port || (address.protocol === 'https:' ? 443 : 80)),
  };
  if (!signal.aborted && isHandshakeFailure(error)) {
    const failed = { endpoint, system: 'prometheus', operation: 'query', signal, connected: true };
    const whenDistrusted = 'give it a certificate of an authority that this machine trusts';
    return translateConnectionError(error, { ...failed, whenDistrusted });
  }
  const { fault, says, retryable } = read(error, endpoint, signal);
  return queryError(fault, says, retryable, error);
}

function read(error: unknown, { host, port }: { host: string; port: number }, signal: AbortSignal): Reading {
  const at = `Prometheus at ${host}:${port}`;
  if (signal.aborted) {
    return timedOut(
      ranOut(signal)
        ? `${at} did not answer in time: check that it is up, and whether the query is too wide.`
        : `Asking ${at} was stopped before it answered: try again.`,
    );
  }
  return (
    readConnectionError(error, { host, port, signal }) ??
    unreachable(
      `${at} closed the connection without an answer: look into its log, and at prometheus.url.`,
      true,
    )
  );
}
