/** Whether an address takes connections, and, over https, with a certificate that is trusted. Nothing is sent. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AdapterError, messageOf } from '../errors.ts';

/** `pager`: whose address it is, for the message. @throws AdapterError */
export async function connects(address: URL, timeoutMs: number, pager: string): Promise<void> {
  const isSafe = address.protocol === 'https:';
  const host = address.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(address.port || (isSafe ? 443 : 80));
  const socket = isSafe ? connectTls({ host, port, ...nameOf(host) }) : connect({ host, port });
  try {
    await once(socket, isSafe ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    const why = isLate ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
    throw new AdapterError(
      `${host}:${port} takes no connection (${why}): look at the network from here, or correct pagers.${pager}.url.`,
      {
        system: pager,
        operation: 'connect',
        fault: isLate ? 'timed-out' : 'unreachable',
        retryable: true,
        cause: error,
      },
    );
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

/** An address by its numbers has no name to ask for. */
const nameOf = (host: string) => (/^[\d.]+$|:/.test(host) ? {} : { servername: host });
