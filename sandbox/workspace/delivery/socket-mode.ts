/** Socket Mode: up to ten connections, each payload to one of them, sent again when that one dies before it acknowledged. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { makeToken } from '../ids.ts';
import type { Delivery, Receipt } from './delivery.ts';

const MAX_CONNECTIONS = 10;
const PING_MS = 5000;

const acknowledgement = z.object({
  envelope_id: z.string(),
  payload: z.record(z.string(), z.unknown()).optional(),
});

export interface SocketModeOptions {
  appId: string;
  ackTimeoutMs: number;
  /** How long a connection lives before it is told to refresh. */
  lifetimeMs: number;
  /** From the warning to the end of a connection. */
  warningMs: number;
  /** After every connection that is made or lost. */
  onConnectedChange(connected: boolean): void;
}

export interface SocketMode extends Delivery {
  /** The path and query of a connection that may be opened once. */
  issueLink(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every connection to refresh, as Slack does about once an hour. */
  refresh(): void;
  /** Breaks every connection without a word. */
  breakConnections(): void;
  connectionCount(): number;
}

interface Pending {
  envelope: string;
  /** The connections that were given it. */
  on: Set<WebSocket>;
  settle(receipt: Receipt): void;
}

export function createSocketMode(options: SocketModeOptions): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const live: WebSocket[] = [];
  const pending = new Map<string, Pending>();
  const timers = new Set<NodeJS.Timeout>();
  let turn = 0;
  let duplicates = 0;

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
    return timer;
  };
  const debug = () => ({
    host: 'applink-local',
    build_number: 1,
    approximate_connection_time: Math.round(options.lifetimeMs / 1000),
  });

  // Any connection may be given any payload: taking turns shows an app that relies on one of them.
  const next = (): WebSocket | undefined => live[turn++ % Math.max(1, live.length)];
  const dispatch = (one: Pending, socket = next()) => {
    if (!socket) return;
    one.on.add(socket);
    socket.send(one.envelope);
  };

  const refreshOne = (socket: WebSocket) => {
    const send = (reason: string) => {
      if (socket.readyState === socket.OPEN) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: debug().host } }));
      }
    };
    send('warning');
    later(options.warningMs, () => {
      send('refresh_requested');
      socket.close(1000);
    });
  };

  const receive = (data: string) => {
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    const ack = acknowledgement.safeParse(message);
    if (!ack.success) return;
    const { envelope_id, payload } = ack.data;
    // The client library sends an empty object for an acknowledgement without a word.
    const hasResponse = payload !== undefined && Object.keys(payload).length > 0;
    pending.get(envelope_id)?.settle({ outcome: 'acknowledged', ...(hasResponse && { response: payload }) });
  };

  const leave = (socket: WebSocket) => {
    const index = live.indexOf(socket);
    if (index < 0) return;
    live.splice(index, 1);
    options.onConnectedChange(live.length > 0);
    for (const one of pending.values()) {
      one.on.delete(socket);
      if (one.on.size === 0) dispatch(one);
    }
  };

  const join = (socket: WebSocket) => {
    live.push(socket);
    let isAlive = true;
    const pings = setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
    }, PING_MS);
    pings.unref();
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('message', (data) => receive(String(data)));
    socket.on('error', () => socket.terminate());
    const refresh = later(options.lifetimeMs, () => refreshOne(socket));
    socket.on('close', () => {
      clearInterval(pings);
      clearTimeout(refresh);
      timers.delete(refresh);
      leave(socket);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: live.length,
        debug_info: debug(),
        connection_info: { app_id: options.appId },
      }),
    );
    options.onConnectedChange(true);
    for (const one of pending.values()) if (one.on.size === 0) dispatch(one, socket);
  };

  return {
    issueLink: () => {
      const ticket = makeToken();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://workspace').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (connection) => {
        if (live.length < MAX_CONNECTIONS) return join(connection);
        connection.send(
          JSON.stringify({
            type: 'disconnect',
            reason: 'too_many_websockets',
            debug_info: { host: debug().host },
          }),
        );
        connection.close(1000);
      });
    },
    send: (kind, payload, retry) => {
      // Nobody is there to ask a person's patience for; an event goes by its own retries.
      if (live.length === 0) return Promise.resolve({ outcome: 'unreachable' });
      const id = randomUUID();
      const { promise, resolve } = Promise.withResolvers<Receipt>();
      const timer = later(options.ackTimeoutMs, () => one.settle({ outcome: 'timeout' }));
      const one: Pending = {
        envelope: JSON.stringify({
          envelope_id: id,
          type: kind,
          payload,
          accepts_response_payload: kind !== 'events_api',
          ...(kind === 'events_api' && {
            retry_attempt: retry?.attempt ?? 0,
            retry_reason: retry?.reason ?? '',
          }),
        }),
        on: new Set(),
        settle: (receipt) => {
          clearTimeout(timer);
          timers.delete(timer);
          pending.delete(id);
          resolve(receipt);
        },
      };
      pending.set(id, one);
      dispatch(one);
      if (duplicates > 0) {
        duplicates -= 1;
        dispatch(one);
      }
      return promise;
    },
    isConnected: () => live.length > 0,
    connectionCount: () => live.length,
    duplicateNext: (times) => {
      duplicates += times;
    },
    refresh: () => live.slice().forEach(refreshOne),
    breakConnections: () => {
      for (const socket of live.slice()) socket.terminate();
    },
    stop: () => {
      for (const one of [...pending.values()]) one.settle({ outcome: 'unreachable' });
      for (const timer of timers) clearTimeout(timer);
      for (const socket of live.slice()) socket.terminate();
      server.close();
    },
  };
}
