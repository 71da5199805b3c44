/** Reads the PEM that people really have: several certificates in a file, text between them, and what is not PEM at all. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { AdapterError } from '../../errors.ts';
import { failed } from './errors.ts';

/** More than any chain needs: a bundle of authorities was put where a chain belongs. */
const MOST_CERTIFICATES = 20;

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END (?:X509 |TRUSTED )?CERTIFICATE-----/gs;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----.*?-----END (?:[A-Z]+ )?PRIVATE KEY-----/s;

/** The certificates of a file, in its order. @throws AdapterError failed, saying what is malformed */
export function parseCertificates(path: string, content: Buffer): [X509Certificate, ...X509Certificate[]] {
  const text = content.toString('latin1');
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length > MOST_CERTIFICATES) {
    throw failed(
      'read',
      `${path} holds ${blocks.length} certificates: put the leaf and its intermediates alone into it.`,
    );
  }
  const [leaf, ...rest] = blocks.map((block, index) => parse(path, block, index + 1));
  if (leaf === undefined) throw failed('read', `${path} ${whyNoCertificate(content, text)}`);
  if ((text.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g)?.length ?? 0) > blocks.length) {
    throw failed('read', `${path} ends in the middle of a certificate: write it again, whole.`);
  }
  return [leaf, ...rest];
}

function parse(path: string, block: string, position: number): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch (error) {
    throw failed('read', `Certificate ${position} in ${path} is malformed: replace it.`, error);
  }
}

function whyNoCertificate(content: Buffer, text: string): string {
  if (content.length === 0) return 'is empty: put the certificate back.';
  if (text.includes('-----BEGIN CERTIFICATE-----'))
    return 'ends in the middle of a certificate: write it again, whole.';
  if (PRIVATE_KEY.test(text)) return 'holds a private key and no certificate: are the two files swapped?';
  if (/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(text))
    return 'holds a certificate request, not a certificate.';
  if (isDerCertificate(content)) {
    return 'is DER, not PEM: convert it with “openssl x509 -inform der -in … -out …”.';
  }
  return 'holds no PEM certificate: check the path in the configuration.';
}

function isDerCertificate(content: Buffer): boolean {
  try {
    return content[0] === 0x30 && new X509Certificate(content).raw.length > 0;
  } catch {
    return false;
  }
}

/** The private key of a file. The error never quotes the file. @throws AdapterError failed */
export function parsePrivateKey(path: string, content: Buffer): KeyObject {
  const block = findPrivateKey(path, content);
  try {
    return createPrivateKey(block);
  } catch (error) {
    throw unusableKey(path, block, error);
  }
}

/** The block of a private key; of a file's labels alone, its labels. @throws AdapterError failed, saying what is there instead */
export function findPrivateKey(path: string, content: Buffer): string {
  const text = content.toString('latin1');
  const block = PRIVATE_KEY.exec(text)?.[0];
  if (block === undefined) throw failed('read', `${path} ${whyNoKey(content, text)}`);
  return block;
}

/** Why a block that was found is no key that can be read. */
export const unusableKey = (path: string, block: string, cause?: unknown): AdapterError =>
  block.includes('ENCRYPTED')
    ? failed(
        'read',
        `The key in ${path} is encrypted, so it cannot be compared: store it without a passphrase.`,
      )
    : failed('read', `The key in ${path} is malformed: replace it.`, cause);

function whyNoKey(content: Buffer, text: string): string {
  if (content.length === 0) return 'is empty: put the key back.';
  if (/-----BEGIN .*PRIVATE KEY-----/.test(text))
    return 'ends in the middle of the key: write it again, whole.';
  if (text.includes('-----BEGIN CERTIFICATE-----'))
    return 'holds a certificate and no key: are the two files swapped?';
  if (content[0] === 0x30) return 'is DER, not PEM: convert it with “openssl pkey -inform der -in … -out …”.';
  return 'holds no PEM private key: check the path in the configuration.';
}
