/** Runs alembic in its place, always with a fixed list of arguments. */
import { posix } from 'node:path';
import type { Exec, ExecResult } from '../exec/port.ts';
import { failure, failureOf } from './errors.ts';
import type { AlembicSettings } from './port.ts';

export interface Call {
  readonly operation: string;
  readonly signal: AbortSignal;
  /** Milliseconds; two minutes when unset. */
  readonly deadlineMs?: number;
  readonly maxBytes?: number;
}

const DEADLINE_MS = 120_000;
const MOST_BYTES = 4_194_304;

/** Resolves however it ended. @throws AdapterError as `Exec` does */
export const runAlembic = (
  { program, config, place }: AlembicSettings,
  exec: Exec,
  args: readonly string[],
  { signal, deadlineMs = DEADLINE_MS, maxBytes = MOST_BYTES }: Call,
): Promise<ExecResult> =>
  exec([...program, '-c', config, ...args], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    maxBytes,
    // A container has its working directory, which alembic.ini was written for; a host has none of its own.
    directory: place.on === 'host' ? posix.dirname(config) : undefined,
  });

/** Resolves with what it printed. @throws AdapterError with alembic's words when it failed */
export async function askAlembic(
  settings: AlembicSettings,
  exec: Exec,
  args: readonly string[],
  call: Call,
): Promise<ExecResult> {
  const result = await runAlembic(settings, exec, args, call);
  if (result.exitCode === 0) return result;
  throw failureOf(call.operation, result);
}

export function requireWhole({ truncated }: ExecResult, operation: string): void {
  if (!truncated) return;
  throw failure(
    operation,
    'failed',
    'alembic lists more than 4 MiB of revisions: squash the old ones, or read by hand.',
  );
}
