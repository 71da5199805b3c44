/** Runs one program with a fixed argument list: no shell, no secrets in its environment, its last words kept, nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface ProgramResult {
  /** Absent when a signal ended it. */
  readonly exitCode: number | null;
  /** The end of what it printed, both streams in the order of arrival. */
  readonly output: string;
}

const KEPT_CHARACTERS = 16_384;

/** Time for the program to clean up after SIGTERM, such as certbot's challenge files, before SIGKILL. */
const GRACE_MS = 5_000;

/** Time for its last words to arrive, once it has ended. */
const DRAIN_MS = 1_000;

/** All that a program is told of Paksa's environment: tokens and database passwords are none of its business. */
const PASSED_ON = /^(PATH|HOME|TZ|REQUESTS_CA_BUNDLE|SSL_CERT_(FILE|DIR)|(HTTPS?|NO)_PROXY)$/i;

/** Resolves once the program is gone, aborted or not. @throws Error of the operating system when it cannot be started */
export async function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<ProgramResult> {
  const passedOn = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  const child = spawn(program, args, {
    env: { ...Object.fromEntries(passedOn), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: what it starts can be stopped with it, and Ctrl-C reaches it through Paksa alone.
    detached: true,
  });
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-KEPT_CHARACTERS);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  let pipes: NodeJS.Timeout | undefined;
  let lastResort: NodeJS.Timeout | undefined;
  const stop = () => {
    kill(child, 'SIGTERM');
    lastResort = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject);
    child.once('close', resolve);
    child.once('exit', () => {
      // A daemon started by one of its hooks may hold the pipes for ever: what it prints is not waited for.
      pipes = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
    });
    return { exitCode: await promise, output };
  } finally {
    clearTimeout(lastResort);
    clearTimeout(pipes);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) kill(child, 'SIGKILL');
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // gone already
  }
}
