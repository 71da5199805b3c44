/** A provider's HTTP API on 127.0.0.1 as a pager meets it: it judges each request by the provider's rules, and can be told to fail. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ProviderRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** When it had arrived, epoch milliseconds. */
  readonly at: number;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ProviderFault {
  /** Refuses with this instead of judging. */
  readonly status?: number;
  readonly retryAfter?: string;
  readonly body?: unknown;
  /** Takes it, and cuts the connection before the answer. */
  readonly dropAnswer?: boolean;
  /** Takes nothing, and never answers. */
  readonly hang?: boolean;
  /** Judges it only then: it is slow. */
  readonly after?: Promise<void>;
  /** Answers without an end. */
  readonly flood?: boolean;
}

export interface Provider {
  readonly url: string;
  /** All that came in, refused ones too. */
  readonly requests: ProviderRequest[];
  failNext(fault: ProviderFault, times?: number): void;
  stop(): Promise<void>;
}

/** `judge` answers as the provider would; what it takes it has to remember itself. */
export async function startProvider(judge: (request: ProviderRequest) => ProviderAnswer): Promise<Provider> {
  const requests: ProviderRequest[] = [];
  const faults: ProviderFault[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? '/', 'http://provider');
    const request = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
      at: Date.now(),
    };
    requests.push(request);
    const fault = faults.shift();
    if (fault?.hang) return;
    if (fault?.flood) {
      response.writeHead(500, { 'content-type': 'text/plain' });
      while (!response.destroyed) {
        response.write('x'.repeat(16_384));
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      return;
    }
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, {
        'content-type': 'application/json',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
      });
      response.end(JSON.stringify(fault.body ?? {}));
      return;
    }
    await fault?.after;
    const { status, body } = judge(request);
    if (fault?.dropAnswer) return void incoming.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    failNext: (fault, times = 1) => {
      faults.push(...Array.from({ length: times }, () => fault));
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
