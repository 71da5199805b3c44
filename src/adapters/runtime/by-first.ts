/** Several programs can tell the same: the first that the image has, and that gives an answer, is believed. */
import { AdapterError } from '../../errors.ts';
import { isMissingProgram } from '../exec/missing-program.ts';
import type { Exec, ExecResult } from '../exec/port.ts';

/** One program's way of telling; `read` is absent-minded about what it cannot use, so that the next one is asked. */
export interface Way<T> {
  readonly command: readonly [string, ...string[]];
  readonly read: (result: ExecResult) => T | undefined;
}

export interface Look {
  readonly exec: Exec;
  readonly replica: string;
  /** What is being done, for the error: `look at disks`. */
  readonly operation: string;
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

export async function byFirst<T>(ways: readonly Way<T>[], look: Look): Promise<T> {
  const { exec, signal, maxBytes } = look;
  for (const { command, read } of ways) {
    const result = await exec(command, { signal, maxBytes }).catch((error: unknown) => {
      if (isMissingProgram(error)) return undefined;
      throw error;
    });
    const answer = result === undefined ? undefined : read(result);
    if (answer !== undefined) return answer;
  }
  throw new AdapterError(
    `Paksa could not ${look.operation} from inside ${look.replica}: its image has no usable ${list(ways)}. Look from outside, or add one of them to the image.`,
    { system: 'runtime', operation: look.operation, fault: 'not-found', retryable: false },
  );
}

const list = (ways: readonly Way<unknown>[]): string => ways.map(({ command }) => command[0]).join(', ');

/** Python without the image's own modules, which could be named like the standard library's. */
export const python = (script: string, ...args: readonly string[]): readonly [string, ...string[]] => [
  'python3',
  '-I',
  '-S',
  '-c',
  script,
  ...args,
];
