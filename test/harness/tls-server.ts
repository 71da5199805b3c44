/** TLS servers of a test on 127.0.0.1: Node's own, and plain TCP ones that answer whatever bytes they are given. */
import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface TestServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections that are open now. */
  openConnections(): number;
}

/** Closed when the test that called this has finished. */
export async function serveTls(
  options: TlsOptions,
  onSecure?: (socket: Socket) => void,
): Promise<TestServer> {
  const server = createServer(options, onSecure);
  server.on('tlsClientError', () => {});
  return listen(server);
}

/** A server that speaks plain TCP. */
export const serveTcp = (onConnection: (socket: Socket) => void): Promise<TestServer> =>
  listen(
    createTcpServer((socket) => {
      onConnection(socket);
      socket.resume(); // else the other side's end would never be seen
    }),
  );

async function listen(server: Server): Promise<TestServer> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port, openConnections: () => open.size };
}

/** A TLS 1.2 ServerHello and a Certificate message that holds these bytes: as far as a client gets before it chokes. */
export function handshakeWithCertificate(der: Buffer): Buffer {
  const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type]), sized(3, body)]);
  const hello = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    // no session, ECDHE-RSA-AES128-GCM-SHA256, no compression, one extension: renegotiation_info
    Buffer.from([0, 0xc0, 0x2f, 0, 0, 5, 0xff, 1, 0, 1, 0]),
  ]);
  const record = Buffer.concat([message(2, hello), message(11, sized(3, sized(3, der)))]);
  return Buffer.concat([Buffer.from([22, 3, 3]), sized(2, record)]);
}

function sized(bytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(body.length, 0, bytes);
  return Buffer.concat([length, body]);
}
