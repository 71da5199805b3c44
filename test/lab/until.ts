/** Waits for a condition of another process, by asking. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../src/errors.ts';

export interface UntilOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  /** Milliseconds. */
  readonly within: number;
  /** Milliseconds between two questions; 200 when unset. */
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
  /** Why it went wrong, added to the error; asked once, at the end. */
  readonly explain?: () => string | Promise<string>;
}

/**
 * Asks until the answer is neither false nor undefined. What the question throws counts as “not yet”.
 * @throws Error with the last thing thrown, and with what `explain` says
 */
export async function until<Answer>(
  ask: () => Promise<Answer | false | undefined>,
  { what, within, every = 200, signal, explain }: UntilOptions,
): Promise<Answer> {
  const deadline = performance.now() + within;
  let last: unknown;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      if (error instanceof GiveUp) throw new Error(`${what}: ${error.message}`);
      last = error;
    }
    await pause(every);
  }
  const why = [last === undefined ? '' : messageOf(last), (await explain?.()) ?? ''].filter(Boolean);
  throw new Error([`${what}: not within ${within / 1000} s`, ...why].join('\n'));
}

/** Thrown by a question whose answer cannot change any more. */
export class GiveUp extends Error {}
