/** Replicas as processes: asked by whoever is up, and asked again when one died before it answered. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from '../simulation/random.ts';
import type { PlannedDeath } from './plan.ts';
import { type Request, Said, type Settings } from './words.ts';

const REPLICA = fileURLToPath(new URL('replica.ts', import.meta.url));
/** As long as Slack waits. */
const ANSWER_MS = 3_000;

export interface Replica {
  readonly ready: Promise<boolean>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(): void;
}

type Wish = Request extends infer Each ? (Each extends Request ? Omit<Each, 'key'> : never) : never;

export function createReplicas(settings: Omit<Settings, 'death'>, random: Random, cache: string) {
  const up = new Set<ChildProcess>();
  const all = new Set<ChildProcess>();

  const start = (death?: PlannedDeath): Replica => {
    const child = fork(REPLICA, [], {
      env: {
        PATH: process.env.PATH,
        // A process that lives for seconds would spend one of them on compiling the same again.
        NODE_COMPILE_CACHE: cache,
        PAKSA_CRASH: JSON.stringify({ ...settings, ...(death ? { death } : {}) } satisfies Settings),
      },
      stdio: 'inherit',
    });
    all.add(child);
    // Whoever is asked is listened to, many at a time.
    child.setMaxListeners(0);
    const exited = once(child, 'exit').then(([code, signal]) => {
      all.delete(child);
      up.delete(child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    const ready = Promise.race([
      once(child, 'message').then(() => {
        up.add(child);
        return true;
      }),
      exited.then(() => false),
    ]);
    return { ready, exited, kill: () => child.kill('SIGKILL') };
  };

  /** Whether it said in time that it is done. */
  const askOne = async (child: ChildProcess, wish: Wish): Promise<boolean> => {
    const key = randomUUID();
    const over = new AbortController();
    const { signal } = over;
    const hears = new Promise<boolean>((resolve) => {
      const hear = (message: unknown) => {
        const said = Said.parse(message);
        if ('done' in said && said.done === key) resolve(true);
      };
      child.on('message', hear);
      signal.addEventListener('abort', () => child.off('message', hear));
    });
    child.send({ ...wish, key } satisfies Request, () => undefined);
    const gone = once(child, 'exit', { signal }).then(
      () => false,
      () => false,
    );
    const late = pause(ANSWER_MS, false, { signal }).catch(() => false);
    const done = await Promise.race([hears, gone, late]);
    over.abort();
    return done;
  };

  return {
    start,
    /** Asks until one has done it. */
    ask: async (wish: Wish): Promise<void> => {
      for (;;) {
        const [first, ...others] = [...up].filter(({ connected }) => connected);
        if (!first) await pause(50);
        else if (await askOne(random.pick([first, ...others]), wish)) return;
      }
    },
    stop: async (): Promise<void> => {
      await Promise.all(
        [...all].map(async (child) => {
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        }),
      );
    },
  };
}
