/** An HTTP server of a test on 127.0.0.1, with TLS when it is given a certificate. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HttpServer {
  /** Without a path. */
  readonly url: string;
  readonly port: number;
  /** Connections that are open now. */
  openConnections(): number;
}

/** Closed when the test that called this has finished. */
export async function serveHttp(answer: RequestListener, secure?: ServerOptions): Promise<HttpServer> {
  const server = secure ? createSecureServer(secure, answer) : createServer(answer);
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    port: address.port,
    openConnections: () => open.size,
  };
}
