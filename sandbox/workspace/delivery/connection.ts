/** One Socket Mode connection: its hello, its pings, and its end, which Slack announces about once an hour. */
import type { WebSocket } from 'ws';

const PING_MS = 5000;
const HOST = 'applink-local';

export interface Lifetime {
  /** How long a connection lives before it is told to refresh. */
  lifetimeMs: number;
  /** From the warning to the end of a connection. */
  warningMs: number;
}

export interface ConnectionOptions extends Lifetime {
  appId: string;
  /** How many there are, this one among them. */
  count: number;
  onMessage(data: string): void;
  onClose(): void;
}

export interface Connection {
  send(data: string): void;
  /** Warns, and ends it after a while. */
  refresh(): void;
  terminate(): void;
}

export function farewell(reason: 'warning' | 'refresh_requested' | 'too_many_websockets'): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: HOST } });
}

export function openConnection(socket: WebSocket, options: ConnectionOptions): Connection {
  const { appId, count, lifetimeMs, warningMs } = options;
  let isAlive = true;
  let ending: NodeJS.Timeout | undefined;

  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PING_MS);
  const refresh = () => {
    socket.send(farewell('warning'));
    ending ??= setTimeout(() => {
      socket.send(farewell('refresh_requested'));
      socket.close(1000);
    }, warningMs).unref();
  };
  const life = setTimeout(refresh, lifetimeMs).unref();

  pings.unref();
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('message', (data) => options.onMessage(String(data)));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(pings);
    clearTimeout(life);
    clearTimeout(ending);
    options.onClose();
  });
  socket.send(
    JSON.stringify({
      type: 'hello',
      num_connections: count,
      debug_info: { host: HOST, build_number: 1, approximate_connection_time: Math.round(lifetimeMs / 1000) },
      connection_info: { app_id: appId },
    }),
  );
  return { send: (data) => socket.send(data), refresh, terminate: () => socket.terminate() };
}
