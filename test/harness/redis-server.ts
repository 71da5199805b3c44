/** Debian's redis-server with a folder of its own, and a client beside Paksa's to fill it and to look at it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { startProcess } from './process.ts';
import { programPath } from './programs.ts';

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Its data. */
  readonly folder: string;
  /** As the default user, with `requirepass` when there is one. */
  readonly admin: Redis;
  /** Stops it in the middle of whatever it does, as a machine that swaps does; its port stays open. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  readonly requirepass?: string;
  /** Further directives, such as `--maxmemory`, `2mb`. */
  readonly directives?: readonly string[];
  /** Data of a server before it. */
  readonly folder?: string;
  /** What it prints when it is ready. */
  readonly ready?: RegExp;
}

export async function startRedis(parent: string, options: RedisServerOptions = {}): Promise<RedisServer> {
  const { requirepass, directives = [], ready = /Ready to accept connections/ } = options;
  const port = await freePort();
  const folder = options.folder ?? join(parent, `redis-${port}`);
  await mkdir(folder, { recursive: true });
  const running = await startProcess(
    programPath('redis-server'),
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'],
      ...['--enable-debug-command', 'yes', ...(requirepass ? ['--requirepass', requirepass] : [])],
      ...directives,
    ],
    { ready },
  );
  const pid = Number(/\bpid=(\d+)/.exec(running.output())?.[1]);
  const admin = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    disableClientInfo: true,
    protocol: 2,
    enableReadyCheck: false,
    retryStrategy: null,
    ...(requirepass ? { password: requirepass } : {}),
  });
  admin.on('error', () => {});
  let paused = false;
  const resume = () => {
    if (paused) process.kill(pid, 'SIGCONT');
    paused = false;
  };
  const stop = async () => {
    admin.disconnect();
    // A stopped process hears no SIGTERM.
    resume();
    await running.stop();
  };
  return {
    port,
    folder,
    admin,
    pause: () => {
      process.kill(pid, 'SIGSTOP');
      paused = true;
    },
    resume,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
