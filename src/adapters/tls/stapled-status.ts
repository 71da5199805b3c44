/** The status in a stapled OCSP response (RFC 6960). Its signature is not checked: Paksa reports what the server says. */
import type { X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import type { PresentedCertificate } from './port.ts';

type Status = NonNullable<PresentedCertificate['stapled']>;

/** `SingleResponse.certStatus` is a choice by tag: [0] good, [1] revoked, [2] unknown. */
const STATUS_BY_TAG: readonly Status[] = ['good', 'revoked', 'unknown'];

/** `unreadable` also when the responder refused, or speaks of another certificate. */
export function stapledStatus(response: Buffer, leaf: X509Certificate): Status {
  try {
    // OCSPResponse { status, [0] { ResponseBytes { oid, OCTET STRING of BasicOCSPResponse } } }
    const basic = decode(bytes(at(at(at(decode(response.toString('binary')), 1), 0), 1)));
    // BasicOCSPResponse { ResponseData, … }; the last SEQUENCE of ResponseData before its extensions lists the answers.
    const answers = items(at(basic, 0)).findLast((item) => item.type === forge.asn1.Type.SEQUENCE);
    const answer = items(answers).find((single) => serialOf(single) === leaf.serialNumber);
    return (answer && STATUS_BY_TAG[at(answer, 1).type]) ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** SingleResponse { CertID { algorithm, name hash, key hash, serial }, certStatus, … } */
const serialOf = (single: forge.asn1.Asn1): string =>
  forge.util
    .bytesToHex(bytes(at(at(single, 0), 3)))
    .replace(/^(00)+(?=..)/, '')
    .toUpperCase();

const decode = (der: string): forge.asn1.Asn1 => forge.asn1.fromDer(der);

function items(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (node === undefined || typeof node.value === 'string') throw new TypeError('not a constructed value');
  return node.value;
}

function at(node: forge.asn1.Asn1, index: number): forge.asn1.Asn1 {
  const item = items(node)[index];
  if (item === undefined) throw new TypeError('too few values');
  return item;
}

function bytes(node: forge.asn1.Asn1): string {
  if (typeof node.value !== 'string') throw new TypeError('not a primitive value');
  return node.value;
}
