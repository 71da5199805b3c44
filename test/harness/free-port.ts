/** Ports for programs that cannot choose one and say which, or that have to keep it over a restart. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the kernel gives to outgoing connections: those could take one while its server is restarted. */
const FIRST = 20_000;
const LAST = 30_000;

/** A port that nothing listens on at that address, different from those given out before by this process. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port) || !(await isFree(port, address))) continue;
    given.add(port);
    return port;
  }
}

const given = new Set<number>();

async function isFree(port: number, address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
