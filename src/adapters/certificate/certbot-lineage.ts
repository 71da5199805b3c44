/**
 * certbot keeps every version in archive/ and points live/ at one of them by symbolic links. A restore adds the old
 * content as a new version and points there, as certbot does after a renewal: links that point back while a newer
 * version exists would be taken for an unfinished deployment, and moved forward again by the next `certbot renew`.
 */
import { dirname, join, relative, resolve } from 'node:path';
import { failed } from './errors.ts';
import type { PlaceFiles } from './place.ts';
import type { CertificateBackup, CertificateFiles } from './port.ts';

/** The key goes first, as in every replacement: a server that reloads in between finds the pair complete soonest. */
const KINDS = ['privkey', 'cert', 'chain', 'fullchain'] as const;

/** Files that a hook copies from here would not follow a restore: they are refused before anything is renewed. */
export async function requireOwnFiles(
  files: PlaceFiles,
  { certificate, key }: CertificateFiles,
  live: string,
): Promise<void> {
  const archive = async (path: string) => dirname(await files.realPath(path).catch(() => path));
  const own = await archive(join(live, 'fullchain.pem'));
  for (const path of [certificate, key]) {
    if ((await archive(path)) === own) continue;
    throw failed(
      'read',
      `${path} is not in ${files.named(live)}: let the server and certificate.files use certbot's own files, so that a renewal can be undone.`,
      undefined,
      'not-configured',
    );
  }
}

export async function keepLineage(
  files: PlaceFiles,
  live: string,
  serial: string,
): Promise<CertificateBackup> {
  const kept = await Promise.all(
    KINDS.map(async (kind) => {
      const path = join(live, `${kind}.pem`);
      return { path, keptAt: resolve(live, await targetOf(files, path)) };
    }),
  );
  return { kind: 'certbot', serial, files: kept };
}

async function targetOf(files: PlaceFiles, link: string): Promise<string> {
  const target = await files.linkTarget(link);
  if (target !== undefined) return target;
  throw failed(
    'keep',
    `${files.named(link)} is no symbolic link, so certbot does not manage it: run “certbot certificates”.`,
  );
}

export async function restoreLineage(
  files: PlaceFiles,
  live: string,
  backup: CertificateBackup,
): Promise<void> {
  const ours = new Set(KINDS.map((kind) => join(live, `${kind}.pem`)));
  if (backup.kind !== 'certbot' || backup.files.some(({ path }) => !ours.has(path))) {
    throw failed(
      'undo',
      'The backup is of another lineage than the configuration names now: put it back by hand.',
    );
  }
  // Everything is there before anything moves.
  await Promise.all(backup.files.map(({ keptAt }) => files.requireFile(keptAt)));

  const links = await Promise.all(
    backup.files.map(async (file) => ({ ...file, now: resolve(live, await targetOf(files, file.path)) })),
  );
  if (links.every(({ keptAt, now }) => keptAt === now)) return;
  const folders = new Set(links.map(({ now }) => dirname(now)));
  const names = await Promise.all([...folders].map((folder) => files.list(folder)));
  const version = nextVersion(names.flat());
  // Copied through, since with `--reuse-key` a version of the key is itself a link to an older one.
  for (const { path, keptAt } of backup.files) await files.copy(keptAt, versioned(path, keptAt, version));
  // Relative, as certbot's own links are.
  for (const { path, keptAt } of backup.files)
    await files.point(path, relative(dirname(path), versioned(path, keptAt, version)));
}

const versioned = (path: string, keptAt: string, version: number): string =>
  join(dirname(keptAt), `${kindOf(path)}${version}.pem`);

const kindOf = (path: string): string => relative(dirname(path), path).replace(/\.pem$/, '');

function nextVersion(names: readonly string[]): number {
  const versions = names.map((name) =>
    Number(/^(?:privkey|cert|chain|fullchain)(\d+)\.pem$/.exec(name)?.[1] ?? 0),
  );
  return Math.max(0, ...versions) + 1;
}
