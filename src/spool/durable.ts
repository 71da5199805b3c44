/** Files that are still there after the power failed: written, made to reach the disk, and only then counted on. */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Its whole content, by a rename: whoever reads finds the old one or the new one. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}

/** That a name is there, or gone, is the folder's to remember. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** Undefined when it is not there. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export interface LineFile {
  /** Resolves once the lines are on the disk. Calls made meanwhile share the next write. */
  append(lines: readonly string[]): Promise<void>;
  /** The file is gone, and what is appended from now on begins another. */
  remove(): Promise<void>;
  /** The same, and it stays under another name. */
  rename(to: string): Promise<void>;
  close(): Promise<void>;
}

/** Lines that are only ever added. `gather` makes calls that come at once into one write. */
export function openLineFile(
  path: string,
  gather: (write: (lines: readonly string[]) => Promise<void>) => (lines: readonly string[]) => Promise<void>,
): LineFile {
  let file: FileHandle | undefined;
  const opened = async (): Promise<FileHandle> => {
    if (file) return file;
    file = await open(path, 'a', 0o600);
    // What was found may end in half a line, which would swallow the next one.
    if ((await file.stat()).size > 0) await file.appendFile('\n');
    await syncFolder(dirname(path));
    return file;
  };
  const close = async (): Promise<void> => {
    const open = file;
    file = undefined;
    await open?.close();
  };
  return {
    append: gather(async (lines) => {
      const to = await opened();
      const before = (await to.stat()).size;
      try {
        await to.appendFile(lines.map((line) => `${line}\n`).join(''));
        await to.datasync();
      } catch (error) {
        // Half a line would swallow the one that follows it.
        await to.truncate(before).catch(() => undefined);
        throw error;
      }
    }),
    remove: async () => {
      await close();
      await removeFile(path);
    },
    rename: async (to) => {
      await close();
      await rename(path, to);
      await syncFolder(dirname(path));
    },
    close,
  };
}
