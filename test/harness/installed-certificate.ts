/** A certificate and its key as installed by a local CA: a fresh folder with both files for each test of a file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { IssuedCertificate } from '../../src/adapters/certificate/issue.ts';
import type { CertificateAuthority, CertificateFiles } from '../../src/adapters/certificate/port.ts';
import { type TestAuthority, testAuthority } from './certificates.ts';
import { type TemporaryFolder, temporaryFolder } from './folder.ts';

export interface InstalledCertificateFixture {
  /** The folder of the whole test file. */
  readonly shared: string;
  readonly authority: TestAuthority;
  readonly localCa: Extract<CertificateAuthority, { kind: 'local-ca' }>;
  /** What is installed before each test, for api.paksa.test. */
  readonly good: IssuedCertificate;
  /** This test's folder, and the two files in it. */
  readonly folder: string;
  readonly files: CertificateFiles;
}

/** Call it at the top of a test file. @returns what gives the fixture, from within a test */
export function installedCertificate(): () => InstalledCertificateFixture {
  let temporary: TemporaryFolder;
  let authority: TestAuthority;
  let good: IssuedCertificate;
  let fixture: InstalledCertificateFixture | undefined;
  let count = 0;

  beforeAll(async () => {
    temporary = await temporaryFolder();
    authority = await testAuthority(join(temporary.path, 'authority'));
    good = await authority.issue({ names: ['api.paksa.test'] });
  });
  afterAll(() => temporary[Symbol.asyncDispose]());
  beforeEach(async () => {
    count += 1;
    const folder = join(temporary.path, `test-${count}`);
    const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
    await mkdir(folder);
    await writeFile(files.certificate, good.chain);
    await writeFile(files.key, good.key, { mode: 0o600 });
    const localCa = { kind: 'local-ca', directory: join(temporary.path, 'authority'), days: 30 } as const;
    fixture = { shared: temporary.path, authority, localCa, good, folder, files };
  });

  return () => {
    if (fixture === undefined) throw new Error('there is a fixture within a test only');
    return fixture;
  };
}
