/** Looks names up as every program on this machine does (getaddrinfo), and opens ports with Node's own client. */

import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createConnection, isIP } from 'node:net';
import { AdapterError } from '../../errors.ts';
import {
  cannotBeReached,
  codeOf,
  type Reading,
  ranOut,
  readConnectionError,
  timedOut,
} from './connection-error.ts';
import type { Connection, NetworkProbe } from './port.ts';
import { untilAborted } from './until-aborted.ts';

export const createNetworkProbe = (): NetworkProbe => ({ resolve, connect });

async function resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  try {
    signal.throwIfAborted();
    const found = await untilAborted(lookup(host, { all: true }), signal);
    if (found.length > 0) return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    throw failure('resolve', readLookup(error, host, signal), error);
  }
  throw failure('resolve', noSuchName(host));
}

function readLookup(error: unknown, host: string, signal: AbortSignal): Reading {
  if (signal.aborted) {
    return timedOut(
      ranOut(signal)
        ? `DNS did not answer for ${host} in time: check this machine's resolver.`
        : `Looking ${host} up was stopped before DNS answered: try again.`,
    );
  }
  const code = codeOf(error);
  // A name with an empty or an overlong label is no name to begin with.
  if (code === 'ENOTFOUND' || code === 'ERR_INVALID_ARG_VALUE' || code === 'EINVAL') return noSuchName(host);
  const says = `${host} could not be looked up (${code || 'no reason given'}): check this machine's resolver.`;
  return (
    readConnectionError(error, { host, port: 0, signal }) ?? { fault: 'unreachable', retryable: true, says }
  );
}

const noSuchName = (host: string): Reading => ({
  fault: 'not-found',
  retryable: false,
  says: `DNS has no address for ${host}: check the name in the configuration and its record.`,
});

async function connect(host: string, port: number, signal: AbortSignal): Promise<Connection> {
  const startedAt = performance.now();
  const attempt = { host, port, signal };
  if (signal.aborted) throw failure('connect', readConnect(signal.reason, attempt), signal.reason);
  const socket = createConnection({ host, port });
  // A socket that nobody awaits any more may still report an error: without a listener that would end the process.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    return {
      address: socket.remoteAddress ?? host,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
    };
  } catch (error) {
    throw failure('connect', readConnect(error, attempt), error);
  } finally {
    socket.destroy();
  }
}

function readConnect(error: unknown, attempt: Parameters<typeof readConnectionError>[1]): Reading {
  const reading = readConnectionError(error, attempt) ?? cannotBeReached(error, attempt);
  // The machine is there and says no: the one question that is asked here.
  return codeOf(error) === 'ECONNREFUSED' && !attempt.signal.aborted
    ? { ...reading, fault: 'refused' }
    : reading;
}

const failure = (operation: string, { fault, retryable, says }: Reading, cause?: unknown): AdapterError =>
  new AdapterError(says, { system: 'network', operation, fault, retryable, cause });
