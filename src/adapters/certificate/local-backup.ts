/** Copies beside the originals, readable by their owner alone, which a restore writes back. */
import { constants } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { failed, fileError } from './errors.ts';
import { readBounded, readCertificates, replaceFiles } from './files.ts';
import type { CertificateBackup, CertificateFiles } from './port.ts';

/** A label becomes part of a file name. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export async function keepCopies(files: CertificateFiles, label: string): Promise<CertificateBackup> {
  if (!LABEL.test(label)) throw new TypeError(`“${label}” cannot name a backup`);
  const kept = [...new Set([files.key, files.certificate])].map((path) => ({
    path,
    keptAt: `${path}.paksa-${label}`,
  }));
  for (const { path, keptAt } of kept) await keepCopy(path, keptAt);
  const [leaf] = await readCertificates(`${files.certificate}.paksa-${label}`);
  return { kind: 'local-ca', serial: leaf.serialNumber, files: kept };
}

/** A copy under the same label is from before anything was changed: a second call must not replace it. */
async function keepCopy(path: string, keptAt: string): Promise<void> {
  try {
    await copyFile(path, keptAt, constants.COPYFILE_EXCL);
    await chmod(keptAt, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw fileError('keep a copy of', path, error);
  }
}

export async function restoreCopies(files: CertificateFiles, backup: CertificateBackup): Promise<void> {
  const ours = new Set([files.key, files.certificate]);
  if (backup.kind !== 'local-ca' || backup.files.some(({ path }) => !ours.has(path))) {
    throw failed(
      'undo',
      'The backup is of other files than the configuration names now: put them back by hand.',
    );
  }
  // All are read before the first is written: a copy that is gone must not leave half of the pair behind.
  const contents = await Promise.all(
    backup.files.map(async ({ path, keptAt }) => ({
      path,
      content: await readBounded(keptAt),
      secret: path === files.key,
    })),
  );
  await replaceFiles(contents);
}
