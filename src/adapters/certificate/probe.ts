/** Reads what is installed, and what a renewal would ask for. Changes nothing, and asks nobody to issue anything. */
import { isInOrder, readCertificate } from '../tls/read-certificate.ts';
import { planWithCertbot } from './certbot.ts';
import { refuseIfAborted } from './errors.ts';
import { readInstalled } from './files.ts';
import { planWithLocalCa } from './local-ca.ts';
import type { CertificateProbe, CertificateSettings } from './port.ts';

export function createCertificateProbe(settings: () => CertificateSettings): CertificateProbe {
  return {
    async installed(signal) {
      refuseIfAborted('look at the certificate', signal);
      const { chain, key, keyMode } = await readInstalled(settings().files);
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
      const { files, authority } = settings();
      return authority.kind === 'certbot'
        ? planWithCertbot(files, authority)
        : planWithLocalCa(files, authority);
    },
  };
}
