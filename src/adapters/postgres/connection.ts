/** Connections to the system's database: four at most that are shared, kept for ten seconds, and single ones. */
import pg from 'pg';
import type { Address } from './address.ts';
import { pidOf } from './cancel.ts';
import { saysNoTls } from './errors.ts';
import { createTurns } from './turns.ts';
import { untilAborted } from './until-aborted.ts';

const MOST = 4;

export interface Lease {
  readonly client: pg.Client;
  /** A connection in doubt is closed, not shared again. */
  release(inDoubt: boolean): void;
}

export interface Connections {
  borrow(signal: AbortSignal): Promise<Lease>;
  /** The server's processes of those that are open. */
  readonly pids: ReadonlySet<number>;
  close(): Promise<void>;
}

/** With `sslmode=prefer`, a server that has no TLS is asked again without. */
export async function withPreferredTls<T>(
  { config, plain }: Address,
  connect: (config: pg.ClientConfig) => Promise<T>,
): Promise<T> {
  try {
    return await connect(config);
  } catch (error) {
    if (plain && saysNoTls(error)) return connect(plain);
    throw error;
  }
}

/** One that is not shared; `watch` sees it before it connects. @throws what `pg` throws, or the signal's reason */
export async function connectOnce(
  address: Address,
  signal: AbortSignal,
  watch: (client: pg.Client) => void = () => undefined,
): Promise<Lease> {
  signal.throwIfAborted();
  let unfinished: pg.Client | undefined;
  const connecting = withPreferredTls(address, async (config) => {
    const client = new pg.Client(config);
    unfinished = client;
    // Lost while nobody asks anything of it, it would end the process; the next question tells.
    client.on('error', () => undefined);
    watch(client);
    await client.connect();
    return client;
  });
  try {
    const client = await untilAborted(connecting, signal);
    return { client, release: () => void client.end().catch(() => undefined) };
  } catch (error) {
    // Given up while it was being made; a failed one is closed already.
    unfinished?.connection.stream.destroy();
    throw error;
  }
}

export function openConnections(address: Address): Connections {
  const pids = new Set<number>();
  const turns = createTurns(MOST);
  const pools = new Map<pg.ClientConfig, pg.Pool>();

  const poolOf = (config: pg.ClientConfig): pg.Pool => {
    const open = pools.get(config);
    if (open) return open;
    const pool = new pg.Pool({ ...config, max: MOST, allowExitOnIdle: true });
    pool.on('connect', (client) => {
      const pid = pidOf(client);
      if (pid === undefined) return;
      pids.add(pid);
      client.on('end', () => pids.delete(pid));
    });
    // An idle one that the server ended; the pool has let go of it by now.
    pool.on('error', () => undefined);
    pools.set(config, pool);
    return pool;
  };

  return {
    pids,
    async borrow(signal) {
      const leave = await turns.take(signal);
      const connecting = withPreferredTls(address, (config) => poolOf(config).connect());
      try {
        const client = await untilAborted(connecting, signal);
        // The pool listens while it is idle only.
        const deaf = () => undefined;
        client.on('error', deaf);
        return {
          client,
          release: (inDoubt) => {
            client.off('error', deaf);
            client.release(inDoubt);
            leave();
          },
        };
      } catch (error) {
        void connecting
          .then(
            (client) => client.release(true),
            () => undefined,
          )
          .finally(leave);
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}
