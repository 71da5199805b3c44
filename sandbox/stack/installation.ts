/** The stack's files: its authority, and the certificate that its server presents, as whole or as broken as asked. */
import { access, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFiles } from '../../src/adapters/certificate/files.ts';
import { hostFiles } from '../../src/adapters/certificate/host-files.ts';
import { readInstalled } from '../../src/adapters/certificate/installed.ts';
import { issueCertificate } from '../../src/adapters/certificate/issue.ts';
import { authorityFiles, createAuthority } from './authority.ts';
import type { Fault } from './faults.ts';

export const SERVERNAME = 'api.paksa.local';
export const NAMES = [SERVERNAME, 'localhost', '127.0.0.1'] as const;
export const VALID_DAYS = 90;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Installation {
  readonly directory: string;
  readonly files: { readonly certificate: string; readonly key: string };
  /** Writes a new certificate with these faults, and lets the authority sign or not. */
  write(faults: ReadonlySet<Fault>): Promise<void>;
  /** Puts the authority's key away, and leaves the certificate alone: a preview drawn before stays true. */
  forbidSigning(): Promise<void>;
  canSign(): Promise<boolean>;
}

/** Takes over what a former start left in the folder, and makes what is missing or damaged. */
export async function openInstallation(directory: string): Promise<Installation> {
  const authority = authorityFiles(directory);
  const keyPutAway = `${authority.intermediateKey}.away`;
  const files = { certificate: join(directory, 'server.pem'), key: join(directory, 'server.key') };
  const canSign = () => exists(authority.intermediateKey);

  const forbidSigning = async () => {
    if (await canSign()) await rename(authority.intermediateKey, keyPutAway);
  };

  const write = async (faults: ReadonlySet<Fault>) => {
    if (!(await canSign())) await rename(keyPutAway, authority.intermediateKey);
    const [certificate, key] = await Promise.all([
      readFile(authority.intermediate, 'utf8'),
      readFile(authority.intermediateKey, 'utf8'),
    ]);
    const names: [string, ...string[]] = faults.has('wrong-name') ? ['old.paksa.local'] : [...NAMES];
    const issued = await issueCertificate({ certificate, key }, { names, ...validity(faults) });
    await replaceFiles([
      { path: files.key, content: issued.key, secret: true },
      {
        path: files.certificate,
        content: faults.has('missing-intermediate') ? issued.leaf : issued.chain,
        secret: false,
      },
    ]);
    if (faults.has('renewal-fails')) await forbidSigning();
  };

  const known = [authority.root, authority.intermediate];
  const complete =
    (await Promise.all(known.map(exists))).every(Boolean) &&
    ((await canSign()) || (await exists(keyPutAway)));
  if (!complete) await createAuthority(directory);
  if (!complete || !(await isUsable(files))) await write(new Set());
  return { directory, files, write, forbidSigning, canSign };
}

function validity(faults: ReadonlySet<Fault>): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // An hour more than whole days, so that a reader some minutes later counts the same.
  const days = faults.has('expired') ? -2 : faults.has('expiring') ? 5 : VALID_DAYS;
  const notAfter = now + days * DAY_MS + (days > 0 ? HOUR_MS : -HOUR_MS);
  return {
    notBefore: new Date(Math.min(now - HOUR_MS, notAfter - VALID_DAYS * DAY_MS)),
    notAfter: new Date(notAfter),
  };
}

async function isUsable(files: Installation['files']): Promise<boolean> {
  const installed = await readInstalled(hostFiles, files).catch(() => undefined);
  return installed?.chain[0].publicKey.equals(installed.key.publicKey) ?? false;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
