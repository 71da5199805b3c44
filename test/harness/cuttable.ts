/** The road to a server, which a test can cut: broken off at once, or swallowed, as by a switch that has lost its power. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Cut = 'broken' | 'swallowed';

export interface Cuttable {
  /** The server's address, by this road. */
  readonly url: string;
  /** `broken`: what is connected is reset, and nothing connects. `swallowed`: connections stay, and nothing arrives. */
  cut(how: Cut): void;
  /** What was swallowed stays so; what is connected from now on arrives. */
  mend(): void;
  stop(): Promise<void>;
}

/** @param url of a PostgreSQL on this machine */
export async function startCuttable(url: string): Promise<Cuttable> {
  const target = new URL(url);
  let how: Cut | undefined;
  const pairs = new Set<readonly [Socket, Socket]>();
  /** Accepted while nothing arrives. */
  const hanging = new Set<Socket>();
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (how === 'broken') return void near.resetAndDestroy();
    if (how === 'swallowed') return void hanging.add(near);
    const far = connect(Number(target.port), target.hostname);
    far.on('error', () => undefined);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    // What was swallowed must not learn that the other side has gone.
    for (const [one, other] of [pair, [far, near] as const])
      one.once('close', () => {
        if (pairs.delete(pair)) other.destroy();
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const road = new URL(url);
  road.port = String(address.port);

  return {
    url: road.href,
    cut: (next) => {
      how = next;
      for (const pair of pairs) {
        const [near, far] = pair;
        pairs.delete(pair);
        if (next === 'broken') {
          near.resetAndDestroy();
          far.resetAndDestroy();
          continue;
        }
        near.unpipe(far);
        far.unpipe(near);
        // Read and dropped: the machines' own acknowledgements go on, which is what makes it last.
        near.resume();
        far.resume();
        hanging.add(near).add(far);
      }
    },
    mend: () => {
      how = undefined;
    },
    stop: async () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      for (const socket of hanging) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
