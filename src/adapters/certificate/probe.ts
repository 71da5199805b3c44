/** Reads what is installed, and what a renewal would ask for. Changes nothing, and asks nobody to issue anything. */
import { X509Certificate } from 'node:crypto';
import { isInOrder, isIssuedBy, readCertificate } from '../tls/read-certificate.ts';
import { trustedAuthorities } from '../tls/trust.ts';
import { planWithCertbot } from './certbot.ts';
import { refuseIfAborted } from './errors.ts';
import { readInstalled } from './files.ts';
import { planWithLocalCa } from './local-ca.ts';
import type { CertificateProbe, CertificateSettings } from './port.ts';

/** `trust`: path of authorities that are trusted beside those of the system. */
export function createCertificateProbe(
  settings: () => CertificateSettings,
  trust: () => string | undefined = () => undefined,
): CertificateProbe {
  return {
    async installed(signal) {
      refuseIfAborted('look at the certificate', signal);
      const { chain, key, keyMode } = await readInstalled(settings().files);
      const [leaf] = chain;
      const missingIssuer = await missingAfter(chain.at(-1) ?? leaf, trust());
      return {
        leaf: readCertificate(leaf),
        chain: chain.map(readCertificate),
        chainInOrder: isInOrder(chain),
        ...(missingIssuer === undefined ? {} : { missingIssuer }),
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

async function missingAfter(last: X509Certificate, trust: string | undefined): Promise<string | undefined> {
  const { issuer, selfSigned } = readCertificate(last);
  if (selfSigned) return undefined;
  const authorities = await trustedAuthorities({ trust });
  return authorities.some((pem) => isIssuedBy(last, new X509Certificate(pem))) ? undefined : issuer;
}
