/** Everything around the bot for a smoke test: a database, the local workspace, the stack to break, and the bot as a process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { topics } from '../../commands/index.ts';
import { sandboxConfiguration } from '../../sandbox/configuration.ts';
import { startStack } from '../../sandbox/stack/stack.ts';
import { startWorkspace } from '../../sandbox/workspace/server.ts';
import { type FreshDatabase, preparedDatabase } from './database.ts';
import { freePort } from './free-port.ts';

const BOT = fileURLToPath(new URL('bot-process.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('../../sandbox/page/dist', import.meta.url));

export interface WorldOptions {
  /** Over signed requests instead of a socket. */
  readonly http?: boolean;
  /** Changes to the sandbox's paksa.yaml. */
  readonly configure?: (yaml: string) => string;
  /** More of the bot's environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A module whose `topics` the bot has instead of the guide's. */
  readonly topics?: URL;
  /** In place of one on the server that all tests share. */
  readonly database?: FreshDatabase;
  /** Serves the page, which has to be built. */
  readonly page?: boolean;
}

export interface BotStart {
  /** The step at which it kills itself. */
  readonly dieAt?: string;
  /** The same, from `arm` on. */
  readonly dieOnceArmed?: string;
  /** Its own way to the database. */
  readonly databaseUrl?: string;
  /** Of this one alone. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Given all that it writes to its outputs. */
  readonly output?: (text: string) => void;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld({
  http = false,
  configure = (yaml) => yaml,
  page = false,
  topics: own,
  variables = {},
  database: given,
}: WorldOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'paksa-world-'));
  const database = given ?? (await preparedDatabase());
  const directory = join(folder, 'stack');
  await cp(inject('stackFolder'), directory, { recursive: true });
  const stack = await startStack({ port: 0, directory });
  const botPort = http ? await freePort() : 0;
  const signingSecret = 'a-signing-secret-of-the-tests';
  const workspace = await startWorkspace({
    port: 0,
    stack,
    ...(page
      ? { pageDir: PAGE, completions: [...topics.keys()].map((topic) => `/paksa diagnose ${topic}`) }
      : {}),
    ...(http ? { http: { requestUrl: `http://127.0.0.1:${botPort}/slack/events`, signingSecret } } : {}),
  });
  const file = join(folder, 'paksa.yaml');
  await writeFile(file, configure(sandboxConfiguration(stack.environment)));
  const armed = join(folder, 'armed');
  const bots = new Set<ChildProcess>();

  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
    PORT: String(botPort),
    DATABASE_URL: database.url,
    PAKSA_CONFIG: file,
    PAKSA_SPOOL: join(folder, 'spool'),
    SLACK_API_URL: workspace.apiUrl,
    SLACK_BOT_TOKEN: workspace.botToken,
    ...variables,
    ...(own ? { TEST_TOPICS: own.href } : {}),
    ...(http ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: workspace.appToken }),
  };

  return {
    workspace,
    stack,
    database,
    configFile: file,
    signingSecret,
    env,
    /** What `dieOnceArmed` waits for. */
    arm: () => writeFile(armed, ''),
    disarm: () => rm(armed, { force: true }),
    /** Starts the bot and resolves when it is ready. */
    startBot: async ({ dieAt, dieOnceArmed, databaseUrl, variables: own = {}, output }: BotStart = {}) => {
      const its = {
        ...own,
        ...(dieAt ? { DIE_AT: dieAt } : {}),
        ...(dieOnceArmed ? { DIE_AT: dieOnceArmed, DIE_ARMED: armed } : {}),
        ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
      };
      const stdio = output ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : 'inherit';
      const child = fork(BOT, [], {
        env: { ...env, ...its },
        stdio: typeof stdio === 'string' ? stdio : [...stdio],
      });
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', output ?? (() => undefined));
      bots.add(child);
      const exited = once(child, 'exit').then(([code, signal]) => {
        bots.delete(child);
        return { code: code as number | null, signal: signal as NodeJS.Signals | null };
      });
      const ready = await Promise.race([once(child, 'message'), exited]);
      if (!Array.isArray(ready))
        throw new Error(`the bot ended before it was ready: ${JSON.stringify(ready)}`);
      const [{ port }] = ready as [{ port: number }];
      return {
        port,
        pid: child.pid,
        exited,
        kill: async () => {
          child.kill('SIGKILL');
          await exited;
        },
        stop: async () => {
          child.kill('SIGTERM');
          return exited;
        },
      };
    },
    close: async () => {
      for (const child of bots) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await workspace.stop();
      await stack.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
