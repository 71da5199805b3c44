/**
 * Configuration files in nginx's place, through programs that every image has. Written in place, never renamed over: a file
 * that is mounted into a container cannot be replaced (EBUSY).
 */
import { posix } from 'node:path';
import type { AdapterError } from '../../errors.ts';
import type { Exec, ExecResult } from '../exec/port.ts';
import type { KeptConfig } from './port.ts';
import { failure, withDeadline } from './program.ts';

const MOST_BYTES = 1_048_576;

/** A label becomes part of a file name. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Hidden, because `include sites-enabled/*;` would load a copy with any other name, and nginx refuse its duplicates. */
export function keptAs(file: string, label: string): KeptConfig {
  if (!LABEL.test(label)) throw new TypeError(`“${label}” cannot name a copy`);
  return { file, keptAt: `${keptPrefix(file)}${label}` };
}

const keptPrefix = (file: string): string =>
  posix.join(posix.dirname(file), `.${posix.basename(file)}.paksa-`);

/** @throws AdapterError refused: a path that `keptAs` did not make is not read, written or removed */
export function requireKept({ file, keptAt }: KeptConfig): void {
  const prefix = keptPrefix(file);
  if (keptAt.startsWith(prefix) && LABEL.test(keptAt.slice(prefix.length))) return;
  throw failure(
    'restore',
    'refused',
    `${keptAt} is no copy that Paksa made of ${file}: put it back by hand.`,
  );
}

/** @throws AdapterError not-found, forbidden, failed; refused for a path or a content that could not be written back as it was */
export async function readConfig(exec: Exec, file: string, signal: AbortSignal): Promise<string> {
  requirePath(file);
  const result = await exec(['cat', file], { signal: withDeadline(signal), maxBytes: MOST_BYTES });
  if (result.exitCode !== 0) throw unusable('read', file, result);
  if (result.truncated) throw failure('read', 'refused', `${file} is larger than 1 MiB: edit it by hand.`);
  if (result.stdout.includes('\uFFFD'))
    throw failure('read', 'refused', `${file} is not UTF-8, so Paksa could damage it: edit it by hand.`);
  return result.stdout;
}

export async function writeConfig(exec: Exec, file: string, content: string, signal: AbortSignal) {
  const result = await exec(['tee', '--', file], {
    signal: withDeadline(signal),
    input: content,
    maxBytes: MOST_BYTES,
  });
  if (result.exitCode !== 0) throw unusable('write', file, result);
}

export async function copyConfig(exec: Exec, from: string, to: string, signal: AbortSignal) {
  requirePath(from);
  const result = await exec(['cp', '-p', '--', from, to], { signal: withDeadline(signal) });
  if (result.exitCode !== 0) throw unusable('copy', from, result);
}

export async function isThere(exec: Exec, file: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await exec(['cat', file], { signal: withDeadline(signal), maxBytes: 1 });
  return exitCode === 0;
}

export async function removeCopy(exec: Exec, file: string, signal: AbortSignal) {
  const result = await exec(['rm', '-f', '--', file], { signal: withDeadline(signal) });
  if (result.exitCode !== 0) throw unusable('remove', file, result);
}

/** The file's name comes from nginx itself; a relative one would be another file elsewhere, a leading dash an option. */
function requirePath(file: string): void {
  if (posix.isAbsolute(file) && posix.normalize(file) === file && !/\p{Cc}/u.test(file)) return;
  throw new TypeError(`“${file}” is no absolute path of a configuration file`);
}

function unusable(operation: string, file: string, { stderr, exitCode }: ExecResult): AdapterError {
  const said = stderr.trim().slice(-300) || `it ended with code ${exitCode}`;
  if (/Permission denied|Operation not permitted/.test(said))
    return failure(
      operation,
      'forbidden',
      `Paksa may not ${operation} ${file} where nginx runs: give its user there the right to (${said}).`,
    );
  if (/Read-only file system/.test(said))
    return failure(
      operation,
      'forbidden',
      `${file} is mounted read-only where nginx runs: change it where it comes from (${said}).`,
    );
  if (/No such file/.test(said))
    return failure(operation, 'not-found', `${file} is not there where nginx runs: look again (${said}).`);
  return failure(
    operation,
    'failed',
    `Paksa could not ${operation} ${file}: ${said}. Look at it before going on.`,
  );
}
