/** One X.509 certificate as facts. Node's `X509Certificate` gives them all, for RSA, EC and Ed25519 alike. */
import type { X509Certificate } from 'node:crypto';
import type { Certificate } from './port.ts';

export function readCertificate(x509: X509Certificate): Certificate {
  const names = alternativeNames(x509);
  return {
    subject: lastCommonName(x509.subject) ?? names[0] ?? '(no name)',
    issuer: lastCommonName(x509.issuer) ?? (x509.issuer.replaceAll('\n', ', ') || '(no name)'),
    names,
    serial: x509.serialNumber,
    fingerprint: x509.fingerprint256,
    notBefore: x509.validFromDate,
    notAfter: x509.validToDate,
    ...keyOf(x509),
    signature: x509.signatureAlgorithm ?? x509.signatureAlgorithmOid,
    selfSigned: isIssuedBy(x509, x509),
  };
}

/** Whether `issuer` signed `x509`: its name, its key, and the signature itself. */
export function isIssuedBy(x509: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return x509.checkIssued(issuer) && x509.verify(issuer.publicKey);
  } catch {
    return false; // a key of a kind that OpenSSL does not know
  }
}

/** Whether each certificate is issued by the next one. */
export function isInOrder(chain: readonly X509Certificate[]): boolean {
  return chain.every((x509, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || isIssuedBy(x509, issuer);
  });
}

function keyOf(x509: X509Certificate): Pick<Certificate, 'keyType' | 'keyBits'> {
  try {
    const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = x509.publicKey;
    return { keyType: type, keyBits: details?.modulusLength ?? curveBits(details?.namedCurve ?? type) };
  } catch {
    return { keyType: 'unknown', keyBits: 0 };
  }
}

/** Curves carry their size in their name: `prime256v1`, `secp384r1`; the two Edwards curves carry their prime. */
function curveBits(curve: string): number {
  if (curve === 'ed25519') return 256;
  if (curve === 'ed448') return 456;
  return Number(/\d{3}/.exec(curve)?.[0] ?? 0);
}

/** One `TYPE=value` a line, the most specific last; several common names are legal. */
const lastCommonName = (distinguishedName: string): string | undefined =>
  distinguishedName
    .split('\n')
    .findLast((line) => line.startsWith('CN='))
    ?.slice('CN='.length);

/** Node prints `DNS:a, IP Address:1.2.3.4`, and a value with a comma or a quote in it as a JSON string. */
const ALTERNATIVE_NAME = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

function alternativeNames(x509: X509Certificate): string[] {
  return [...(x509.subjectAltName ?? '').matchAll(ALTERNATIVE_NAME)].flatMap(([, kind, printed = '']) => {
    if (kind === 'DNS') return [printed.startsWith('"') ? String(JSON.parse(printed)) : printed];
    if (kind === 'IP Address') return [shortAddress(printed)];
    return [];
  });
}

/** `0:0:0:0:0:0:0:1` as people write it, `::1`; anything that is no IPv6 address stays as it is. */
function shortAddress(address: string): string {
  if (!address.includes(':')) return address;
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address;
}
