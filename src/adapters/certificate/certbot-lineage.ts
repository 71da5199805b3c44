/**
 * certbot keeps every version in archive/ and points live/ at one of them by symbolic links. A restore adds the old
 * content as a new version and points there, as certbot does after a renewal: links that point back while a newer
 * version exists would be taken for an unfinished deployment, and moved forward again by the next `certbot renew`.
 */
import { constants } from 'node:fs';
import { copyFile, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { failed, fileError } from './errors.ts';
import { readBounded } from './files.ts';
import type { CertificateBackup, CertificateFiles } from './port.ts';

/** The key goes first, as in every replacement: a server that reloads in between finds the pair complete soonest. */
const KINDS = ['privkey', 'cert', 'chain', 'fullchain'] as const;

/** Files that a hook copies from here would not follow a restore: they are refused before anything is renewed. */
export async function requireOwnFiles(files: CertificateFiles, live: string): Promise<void> {
  const archive = async (path: string) => dirname(await realpath(path).catch(() => path));
  const own = await archive(join(live, 'fullchain.pem'));
  for (const path of [files.certificate, files.key]) {
    if ((await archive(path)) === own) continue;
    throw failed(
      'read',
      `${path} is not in ${live}: let the server and certificate.files use certbot's own files, so that a renewal can be undone.`,
      undefined,
      'not-configured',
    );
  }
}

export async function keepLineage(live: string, serial: string): Promise<CertificateBackup> {
  const files = await Promise.all(
    KINDS.map(async (kind) => {
      const path = join(live, `${kind}.pem`);
      return { path, keptAt: resolve(live, await target(path)) };
    }),
  );
  return { kind: 'certbot', serial, files };
}

async function target(link: string): Promise<string> {
  try {
    return await readlink(link);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EINVAL') {
      throw failed(
        'keep',
        `${link} is no symbolic link, so certbot does not manage it: run “certbot certificates”.`,
        error,
      );
    }
    throw fileError('read', link, error);
  }
}

export async function restoreLineage(live: string, backup: CertificateBackup): Promise<void> {
  const ours = new Set(KINDS.map((kind) => join(live, `${kind}.pem`)));
  if (backup.kind !== 'certbot' || backup.files.some(({ path }) => !ours.has(path))) {
    throw failed(
      'undo',
      'The backup is of another lineage than the configuration names now: put it back by hand.',
    );
  }
  // Everything is there before anything moves.
  for (const { keptAt } of backup.files) await readBounded(keptAt);

  const links = await Promise.all(
    backup.files.map(async (file) => ({ ...file, now: resolve(live, await target(file.path)) })),
  );
  if (links.every(({ keptAt, now }) => keptAt === now)) return;
  const version = await nextVersion(links.map(({ now }) => dirname(now)));
  for (const { path, keptAt } of backup.files) await addVersion(path, keptAt, version);
  for (const { path, keptAt } of backup.files) await point(path, versioned(path, keptAt, version));
}

const versioned = (path: string, keptAt: string, version: number): string =>
  join(dirname(keptAt), `${kindOf(path)}${version}.pem`);

const kindOf = (path: string): string => relative(dirname(path), path).replace(/\.pem$/, '');

/** Copied through, since with `--reuse-key` a version of the key is itself a link to an older one. */
async function addVersion(path: string, keptAt: string, version: number): Promise<void> {
  const added = versioned(path, keptAt, version);
  await copyFile(keptAt, added, constants.COPYFILE_EXCL).catch((error: unknown) => {
    throw fileError('write', added, error);
  });
}

/** Links cannot be changed, only replaced: a new one beside it, renamed over it. Relative, as certbot's own are. */
async function point(path: string, to: string): Promise<void> {
  const temporary = `${path}.paksa-tmp`;
  try {
    await rm(temporary, { force: true }); // left by a crash
    await symlink(relative(dirname(path), to), temporary);
    await rename(temporary, path);
  } catch (error) {
    throw fileError('replace', path, error);
  }
}

async function nextVersion(folders: readonly string[]): Promise<number> {
  const names = (await Promise.all([...new Set(folders)].map((folder) => readdir(folder)))).flat();
  const versions = names.map((name) =>
    Number(/^(?:privkey|cert|chain|fullchain)(\d+)\.pem$/.exec(name)?.[1] ?? 0),
  );
  return Math.max(0, ...versions) + 1;
}
