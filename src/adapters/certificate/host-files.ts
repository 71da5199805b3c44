/** The files of a certificate on this host. */
import { createPublicKey } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { fileError } from './errors.ts';
import { octal, readBounded } from './files.ts';
import { parsePrivateKey } from './pem.ts';
import type { PlaceFiles } from './place.ts';

const as = (operation: string, path: string) => (error: unknown) => {
  throw fileError(operation, path, error);
};

export const hostFiles: PlaceFiles = {
  named: (path) => path,
  read: readBounded,

  async requireFile(path) {
    await stat(path).catch(as('read', path));
  },

  async keyFacts(path) {
    const publicKey = createPublicKey(parsePrivateKey(path, await readBounded(path)));
    const { mode } = await stat(path).catch(as('read', path));
    return { publicKey, mode: octal(mode) };
  },

  realPath: (path) => realpath(path).catch(as('read', path)),

  async linkTarget(path) {
    try {
      return await readlink(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EINVAL') return undefined;
      throw fileError('read', path, error);
    }
  },

  list: (folder) => readdir(folder).catch(as('read', folder)),

  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL).catch(as('write', to)),

  /** Links cannot be changed, only replaced: a new one beside it, renamed over it. */
  async point(path, target) {
    const temporary = `${path}.paksa-tmp`;
    try {
      await rm(temporary, { force: true }); // left by a crash
      await symlink(target, temporary);
      await rename(temporary, path);
    } catch (error) {
      throw fileError('replace', path, error);
    }
  },
};
