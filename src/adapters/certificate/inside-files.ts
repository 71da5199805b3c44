/**
 * The files of a certificate in a container or a pod, by programs that Debian's images have and Alpine's (busybox), each with
 * options that both know.
 */
import { constants } from 'node:fs';
import type { Exec } from '../exec/port.ts';
import { failed, fileError } from './errors.ts';
import { MOST_BYTES, octal } from './files.ts';
import { createInside, refusalOf } from './inside.ts';
import { publicKeyInside } from './inside-key.ts';
import type { PlaceFiles } from './place.ts';

const { S_IFMT, S_IFDIR, S_IFREG } = constants;

/** In base64, whose lines have 76 characters. */
const MOST_ENCODED_BYTES = 2 * MOST_BYTES;

/** Every command goes to `exec` with `signal`; `replica` says in errors where that is. */
export function filesInside(exec: Exec, replica: string, signal: AbortSignal): PlaceFiles {
  const inside = createInside(exec, replica, signal);
  const { named, run } = inside;

  /** Octal permissions of what is a file, and not too large. */
  const modeOf = async (path: string): Promise<string> => {
    // The raw mode, as the name of a kind of file is in the language of the place.
    const told = await run('read', path, ['stat', '-L', '-c', '%f %s', '--', path]);
    const [hex = '', size = ''] = told.split(' ');
    const mode = Number.parseInt(hex, 16);
    if ((mode & S_IFMT) === S_IFDIR) throw fileError('read', path, refusalOf('Is a directory'), replica);
    if ((mode & S_IFMT) !== S_IFREG)
      throw failed('read', `${named(path)} is no regular file: check the path in the configuration.`);
    if (Number(size) > MOST_BYTES)
      throw failed('read', `${named(path)} is larger than 1 MiB: it is no certificate or key.`);
    return octal(mode);
  };

  return {
    named,

    async read(path) {
      await modeOf(path);
      // What a program prints arrives as text: in base64 every byte does.
      return Buffer.from(await run('read', path, ['base64', '--', path], MOST_ENCODED_BYTES), 'base64');
    },

    async requireFile(path) {
      await modeOf(path);
    },

    async keyFacts(path) {
      const mode = await modeOf(path);
      return { mode, publicKey: await publicKeyInside(inside, path) };
    },

    realPath: (path) => run('read', path, ['readlink', '-f', '--', path]),

    async linkTarget(path) {
      const { exitCode, stdout, stderr } = await inside.attempt(['readlink', '-v', '--', path]);
      if (exitCode === 0) return stdout.replace(/\n$/, '');
      const refusal = refusalOf(stderr);
      if (refusal.code === 'EINVAL') return undefined;
      throw fileError('read', path, refusal, replica);
    },

    async list(folder) {
      const names = await run('read', folder, ['ls', '-A', '--', folder]);
      return names.split('\n').filter((name) => name !== '');
    },

    /** `cp` would replace what is there: a hard link does not, and gives the copy its name in one step. */
    async copy(from, to) {
      const temporary = `${to}.paksa-tmp`;
      // What a crash has left there is replaced.
      await run('write', to, ['cp', '-p', '--', from, temporary]);
      try {
        await run('write', to, ['ln', '--', temporary, to]);
      } finally {
        await run('write', to, ['rm', '-f', '--', temporary]);
      }
    },

    /** Links cannot be changed, only replaced: a new one beside it, renamed over it. */
    async point(path, target) {
      const temporary = `${path}.paksa-tmp`;
      // What a crash has left there is replaced.
      await run('replace', path, ['ln', '-s', '-f', '-n', '--', target, temporary]);
      await run('replace', path, ['mv', '-f', '--', temporary, path]);
    },
  };
}
