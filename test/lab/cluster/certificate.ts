/** A stack's certificate, from an authority of its own, on disk where the topic `ssl` finds and renews it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateSettings } from '../../../src/adapters/certificate/port.ts';
import { testAuthority, writePem } from '../../harness/certificates.ts';

export interface StackCertificate {
  readonly settings: CertificateSettings;
  /** Path of the root to trust. */
  readonly trust: string;
  /** PEM. */
  readonly chain: string;
  readonly key: string;
}

const DAYS = 60;

export async function stackCertificate(
  folder: string,
  names: [string, ...string[]],
): Promise<StackCertificate> {
  const directory = join(folder, 'authority');
  await mkdir(folder, { recursive: true });
  const authority = await testAuthority(directory);
  const { chain, key } = await authority.issue({ names });
  const files = {
    certificate: await writePem(folder, 'server.pem', chain),
    key: await writePem(folder, 'server.key', key),
  };
  const settings = { files, authority: { kind: 'local-ca', directory, names, days: DAYS } } as const;
  return { settings, trust: authority.trust, chain, key };
}
