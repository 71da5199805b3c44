/** One program after the other in a container or a pod, and what each refused in the words of errors about files. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { fileError } from './errors.ts';

/** What the programs of Debian and of busybox end their messages with, and Node's code for it. */
const CODES: readonly (readonly [string, RegExp])[] = [
  ['ENOENT', /No such file or directory/],
  ['ENOTDIR', /Not a directory/],
  ['EACCES', /Permission denied|Operation not permitted/],
  ['EISDIR', /Is a directory/],
  ['EROFS', /Read-only file system|No space left on device|quota exceeded/i],
  ['EINVAL', /Invalid argument|not a symlink/],
];

type Command = readonly [string, ...string[]];

export interface Inside {
  /** Of the container or the pod. */
  readonly replica: string;
  /** What errors call a file of it. */
  named(path: string): string;
  /** However it ends. */
  attempt(command: Command): Promise<ExecResult>;
  /** What it printed, without the last line end. @throws AdapterError that says what could not be done to `path` */
  run(operation: string, path: string, command: Command, maxBytes?: number): Promise<string>;
}

export const createInside = (exec: Exec, replica: string, signal: AbortSignal): Inside => ({
  replica,
  named: (path) => `${path} in ${replica}`,
  attempt: (command) => exec(command, { signal }),
  async run(operation, path, command, maxBytes) {
    const { exitCode, stdout, stderr } = await exec(command, { signal, maxBytes });
    if (exitCode === 0) return stdout.replace(/\n$/, '');
    throw fileError(operation, path, refusalOf(stderr), replica);
  },
});

/** As Node's own calls would throw it. */
export function refusalOf(stderr: string): Error & { readonly code?: string } {
  const found = CODES.find(([, words]) => words.test(stderr));
  const says = stderr.trim().split('\n').at(-1)?.slice(0, 200) || 'no reason given';
  return Object.assign(new Error(says), found === undefined ? {} : { code: found[0] });
}
