/** The first line of a connection: what is cut off before it is whole is no line, and no error of whoever waits for it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { firstLine } from '../../src/store/embedded/gate.ts';

async function connected(answer: (socket: Socket) => unknown): Promise<Socket> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

test.each<[what: string, answer: (socket: Socket) => unknown, line: string | undefined]>([
  ['a line', (socket) => socket.write('hello\nworld\n'), 'hello'],
  ['an end in the middle of it', (socket) => socket.end('hel'), 'hel'],
  ['an end before it', (socket) => socket.end(), undefined],
  ['a connection that is reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), undefined],
])('%s', async (_, answer, line) => {
  const socket = await connected(answer);
  socket.write('who is there?\n');
  expect(await firstLine(socket)).toBe(line);
});
