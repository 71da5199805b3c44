/** Waits until a container that was started is up for good: healthy where it has a health check, else alive for a while. */
import { setTimeout } from 'node:timers/promises';
import { AdapterError } from '../../errors.ts';
import { type Inspected, inspect } from './containers.ts';
import type { Engine } from './engine.ts';
import { dockerError } from './errors.ts';
import { logOf } from './logs.ts';
import { isReady, timeOf } from './replica.ts';

const POLL_MS = 200;

/** A program that cannot start says so within this. */
const SETTLED_MS = 3_000;

const LAST_WORDS = { lines: 5, characters: 800 };

const WAIT = 'wait for a container';

/** @throws AdapterError failed when it ends again, with its exit code and last words; timed-out when it is not ready in time */
export async function untilReady(engine: Engine, { container, name }: Inspected, signal: AbortSignal) {
  let since: number | undefined;
  let restarts: number | undefined;
  let last = 'is not up yet';
  try {
    for (;;) {
      const now = await inspect(engine, container.id, signal);
      if (now === undefined) throw failed(`${name} was removed while it was starting: look who does that.`);
      const { State, RestartCount } = now.info;
      restarts ??= RestartCount;
      if (!State.Running || State.Restarting || RestartCount > restarts) {
        throw failed(await lastWords(engine, now, signal));
      }
      since ??= performance.now();
      if (isReady(State) && (State.Health !== undefined || performance.now() - since >= SETTLED_MS)) return;
      last = State.Health === undefined ? 'has only just started' : `is ${State.Health.Status}`;
      await setTimeout(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted || (error instanceof AdapterError && error.fault === 'failed')) throw error;
    throw dockerError(
      `${name} was started but ${last}: look at its health check and its logs.`,
      WAIT,
      'timed-out',
      { cause: error },
    );
  }
}

async function lastWords(engine: Engine, found: Inspected, signal: AbortSignal): Promise<string> {
  const { name, info } = found;
  const { ExitCode, OOMKilled, Error: error, StartedAt } = info.State;
  const since = Math.floor((timeOf(StartedAt)?.getTime() ?? 0) / 1000);
  const { lines } = await logOf(engine, found, { since, maxLines: LAST_WORDS.lines }, signal);
  const words =
    lines
      .map(({ text }) => text)
      .join('\n')
      .slice(-LAST_WORDS.characters) || error;
  const how = OOMKilled ? `ran out of memory (exit code ${ExitCode})` : `ended with exit code ${ExitCode}`;
  return `${name} was started and ${how}${words === '' ? '; it printed nothing' : `. Its last words:\n${words}`}`;
}

const failed = (message: string) => dockerError(message, WAIT, 'failed');
