/**
 * One TLS handshake, whatever the verdict on the certificate: lent to `use`, and closed before this returns.
 * The one place where Paksa opens a TLS socket without judging it, and where what can go wrong becomes an AdapterError.
 */
import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { AdapterError } from '../../errors.ts';
import { translateConnectionError } from './connection-error.ts';
import type { TlsEndpoint } from './port.ts';
import { sniOf } from './trust.ts';

/**
 * A probe looks at what is there, so it accepts what a careful client would refuse: OpenSSL 3 offers neither
 * TLS 1.0 and 1.1 nor short keys above security level 0.
 */
const PERMISSIVE: ConnectionOptions = {
  rejectUnauthorized: false,
  // Names are judged apart from the chain, so that one does not hide the other.
  checkServerIdentity: () => undefined,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT@SECLEVEL=0',
  minDHSize: 1,
};

export async function withHandshake<T>(
  endpoint: TlsEndpoint,
  options: ConnectionOptions & { readonly operation: string },
  signal: AbortSignal,
  use: (socket: TLSSocket, stapled: Buffer | undefined) => T | Promise<T>,
): Promise<T> {
  const { operation, ...extra } = options;
  const failure = { endpoint, operation, signal, connected: false };
  if (signal.aborted) throw translateConnectionError(signal.reason, failure);

  const { host, port } = endpoint;
  const socket = connect({ ...PERMISSIVE, ...extra, host, port, servername: sniOf(endpoint) });
  // A socket that nobody awaits any more may still report an error: without a listener that would end the process.
  socket.on('error', () => {});
  socket.once('connect', () => {
    failure.connected = true;
  });
  let stapled: Buffer | undefined;
  socket.once('OCSPResponse', (response: Buffer | null) => {
    stapled = response ?? undefined;
  });
  try {
    await once(socket, 'secureConnect', { signal });
    const result = await use(socket, stapled);
    // What is still unsent, TLS 1.3's last message among it, goes out first: the server logs a visit, not an error.
    socket.destroySoon();
    return result;
  } catch (error) {
    socket.destroy();
    throw error instanceof AdapterError ? error : translateConnectionError(error, failure);
  }
}
