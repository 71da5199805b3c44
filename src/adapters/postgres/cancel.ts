/**
 * Stops what a connection is doing by PostgreSQL's cancel request: it needs no free connection and no login, only the
 * key that the server gave this session. Sent without TLS, as psql did before version 17; it carries no data.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type pg from 'pg';

const CANCEL_REQUEST = 80_877_102;
const ANSWER_MS = 1_000;

/** The server's process for this client, once connected. */
export function pidOf(client: pg.Client): number | undefined {
  const pid: unknown = Reflect.get(client, 'processID');
  return typeof pid === 'number' ? pid : undefined;
}

/** Resolves when the server has passed it on, or cannot be reached: the statement timeout ends it then. */
export async function cancel(client: pg.Client): Promise<void> {
  const key: unknown = Reflect.get(client, 'secretKey');
  const pid = pidOf(client);
  if (pid === undefined || typeof key !== 'number') return;
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST, pid, key].forEach((word, index) => {
    request.writeInt32BE(word, index * 4);
  });
  const { host, port } = client;
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.end(request);
  socket.resume();
  try {
    await once(socket, 'close', { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    // the server is gone, and the statement with it
  } finally {
    socket.destroy();
  }
}
