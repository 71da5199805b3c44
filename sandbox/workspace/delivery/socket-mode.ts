/** Socket Mode: up to ten connections, each payload to one of them, sent again when that one dies before it acknowledged. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { makeToken } from '../ids.ts';
import { type Connection, farewell, type Lifetime, openConnection } from './connection.ts';
import type { Delivery, Receipt } from './delivery.ts';

const MAX_CONNECTIONS = 10;

const acknowledgement = z.object({
  envelope_id: z.string(),
  payload: z.record(z.string(), z.unknown()).optional(),
});

export interface SocketModeOptions extends Lifetime {
  appId: string;
  ackTimeoutMs: number;
  /** After every connection that is made or lost. */
  onConnectedChange(connected: boolean): void;
}

export interface SocketMode extends Delivery {
  /** The path and query of a connection that may be opened once. */
  issueLink(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every connection to refresh. */
  refresh(): void;
  /** Breaks every connection without a word. */
  breakConnections(): void;
  connectionCount(): number;
}

interface Pending {
  envelope: string;
  /** The connections that were given it. */
  on: Set<Connection>;
  settle(receipt: Receipt): void;
}

/** Nothing, when it is not one. */
function readAcknowledgement(data: string) {
  try {
    return acknowledgement.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

export function createSocketMode(options: SocketModeOptions): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const live: Connection[] = [];
  const pending = new Map<string, Pending>();
  let turn = 0;
  let duplicates = 0;

  // Any connection may be given any payload: taking turns shows an app that relies on one of them.
  const next = () => live[turn++ % Math.max(1, live.length)];
  const dispatch = (one: Pending, connection = next()) => {
    if (!connection) return;
    one.on.add(connection);
    connection.send(one.envelope);
  };

  const receive = (data: string) => {
    const ack = readAcknowledgement(data);
    if (!ack) return;
    // The client library sends an empty object for an acknowledgement without a word.
    const hasResponse = ack.payload !== undefined && Object.keys(ack.payload).length > 0;
    pending
      .get(ack.envelope_id)
      ?.settle({ outcome: 'acknowledged', ...(hasResponse && { response: ack.payload }) });
  };

  const leave = (connection: Connection) => {
    live.splice(live.indexOf(connection), 1);
    options.onConnectedChange(live.length > 0);
    for (const one of pending.values()) {
      one.on.delete(connection);
      if (one.on.size === 0) dispatch(one);
    }
  };

  const isTicketGood = ({ url }: IncomingMessage) =>
    tickets.delete(new URL(url ?? '/', 'http://workspace').searchParams.get('ticket') ?? '');

  return {
    issueLink: () => {
      const ticket = makeToken();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    upgrade: (request, stream, head) => {
      if (!isTicketGood(request)) {
        stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, stream, head, (socket) => {
        if (live.length >= MAX_CONNECTIONS) {
          socket.send(farewell('too_many_websockets'));
          return socket.close(1000);
        }
        const connection = openConnection(socket, {
          ...options,
          count: live.length + 1,
          onMessage: receive,
          onClose: () => leave(connection),
        });
        live.push(connection);
        options.onConnectedChange(true);
        for (const one of pending.values()) if (one.on.size === 0) dispatch(one, connection);
      });
    },
    send: (kind, payload, retry) => {
      // Nobody is there to ask a person's patience for; an event goes by its own retries.
      if (live.length === 0) return Promise.resolve({ outcome: 'unreachable' });
      const id = randomUUID();
      const isEvent = kind === 'events_api';
      const { promise, resolve } = Promise.withResolvers<Receipt>();
      const one: Pending = {
        envelope: JSON.stringify({
          envelope_id: id,
          type: kind,
          payload,
          accepts_response_payload: !isEvent,
          ...(isEvent && { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' }),
        }),
        on: new Set(),
        settle: (receipt) => {
          clearTimeout(deadline);
          pending.delete(id);
          resolve(receipt);
        },
      };
      const deadline = setTimeout(() => one.settle({ outcome: 'timeout' }), options.ackTimeoutMs);
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
    refresh: () => {
      for (const connection of live) connection.refresh();
    },
    breakConnections: () => {
      for (const connection of live) connection.terminate();
    },
    stop: () => {
      for (const one of [...pending.values()]) one.settle({ outcome: 'unreachable' });
      for (const connection of live) connection.terminate();
      server.close();
    },
  };
}
