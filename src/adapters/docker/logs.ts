/** The end of what a container has printed, both streams, read as it comes. */
import { Readable } from 'node:stream';
import { DEFAULT_MAX_LINES, readLog } from '../runtime/log-tail.ts';
import type { LogTail } from '../runtime/port.ts';
import type { Inspected } from './containers.ts';
import type { Engine } from './engine.ts';
import { demultiplex } from './frames.ts';

/** The engine prints what was asked for, the oldest first: the whole has to be read for the newest. */
const MOST_LINES = 20_000;

export interface ContainerLogRequest {
  /** Seconds since 1970, by the engine's clock. */
  readonly since: number;
  readonly maxLines?: number | undefined;
}

export async function logOf(
  engine: Engine,
  found: Inspected,
  { since, maxLines = DEFAULT_MAX_LINES }: ContainerLogRequest,
  signal: AbortSignal,
): Promise<LogTail> {
  const kept = Math.min(maxLines, MOST_LINES);
  const log = readLog(found.name, kept);
  // One more than is kept, to know whether there were more.
  const stream = await engine.ask('read logs', signal, () => open(engine, found, since, kept + 1, signal));
  // A terminal's output is one stream, and not in frames.
  const take = found.info.Config.Tty ? (chunk: Buffer) => log.add(chunk) : demultiplex(log.add);
  await engine.ask('read logs', signal, async () => {
    for await (const chunk of stream) take(chunk);
  });
  return log.end();
}

/** dockerode's `logs` gathers the whole answer in memory unless it follows: so the request is made one floor lower. */
function open(
  { docker }: Engine,
  { container }: Inspected,
  since: number,
  tail: number,
  abortSignal: AbortSignal,
): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  docker.modem.dial(
    {
      path: `/containers/${container.id}/logs?`,
      method: 'GET',
      options: { stdout: true, stderr: true, timestamps: true, since, tail },
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      abortSignal,
    },
    (error, answer) => {
      if (error !== null) reject(error);
      else if (answer instanceof Readable) resolve(answer);
      else reject(new Error('the engine answered without a log'));
    },
  );
  return promise;
}
