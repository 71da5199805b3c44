/** Issues a server certificate from an RSA intermediate, as a small in-house CA would: node-forge signs, Node makes the key. */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { promisify } from 'node:util';
import forge from 'node-forge';

export interface Intermediate {
  /** PEM of the intermediate; certificates after the first go into the chain too. */
  readonly certificate: string;
  readonly key: string;
}

export interface LeafRequest {
  /** DNS names, wildcards and IP addresses; the first becomes the common name. */
  readonly names: readonly [string, ...string[]];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface IssuedCertificate {
  /** The leaf alone, PEM. */
  readonly leaf: string;
  /** Leaf first, then the intermediate, PEM. */
  readonly chain: string;
  readonly key: string;
}

/** @throws Error from node-forge when the intermediate's key or certificate is not RSA */
export async function issueCertificate(from: Intermediate, asked: LeafRequest): Promise<IssuedCertificate> {
  const issuer = forge.pki.certificateFromPem(from.certificate);
  const { publicKey, privateKey } = await generateRsaKey();
  const names = asked.names.map((name) => (isIP(name) ? name : domainToASCII(name) || name));

  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = asked.notBefore;
  certificate.validity.notAfter = asked.notAfter;
  // A common name holds 64 characters at most (RFC 5280); longer ones live among the alternative names alone.
  const commonName = names.find((name) => name.length <= 64);
  certificate.setSubject(commonName === undefined ? [] : [{ name: 'commonName', value: commonName }]);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: names.map(alternativeName), critical: commonName === undefined },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifierOf(issuer) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(from.key), forge.md.sha256.create());

  const leaf = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  return { leaf, chain: `${leaf.trimEnd()}\n${from.certificate.trim()}\n`, key: privateKey };
}

/** As the issuer itself states it, since a chain is built by comparing the two; else SHA-1 of its key, as is usual. */
function keyIdentifierOf(issuer: forge.pki.Certificate): string {
  const stated: unknown = issuer.getExtension('subjectKeyIdentifier');
  const hex = stated instanceof Object && 'subjectKeyIdentifier' in stated && stated.subjectKeyIdentifier;
  return typeof hex === 'string'
    ? forge.util.hexToBytes(hex)
    : issuer.generateSubjectKeyIdentifier().getBytes();
}

/** forge's names for the two kinds of GeneralName (RFC 5280, 4.2.1.6). */
const alternativeName = (name: string) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name });

/** 128 bits; positive and never starting with a zero, so that it reads the same everywhere. */
export function randomSerial(): string {
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40;
  return serial.toString('hex');
}

/** Node makes an RSA key in tens of milliseconds where node-forge needs seconds. PEM both. */
export const generateRsaKey = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
