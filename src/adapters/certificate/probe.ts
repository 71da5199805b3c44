/** Reads what is installed, and what a renewal would ask for. Changes nothing, and asks nobody to issue anything. */
import { X509Certificate } from 'node:crypto';
import { onThisHost } from '../exec/host.ts';
import type { Everywhere } from '../exec/port.ts';
import { isInOrder, isIssuedBy, readCertificate } from '../tls/read-certificate.ts';
import { trustedAuthorities } from '../tls/trust.ts';
import { planWithCertbot } from './certbot.ts';
import { refuseIfAborted } from './errors.ts';
import { readInstalled } from './installed.ts';
import { planWithLocalCa } from './local-ca.ts';
import { placeOf } from './place.ts';
import type { CertificateProbe, CertificateSettings } from './port.ts';

/**
 * `trust`: path, on this host, of authorities that are trusted beside those of the system. `everywhere`: the replicas of the
 * settings' place, of which the first is meant.
 */
export function createCertificateProbe(
  settings: () => CertificateSettings,
  trust: () => string | undefined = () => undefined,
  everywhere: Everywhere = onThisHost,
): CertificateProbe {
  const open = placeOf(settings, everywhere);
  return {
    async installed(signal) {
      refuseIfAborted('look at the certificate', signal);
      const { files } = await open(signal);
      const { chain, key } = await readInstalled(files, settings().files);
      const [leaf] = chain;
      const missingIssuer = await missingAfter(chain.at(-1) ?? leaf, trust());
      return {
        leaf: readCertificate(leaf),
        chain: chain.map(readCertificate),
        chainInOrder: isInOrder(chain),
        ...(missingIssuer === undefined ? {} : { missingIssuer }),
        keyMatches: leaf.publicKey.equals(key.publicKey),
        keyMode: key.mode,
      };
    },

    async plan(signal) {
      refuseIfAborted('look at the renewal', signal);
      const { files, authority } = settings();
      return authority.kind === 'certbot'
        ? planWithCertbot(await open(signal), files, authority)
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
