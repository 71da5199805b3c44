/**
 * Files on this host. Reading says which file is wrong; writing replaces certificate and key as one, so that a
 * server that reloads in between never finds half a file, and a key beside another's certificate for two renames at most.
 */
import type { X509Certificate } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failed, fileError } from './errors.ts';
import { parseCertificates } from './pem.ts';

/** No certificate and no key is larger. */
export const MOST_BYTES = 1_048_576;

/** A file's permissions as people write them, such as `600`. */
export const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(3, '0');

export const readCertificates = async (path: string): Promise<[X509Certificate, ...X509Certificate[]]> =>
  parseCertificates(path, await readBounded(path));

/** @throws AdapterError not-found, forbidden, failed, naming the file */
export async function readBounded(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw failed('read', `${path} is larger than 1 MiB: it is no certificate or key.`);
    return await readFile(path);
  } catch (error) {
    throw error instanceof Error && error.name === 'AdapterError' ? error : fileError('read', path, error);
  }
}

/** One file's new content. A secret one is readable by its owner, or by the group that could read it before. */
export interface Replacement {
  readonly path: string;
  readonly content: string | Buffer;
  readonly secret: boolean;
}

/** Writes all of it beside the old files and to the disk, and only then renames, in the order given. */
export async function replaceFiles(replacements: readonly Replacement[]): Promise<void> {
  const staged: { path: string; target: string; temporary: string }[] = [];
  try {
    for (const replacement of replacements) staged.push(await stage(replacement));
    for (const { path, target, temporary } of staged) {
      await rename(temporary, target).catch((error: unknown) =>
        Promise.reject(fileError('replace', path, error)),
      );
    }
  } finally {
    await Promise.all(staged.map(({ temporary }) => rm(temporary, { force: true })));
  }
  for (const folder of new Set(staged.map(({ target }) => dirname(target)))) await syncFolder(folder);
}

async function stage({
  path,
  content,
  secret,
}: Replacement): Promise<{ path: string; target: string; temporary: string }> {
  // A symbolic link stays one: the file that it points to is replaced, in that file's folder.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomUUID()}.tmp`;
  let handle: FileHandle | undefined;
  try {
    const before = await stat(target).catch(() => undefined);
    handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(content);
    if (before !== undefined && process.getuid?.() === 0) await handle.chown(before.uid, before.gid);
    await handle.chmod(secret ? secretMode(before?.mode) : (before?.mode ?? 0o644) & 0o777);
    await handle.sync();
    return { path, target, temporary };
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError('write', path, error);
  } finally {
    await handle?.close();
  }
}

/** A server in the group `ssl-cert` must go on reading its key; a key that everybody could read was an accident. */
const secretMode = (before = 0o600): number => ((before & 0o007) === 0 ? before & 0o640 : 0o600);

/** Without this a rename may be lost to a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
