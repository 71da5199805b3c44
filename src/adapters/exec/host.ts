/** Programs on this host: no shell, no secrets in their environment, their output bounded, and stopped with all they have started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { AdapterError, messageOf } from '../../errors.ts';
import { boundedText } from './bounded-text.ts';
import { missingProgram } from './missing-program.ts';
import type { Everywhere, Exec, ExecOptions, ExecResult } from './port.ts';

/** Time for the program to clean up after SIGTERM, such as certbot's challenge files, before SIGKILL. */
const GRACE_MS = 5_000;

/** Time for its last words to arrive, once it has ended. */
const DRAIN_MS = 1_000;

/** All that a program is told of Paksa's environment: tokens and database passwords are none of its business. */
const PASSED_ON = /^(PATH|HOME|TZ|REQUESTS_CA_BUNDLE|SSL_CERT_(FILE|DIR)|(HTTPS?|NO)_PROXY)$/i;

/** A program that has to be stopped is gone once the call has ended, and what it has started too; one ended by a signal has the exit code that a shell gives it. */
export const createHostExec = (): Exec => run;

export const onThisHost: Everywhere = async () => [{ replica: 'this host', exec: run }];

async function run(command: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
  const [program, ...args] = command;
  const { signal, input, directory, maxBytes, environment } = options;
  if (signal.aborted) throw stopped(program, signal);

  const child = start(program, args, directory, environment);
  const stdout = boundedText(maxBytes);
  const stderr = boundedText(maxBytes);
  child.stdout.on('data', stdout.add);
  child.stderr.on('data', stderr.add);
  // It need not read its input: a closed pipe is its own affair.
  child.stdin.on('error', () => {}).end(input);

  let pipes: NodeJS.Timeout | undefined;
  let lastResort: NodeJS.Timeout | undefined;
  let cutShort = false;
  const stop = () => {
    cutShort = true;
    kill(child, 'SIGTERM');
    lastResort = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once('error', reject);
    child.once('close', (code, by) => resolve(code ?? 128 + (by === null ? 0 : constants.signals[by])));
    child.once('exit', () => {
      signal.removeEventListener('abort', stop);
      // A daemon started by one of its hooks may hold the pipes for ever: what it prints is not waited for.
      pipes = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
    });
    const exitCode = await promise;
    if (cutShort) throw stopped(program, signal);
    const truncated = stdout.truncated() || stderr.truncated();
    return { exitCode, stdout: stdout.text(), stderr: stderr.text(), truncated };
  } catch (error) {
    throw error instanceof AdapterError ? error : startError(error, program, directory);
  } finally {
    clearTimeout(lastResort);
    clearTimeout(pipes);
    signal.removeEventListener('abort', stop);
    // Those of its children that have outlived it.
    if (cutShort) kill(child, 'SIGKILL');
  }
}

function start(
  program: string,
  args: readonly string[],
  directory: string | undefined,
  added: ExecOptions['environment'],
) {
  try {
    return spawn(program, args, {
      env: { ...passedOn(), ...added },
      cwd: directory,
      stdio: 'pipe',
      // A process group of its own: what it starts can be stopped with it, and Ctrl-C reaches it through Paksa alone.
      detached: true,
    });
  } catch (error) {
    // What the operating system refuses at once, such as arguments that are too long.
    throw startError(error, program, directory);
  }
}

function passedOn(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  return { ...Object.fromEntries(variables), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // gone already
  }
}

const stopped = (program: string, signal: AbortSignal): AdapterError =>
  new AdapterError(`${program} did not end in time and was stopped: look at what it has done.`, {
    system: 'host',
    operation: 'run program',
    fault: 'timed-out',
    retryable: false,
    cause: signal.reason,
  });

/** A program that the operating system did not start; it says ENOENT of a missing folder too. */
function startError(error: unknown, program: string, directory: string | undefined): AdapterError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const failed = (fault: 'not-found' | 'forbidden' | 'failed', message: string) =>
    new AdapterError(message, {
      system: 'host',
      operation: 'run program',
      fault,
      retryable: false,
      cause: error,
    });
  if (directory !== undefined && (code === 'ENOENT' || code === 'ENOTDIR') && !existsSync(directory)) {
    return failed(
      'not-found',
      `The folder ${directory} is not there: correct its path in the configuration.`,
    );
  }
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return missingProgram(
        'host',
        program,
        'this host',
        'install it, or correct its path in the configuration',
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return failed(
        'forbidden',
        `Paksa may not run ${program}: give its user the right to execute that file, and to enter its folder.`,
      );
    default:
      return failed('failed', `${program} cannot be started: ${messageOf(error)}.`);
  }
}
