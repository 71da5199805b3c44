/** The folder of dumps: complete files of its own, the newest first. What is hidden, a folder, or a link that leads out of it is none. */
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { folderError, refuseIfAborted } from './errors.ts';
import type { Backup } from './port.ts';

const DUMP = /^[^.].*\.(dump|sql)$/;

export async function listFolder(directory: string, signal: AbortSignal): Promise<readonly Backup[]> {
  const found: Backup[] = [];
  try {
    const real = await realpath(directory);
    for await (const { name } of await opendir(directory)) {
      refuseIfAborted('list', signal);
      const backup = DUMP.test(name) ? await backupAt(real, name) : undefined;
      if (backup) found.push(backup);
    }
  } catch (error) {
    throw folderError('list', directory, error);
  }
  return found.toSorted((a, b) => b.madeAt.getTime() - a.madeAt.getTime() || (a.name < b.name ? 1 : -1));
}

/** Nothing for a link to nowhere, and for a file that went while the folder was read. */
async function backupAt(directory: string, name: string): Promise<Backup | undefined> {
  try {
    const path = await realpath(join(directory, name));
    const { mtime, size, isFile } = await statOf(path);
    return path.startsWith(directory + sep) && isFile ? { name, madeAt: mtime, sizeBytes: size } : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')) {
      return undefined;
    }
    throw error;
  }
}

async function statOf(path: string) {
  const stats = await stat(path);
  return { mtime: stats.mtime, size: stats.size, isFile: stats.isFile() };
}
