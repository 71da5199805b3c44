/** Runs a program to its end, and tells what it said when it failed. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export interface RunOptions {
  /** All of it; our own when unset. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Standard output goes into this file. */
  readonly into?: string;
}

/** @returns standard output. @throws Error with the last of what it printed */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = process.env, cwd, signal, into }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  });
  let output = '';
  let errors = '';
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killed) => {
      if (killed) errors += `ended by ${killed}`;
      resolve(code ?? 1);
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-8_000);
  });
  if (into === undefined)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const written = into === undefined ? undefined : pipeline(child.stdout, createWriteStream(into));
  const [code] = await Promise.all([ended, written]);
  if (code !== 0)
    throw new Error(
      `${program} ${args.join(' ')} ended with ${code}:\n${(output.slice(-2_000) + errors.slice(-2_000)).trim()}`,
    );
  return output;
}
