/** The person at the terminal: what they are told and asked. A terminal that is gone, or a pipe at its end, answers nothing. */
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { print } from './print.ts';

export interface Terminal {
  say(...lines: readonly string[]): void;
  /** Resolves with what was typed, without spaces around it; undefined when nobody is there any more. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

/** One for all questions of a command: what was typed ahead answers the next one. */
export function openTerminal(): Terminal {
  const reader = createInterface({ input: process.stdin });
  const typed = reader[Symbol.asyncIterator]();
  return {
    say: print,
    ask: async (question) => {
      process.stdout.write(`${question} `);
      const { value, done } = await typed.next();
      return done ? undefined : value.trim();
    },
    close: () => reader.close(),
  };
}

export const isYes = (answer: string | undefined): boolean => /^y(es)?$/i.test(answer ?? '');

const BETWEEN_LOOKS_MS = 150;

/** Reads again until it is as awaited: another replica may be the one that does it. */
export async function until<Value>(
  read: () => Promise<Value | undefined>,
  isAwaited: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await read();
    if (value !== undefined && isAwaited(value)) return value;
    await pause(BETWEEN_LOOKS_MS);
  }
}
