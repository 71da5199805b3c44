/** Reads a server's clock from the `Date` header of a `HEAD /`. Any status will do: the clock is what is asked for. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, isIPv6, type Socket } from 'node:net';
import { AdapterError, messageOf } from '../../errors.ts';
import { withHandshake } from '../tls/handshake.ts';
import type { TlsEndpoint } from '../tls/port.ts';
import { nameOf } from '../tls/trust.ts';
import { type Failed, translateHttpError } from './errors.ts';
import type { ClockReading } from './port.ts';

/** A `Date` header has lost the fraction of its second: the server's clock is half a second on, give or take as much. */
const HALF_SECOND_MS = 500;

export const readTlsClock = (endpoint: TlsEndpoint, signal: AbortSignal): Promise<ClockReading> =>
  // Nothing to trust: no verdict on the certificate is asked for.
  withHandshake(endpoint, { operation: 'clock', ca: [], ALPNProtocols: ['http/1.1'] }, signal, (socket) =>
    readClock(socket, endpoint, signal),
  );

export async function readPlainClock(endpoint: TlsEndpoint, signal: AbortSignal): Promise<ClockReading> {
  const failed: Failed = { server: endpoint, operation: 'clock', signal, phase: 'connecting' };
  if (signal.aborted) throw translateHttpError(signal.reason, failed);
  const socket = connect({ host: endpoint.host, port: endpoint.port });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    failed.phase = 'waiting';
    return await readClock(socket, endpoint, signal);
  } catch (error) {
    throw error instanceof AdapterError ? error : translateHttpError(error, failed);
  } finally {
    socket.destroy();
  }
}

/** Over a socket that is open already, so that the round trip counts neither TCP's handshake nor TLS's. */
async function readClock(socket: Socket, endpoint: TlsEndpoint, signal: AbortSignal): Promise<ClockReading> {
  const sentAt = Date.now();
  const sent = performance.now();
  const { headers } = await head(socket, endpoint, signal);
  const roundTrip = performance.now() - sent;

  const served = Date.parse(headers.date ?? '');
  if (Number.isNaN(served)) throw noClock(endpoint, headers.date);
  return {
    skewMs: Math.round(served + HALF_SECOND_MS - (sentAt + roundTrip / 2)),
    uncertaintyMs: Math.ceil(HALF_SECOND_MS + roundTrip / 2),
  };
}

async function head(socket: Socket, endpoint: TlsEndpoint, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { host: hostHeader(endpoint), 'user-agent': 'paksa', connection: 'close' };
  const asked = request({ method: 'HEAD', path: '/', headers, createConnection: () => socket });
  // The answer's headers are all that is wanted: what breaks after them is nobody's concern.
  asked.on('error', () => {});
  asked.end();
  try {
    const [response] = await once(asked, 'response', { signal });
    return response;
  } catch (error) {
    if (signal.aborted) throw error;
    const spoke = 'encrypted' in socket ? 'speaks TLS' : 'took the connection';
    throw httpError(
      `${endpoint.host}:${endpoint.port} ${spoke} but gave no HTTP answer (${messageOf(error)}): check the port.`,
      error,
    );
  }
}

function hostHeader(endpoint: TlsEndpoint): string {
  const name = nameOf(endpoint);
  return `${isIPv6(name) ? `[${name}]` : name}:${endpoint.port}`;
}

const noClock = ({ host, port }: TlsEndpoint, date: string | undefined): AdapterError =>
  httpError(
    date === undefined
      ? `${host}:${port} answers without a Date header, so its clock cannot be read: compare the clocks on the host (timedatectl).`
      : `${host}:${port} answers with a Date header that is no date (“${date.slice(0, 40)}”): compare the clocks on the host (timedatectl).`,
  );

const httpError = (message: string, cause?: unknown): AdapterError =>
  new AdapterError(message, { system: 'http', operation: 'clock', fault: 'failed', retryable: false, cause });
