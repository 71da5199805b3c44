/** A server process of a test: started until it says that it is ready, and stopped by its own process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

export interface RunningProcess extends AsyncDisposable {
  /** All that it has printed, both streams. */
  output(): string;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** What it prints when it is ready. */
  readonly ready: RegExp;
}

const START_MS = 20_000;

export async function startProcess(
  program: string,
  args: readonly string[],
  { env = {}, cwd, ready }: ProcessOptions,
): Promise<RunningProcess> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = (chunk: string) => {
    output += chunk;
    if (ready.test(output)) resolve();
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const fail = (why: string) => reject(new Error(`${program} ${why}:\n${output.slice(-2000)}`));
  child.once('error', reject);
  child.once('exit', (code) => fail(`ended with ${code} before it was ready`));
  const late = setTimeout(() => fail('was not ready in time'), START_MS);

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await gone;
    clearTimeout(insist);
  };
  try {
    await promise;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(late);
  }
  return { output: () => output, stop, [Symbol.asyncDispose]: stop };
}

/** Whether something listens there. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
