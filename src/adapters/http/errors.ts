/** What went wrong with a request, by how far it had come: the network, TLS, the server's silence, a body broken off. */
import { AdapterError, type AdapterFault } from '../../errors.ts';
import { codeOf, type Reading, ranOut, readConnectionError, timedOut } from '../network/connection-error.ts';
import { isHandshakeFailure, translateConnectionError } from '../tls/connection-error.ts';
import type { ApiServer } from './api.ts';

export interface Failed {
  readonly server: Pick<ApiServer, 'host' | 'port'>;
  readonly operation: string;
  readonly signal: AbortSignal;
  phase: 'connecting' | 'handshake' | 'waiting' | 'body';
  /** Once the answer's headers had come. */
  status?: number;
}

export function translateHttpError(error: unknown, failed: Failed): AdapterError {
  switch (failed.phase) {
    case 'connecting':
      return notConnected(error, failed, false);
    case 'handshake':
      return notConnected(error, failed, true);
    case 'waiting':
      // TLS 1.3 lets a client speak before the server has judged it: its refusal then comes instead of an answer.
      return isHandshakeFailure(error) && !failed.signal.aborted
        ? notConnected(error, failed, true)
        : httpError(failed.operation, noAnswer(error, failed), error);
    case 'body':
      return httpError(failed.operation, brokenOff(failed), error);
  }
}

const notConnected = (error: unknown, { server, operation, signal }: Failed, connected: boolean) =>
  translateConnectionError(error, { endpoint: server, system: 'http', operation, signal, connected });

function noAnswer(error: unknown, { server, signal }: Failed): Reading {
  const { host, port } = server;
  const whenSilent = 'look into its log, and at what it waits for';
  const known = readConnectionError(error, { host, port, signal, whenSilent });
  if (known) return known;
  const notHttp = codeOf(error).startsWith('HPE_');
  const says = notHttp
    ? `${host}:${port} answers, but not with HTTP: check the port, and http or https, in environments.….api.url.`
    : `${host}:${port} closed the connection without an answer: look into its log, and whether it crashes or restarts.`;
  return { fault: 'refused', retryable: !notHttp, says };
}

function brokenOff({ server, signal, status }: Failed): Reading {
  const began = `${server.host}:${server.port} answered ${status}`;
  if (!signal.aborted) {
    const says = `${began} and broke off in the middle of the body: look into its log, and into the proxy's before it.`;
    return { fault: 'refused', retryable: true, says };
  }
  return timedOut(
    ranOut(signal)
      ? `${began}, but its body had not ended in time: look at what it waits for.`
      : `Reading the answer of ${server.host}:${server.port} was stopped: try again.`,
  );
}

export const httpError = (operation: string, { fault, retryable, says }: Reading, cause?: unknown) =>
  new AdapterError(says, { system: 'http', operation, fault, retryable, cause });

/** An answer that is not what was asked for. */
export const unusable = (operation: string, fault: AdapterFault, says: string, retryable = false) =>
  httpError(operation, { fault, retryable, says });
