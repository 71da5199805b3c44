/** Certificates for tests, from an authority in a folder: whatever names and dates are asked for. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityFiles, createAuthority } from '../../sandbox/stack/authority.ts';
import { type IssuedCertificate, issueCertificate } from '../../src/adapters/certificate/issue.ts';

const DAY_MS = 86_400_000;

export interface TestAuthority {
  /** Path of the root, to be trusted. */
  readonly trust: string;
  /** PEM. */
  readonly root: string;
  readonly intermediate: string;
  /** Valid from yesterday for 60 days, for localhost and 127.0.0.1, unless asked otherwise. */
  issue(asked?: { names?: [string, ...string[]]; from?: Date; until?: Date }): Promise<IssuedCertificate>;
}

const HERE: [string, ...string[]] = ['localhost', '127.0.0.1'];

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

export async function testAuthority(directory: string): Promise<TestAuthority> {
  await createAuthority(directory, { name: 'Test' });
  const files = authorityFiles(directory);
  const [root, intermediate, key] = await Promise.all([
    readFile(files.root, 'utf8'),
    readFile(files.intermediate, 'utf8'),
    readFile(files.intermediateKey, 'utf8'),
  ]);
  return {
    trust: files.root,
    root,
    intermediate,
    issue: ({ names = HERE, from = daysFromNow(-1), until = daysFromNow(60) } = {}) =>
      issueCertificate({ certificate: intermediate, key }, { names, notBefore: from, notAfter: until }),
  };
}

/** Writes PEM text under a name, for programs that read files. @returns its path */
export async function writePem(directory: string, name: string, ...pem: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, pem.join(''), { mode: 0o600 });
  return path;
}
