/** The terminal's Paksa as a process, and the sandbox that it looks at: mended before each test of the file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { createWorld, type World, type WorldOptions } from '../harness/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Nothing listens there: a command that needs no database must not notice. */
export const NO_DATABASE = 'postgres://paksa@127.0.0.1:1/none';

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
}

/** Call it at the top of a test file. */
export function terminal(options: WorldOptions = {}) {
  let world: World;
  let folder: string;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    world = await createWorld(options);
    folder = await mkdtemp(join(tmpdir(), 'paksa-cli-'));
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => world.stack.inject('mend'));

  /** The sandbox's configuration, changed: the environment that names it. */
  const configured = async (change: (yaml: string) => string): Promise<Record<string, string>> => {
    const file = join(folder, 'paksa.yaml');
    await writeFile(file, change(await readFile(world.configFile, 'utf8')));
    return { PAKSA_CONFIG: file };
  };

  return {
    configured,
    /** For the rest of the file. */
    reconfigure: async (change: (yaml: string) => string): Promise<void> =>
      writeFile(world.configFile, change(await readFile(world.configFile, 'utf8'))),
    /** As if the stack were away. */
    unreachable: async () => {
      const closed = await freePort();
      return configured((yaml) => yaml.replace(/port: \d+/, `port: ${closed}`));
    },
    /** Runs it to its end, with all of `stdin` typed ahead. */
    paksa: async (args: readonly string[], { stdin = '', env = {} }: RunOptions = {}) => {
      const child = spawn(process.execPath, [MAIN, ...args], { env: { ...world.env, ...env } });
      running.add(child);
      const ended = new Promise<number | null>((resolve, reject) =>
        child.once('error', reject).once('close', resolve),
      );
      child.stdin.end(stdin);
      const [stdout, stderr, code] = await Promise.all([
        child.stdout.setEncoding('utf8').toArray(),
        child.stderr.setEncoding('utf8').toArray(),
        ended,
      ]);
      running.delete(child);
      return { code, stdout: stdout.join(''), stderr: stderr.join('') };
    },
    inject: (fault: string) => world.stack.inject(fault),
    state: () => world.stack.state(),
    served: async () => (await world.stack.state()).summary,
  };
}
