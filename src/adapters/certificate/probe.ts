/** Reads what is installed, and what a renewal would ask for. Changes nothing, and asks nobody to issue anything. */
import { isInOrder, readCertificate } from '../tls/read-certificate.ts';
import { planWithCertbot } from './certbot.ts';
import { refuseIfAborted } from './errors.ts';
import { readInstalled } from './files.ts';
import { planWithLocalCa } from './local-ca.ts';
import type { CertificateAuthority, CertificateFiles, CertificateProbe } from './port.ts';

export function createCertificateProbe(
  files: CertificateFiles,
  authority: CertificateAuthority,
): CertificateProbe {
  return {
    async installed(signal) {
      refuseIfAborted('look at the certificate', signal);
      const { chain, key, keyMode } = await readInstalled(files);
      const [leaf] = chain;
      return {
        leaf: readCertificate(leaf),
        chain: chain.map(readCertificate),
        chainInOrder: isInOrder(chain),
        keyMatches: leaf.checkPrivateKey(key),
        keyMode,
      };
    },

    async plan(signal) {
      refuseIfAborted('look at the renewal', signal);
      return authority.kind === 'certbot'
        ? planWithCertbot(files, authority)
        : planWithLocalCa(files, authority);
    },
  };
}
