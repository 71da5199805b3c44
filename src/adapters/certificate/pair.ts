/** A certificate and its key whole, to be brought elsewhere: the one reading of the key's content. */
import { onThisHost } from '../exec/host.ts';
import type { Everywhere } from '../exec/port.ts';
import { placeOf } from './place.ts';
import type { CertificateSettings, NamedContent, ReadPair } from './port.ts';

export function createPairReader(
  settings: () => Pick<CertificateSettings, 'files' | 'place'>,
  everywhere: Everywhere = onThisHost,
): ReadPair {
  const open = placeOf(settings, everywhere);
  return async (signal) => {
    const { files } = await open(signal);
    const read = async (path: string): Promise<NamedContent> => ({
      name: files.named(path),
      content: await files.read(path),
    });
    const { certificate, key } = settings().files;
    return { certificate: await read(certificate), key: await read(key) };
  };
}
