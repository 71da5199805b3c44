/** The line between one process and a server, which a test can cut or jam while others still reach it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Line {
  /** Address of the near end, in place of the server's. */
  readonly url: string;
  /** Connections break, and new ones are refused. */
  cut(): void;
  /** Nothing passes any more, and nothing breaks. */
  jam(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function openLine(url: string): Promise<Line> {
  const far = new URL(url);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'jammed' = 'open';
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (state === 'cut') return void near.destroy();
    const to = connect(Number(far.port), far.hostname);
    keep(to);
    near.on('data', (chunk) => to.write(chunk)).once('close', () => to.destroy());
    to.on('data', (chunk) => near.write(chunk)).once('close', () => near.destroy());
    if (state === 'jammed') for (const socket of [near, to]) socket.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String(address.port);
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: near.href,
    cut: () => {
      state = 'cut';
      breakAll();
    },
    jam: () => {
      state = 'jammed';
      for (const socket of sockets) socket.pause();
    },
    restore: () => {
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
