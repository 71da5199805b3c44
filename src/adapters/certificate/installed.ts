/** The certificate and its key as they are in their place: the key only by what its public half tells. */
import type { X509Certificate } from 'node:crypto';
import { parseCertificates } from './pem.ts';
import type { KeyFacts, PlaceFiles } from './place.ts';
import type { CertificateFiles } from './port.ts';

export type Chain = [X509Certificate, ...X509Certificate[]];

export interface InstalledFiles {
  readonly chain: Chain;
  readonly key: KeyFacts;
}

export async function readInstalled(files: PlaceFiles, paths: CertificateFiles): Promise<InstalledFiles> {
  // One after the other: of two files that are wrong, the certificate is told.
  const chain = await readChain(files, paths.certificate);
  return { chain, key: await files.keyFacts(paths.key) };
}

export const readChain = async (files: PlaceFiles, path: string): Promise<Chain> =>
  parseCertificates(files.named(path), await files.read(path));
