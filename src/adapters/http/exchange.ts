/** One GET on a connection of its own, and where its time went. Redirects are answers; a body that never ends is cut. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ApiServer } from './api.ts';
import { type Failed, translateHttpError } from './errors.ts';
import type { Timing } from './port.ts';

export interface Asked {
  readonly operation: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization?: string | undefined;
  /** Bytes of the body that are kept. */
  readonly keep: number;
  /** Bytes of the body after which it is cut. */
  readonly read: number;
}

export interface Exchange {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whether the body went on after what was read. */
  readonly cut: boolean;
  readonly timing: Timing;
}

export async function exchange(server: ApiServer, asked: Asked, signal: AbortSignal): Promise<Exchange> {
  const failed: Failed = { server, operation: asked.operation, signal, phase: 'connecting' };
  if (signal.aborted) throw translateHttpError(signal.reason, failed);

  const began = performance.now();
  const marks = { found: began, connected: began };
  const socket = open(server);
  socket.once('lookup', () => {
    marks.found = performance.now();
  });
  socket.once('connect', () => {
    marks.connected = performance.now();
    failed.phase = server.secure ? 'handshake' : 'waiting';
  });
  try {
    await once(socket, server.secure ? 'secureConnect' : 'connect', { signal });
    const secured = server.secure ? performance.now() : marks.connected;
    failed.phase = 'waiting';
    const response = await answer(send(socket, server, asked, signal), signal);
    const answered = performance.now();
    failed.phase = 'body';
    failed.status = response.statusCode ?? 0;
    const body = await read(response, asked);
    const ended = performance.now();
    return {
      headers: response.headers,
      ...body,
      timing: {
        status: failed.status,
        dnsMs: rounded(marks.found - began),
        connectMs: rounded(marks.connected - marks.found),
        tlsMs: rounded(secured - marks.connected),
        waitMs: rounded(answered - secured),
        bodyMs: rounded(ended - answered),
        totalMs: rounded(ended - began),
      },
    };
  } catch (error) {
    throw translateHttpError(error, failed);
  } finally {
    socket.destroy();
  }
}

function open({ host, port, secure }: ApiServer): Socket {
  const socket = secure
    ? connectTls({
        host,
        port,
        secureContext: secure,
        ALPNProtocols: ['http/1.1'],
        servername: isIP(host) ? '' : host,
      })
    : connect({ host, port });
  // A socket that nobody awaits any more may still report an error: without a listener that would end the process.
  socket.on('error', () => {});
  return socket;
}

function send(
  socket: Socket,
  { authority }: ApiServer,
  { target, authorization }: Asked,
  signal: AbortSignal,
): ClientRequest {
  const headers = {
    host: authority,
    accept: '*/*',
    'user-agent': 'paksa',
    connection: 'close',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const sent = request({ path: target, headers, signal, createConnection: () => socket });
  sent.on('error', () => {});
  return sent.end();
}

async function answer(sent: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const [response] = await once(sent, 'response', { signal });
  return response;
}

/** Leaving the loop early closes the connection. */
async function read(response: IncomingMessage, asked: Asked): Promise<{ body: string; cut: boolean }> {
  const kept: Buffer[] = [];
  let room = asked.keep;
  let left = asked.read;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (room > 0) kept.push(chunk.subarray(0, room));
    room -= chunk.length;
    left -= chunk.length;
    if (left <= 0) return { body: textOf(kept), cut: true };
  }
  return { body: textOf(kept), cut: false };
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
