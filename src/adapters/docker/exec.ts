/** Programs in a container, without a shell: started, fed, read within bounds, and ended when time is up. */
import { randomUUID } from 'node:crypto';
import { addAbortSignal, type Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { messageOf } from '../../errors.ts';
import { type BoundedText, boundedText } from '../exec/bounded-text.ts';
import { missingProgram, startFailure } from '../exec/missing-program.ts';
import type { Everywhere, Exec, ExecOptions, ExecResult, InReplica, Placed } from '../exec/port.ts';
import { containersOf, type Inspected, isRunning } from './containers.ts';
import { endMarked, MARK } from './end-exec.ts';
import { connectEngine, type Engine } from './engine.ts';
import { dockerError } from './errors.ts';
import { demultiplex } from './frames.ts';
import type { DockerSettings } from './port.ts';

const RUN = 'run a program';

/** What the engine returns for a program that it could not start; programs return these, too. */
const NOT_STARTED: readonly number[] = [126, 127];

/** In each of the service's running containers. */
export const runningContainers =
  (settings: () => DockerSettings, service: Placed): Everywhere =>
  async (signal) => {
    const at = settings();
    const engine = await connectEngine(at);
    const containers = await containersOf(engine, at, service, signal);
    const inside = (found: Inspected): InReplica => ({ replica: found.name, exec: execIn(engine, found) });
    const [first, ...others] = containers.filter(isRunning);
    if (first !== undefined) return [inside(first), ...others.map(inside)];
    throw dockerError(
      `No container of the service ${service} runs (${containers.map(({ name }) => name).join(', ')}): start one first.`,
      RUN,
      'unreachable',
    );
  };

/** In this container. */
export const execIn =
  (engine: Engine, found: Inspected): Exec =>
  async (command, options) => {
    const exec = await prepare(engine, found, command, options);
    try {
      return await run(engine, exec.created, { program: command[0], container: found.name }, options);
    } catch (error) {
      if (!options.signal.aborted) throw error;
      // Hanging up does not end the program.
      const ended = await endMarked(found, exec.mark);
      throw dockerError(
        `${command[0]} in container ${found.name} did not end in time and ${ended ? 'was stopped: look at what it has done' : 'may still run there: look with docker top'}.`,
        RUN,
        'timed-out',
        { cause: error },
      );
    }
  };

async function prepare(
  engine: Engine,
  { container }: Inspected,
  command: readonly string[],
  { signal, input, directory }: ExecOptions,
) {
  const mark = randomUUID();
  const created = await engine.ask(RUN, signal, (abortSignal) =>
    container.exec({
      Cmd: [...command],
      Env: [`${MARK}=${mark}`],
      AttachStdin: input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      ...(directory === undefined ? {} : { WorkingDir: directory }),
      abortSignal,
    }),
  );
  return { mark, created };
}

interface Started {
  readonly program: string;
  readonly container: string;
}

async function run(
  engine: Engine,
  exec: Docker.Exec,
  started: Started,
  { signal, input, maxBytes }: ExecOptions,
): Promise<ExecResult> {
  const stdout = boundedText(maxBytes);
  const stderr = boundedText(maxBytes);
  const exitCode = await engine
    .ask(RUN, signal, async (abortSignal) => {
      const stream = await exec.start({ hijack: true, stdin: input !== undefined, abortSignal });
      await converse(stream, input, { stdout, stderr }, abortSignal);
      return codeOf(exec, abortSignal);
    })
    .catch((error: unknown) => {
      // Newer engines answer with an error what older ones print.
      throw refusal(messageOf(error), started, error) ?? error;
    });
  const failure = NOT_STARTED.includes(exitCode)
    ? refusal(stdout.text() + stderr.text(), started)
    : undefined;
  if (failure !== undefined) throw failure;
  const truncated = stdout.truncated() || stderr.truncated();
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), truncated };
}

async function converse(
  stream: Duplex,
  input: string | undefined,
  { stdout, stderr }: Readonly<Record<'stdout' | 'stderr', BoundedText>>,
  signal: AbortSignal,
): Promise<void> {
  const take = demultiplex((chunk, name) => (name === 'stderr' ? stderr : stdout).add(chunk));
  addAbortSignal(signal, stream);
  // The program may end without having read its input.
  if (input !== undefined) stream.end(input);
  for await (const chunk of stream) take(chunk);
}

/** The engine notes the exit code a moment after the stream has ended. */
async function codeOf(exec: Docker.Exec, abortSignal: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await exec.inspect({ abortSignal });
    if (!Running && ExitCode !== null) return ExitCode;
    await setTimeout(20, undefined, { signal: abortSignal });
  }
}

function refusal(text: string, { program, container }: Started, cause?: unknown) {
  switch (startFailure(text)) {
    case 'missing':
      return missingProgram(
        'docker',
        program,
        `container ${container}`,
        'its image does not have it; look from elsewhere, or add it to the image',
        cause,
      );
    case 'forbidden':
      return dockerError(
        `The user of container ${container} may not run ${program}: make it executable in the image.`,
        RUN,
        'forbidden',
        { cause },
      );
    case undefined:
      return undefined;
  }
}
