/** Paksa's own port, asked to stop while others hold connections to it. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startHttp } from '../../../src/http/server.ts';

const start = () =>
  startHttp({
    port: 0,
    host: '127.0.0.1',
    readiness: () => ({ waitingFor: [], works: true }),
    alerts: {
      token: undefined,
      takeIn: () => Promise.reject(new Error('nobody sends any')),
      onLeftOut: () => undefined,
      onError: () => undefined,
    },
    onError: () => undefined,
  });

/** Asks over the agent's connections; resolves with the status, or with what went wrong. */
const ask = (port: number, agent: Agent): Promise<number | string> =>
  new Promise((resolve) => {
    const sent = request({ port, host: '127.0.0.1', path: '/healthz', agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });

test('a connection that is never idle does not keep it up', async () => {
  const server = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  let isOver = false;
  const senders = Array.from({ length: 20 }, async () => {
    while (!isOver) await ask(server.port, agent);
  });
  expect(await ask(server.port, agent)).toBe(200);
  await server.stop();
  expect(await ask(server.port, new Agent())).toBe('ECONNREFUSED');
  isOver = true;
  await Promise.all(senders);
  agent.destroy();
});

test('a request that never ends does not keep it up', async () => {
  const server = await start();
  const half = connect(server.port, '127.0.0.1');
  half.on('error', () => undefined);
  await once(half, 'connect');
  half.write('POST /healthz HTTP/1.1\r\nhost: paksa\r\ncontent-length: 100\r\n');
  // Taken in after the bytes of the one before it, and so is known to have begun.
  expect(await ask(server.port, new Agent())).toBe(200);
  const closed = once(half, 'close');
  await server.stop();
  await closed;
});
