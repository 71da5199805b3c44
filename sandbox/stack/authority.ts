/** A certificate authority of one's own: a root to trust, and an intermediate that signs. For the sandbox and the tests. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import forge from 'node-forge';
import { replaceFiles } from '../../src/adapters/certificate/files.ts';
import { generateRsaKey, randomSerial } from '../../src/adapters/certificate/issue.ts';

const YEAR_MS = 365 * 86_400_000;

/** Paths of what lies in an authority's folder. The root's key is thrown away: nobody needs it again. */
export const authorityFiles = (directory: string) => ({
  root: join(directory, 'root.pem'),
  intermediate: join(directory, 'intermediate.pem'),
  intermediateKey: join(directory, 'intermediate.key'),
});

export interface AuthorityOptions {
  /** What its certificates are called, before `Root` and `Intermediate`. */
  readonly name?: string;
  /** When the intermediate ends; five years from now when unset. */
  readonly intermediateEnds?: Date;
}

export async function createAuthority(directory: string, options: AuthorityOptions = {}): Promise<void> {
  const { name = 'Paksa Sandbox', intermediateEnds = new Date(Date.now() + 5 * YEAR_MS) } = options;
  const rootKeys = await generateRsaKey();
  const keys = await generateRsaKey();
  const root = { name: `${name} Root`, ...rootKeys };
  const files = authorityFiles(directory);

  await mkdir(directory, { recursive: true, mode: 0o700 });
  await replaceFiles([
    { path: files.intermediateKey, content: keys.privateKey, secret: true },
    {
      path: files.intermediate,
      content: certify(`${name} Intermediate`, keys.publicKey, root, intermediateEnds, 0),
      secret: false,
    },
    {
      path: files.root,
      content: certify(root.name, rootKeys.publicKey, root, new Date(Date.now() + 10 * YEAR_MS)),
      secret: false,
    },
  ]);
}

/** A CA certificate for `subject`, signed by `issuer`, PEM; `pathLength` is how many CAs may follow below it. */
function certify(
  subject: string,
  publicKey: string,
  issuer: { name: string; publicKey: string; privateKey: string },
  notAfter: Date,
  pathLength?: number,
): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - YEAR_MS);
  certificate.validity.notAfter = notAfter;
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: issuer.name }]);
  const limit = pathLength === undefined ? {} : { pathLenConstraint: pathLength };
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true, ...limit },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(issuer.publicKey) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(issuer.privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** What node-forge writes as the subject's key identifier: strict clients compare the two. */
const keyIdentifier = (publicKey: string): string =>
  forge.pki
    .getPublicKeyFingerprint(forge.pki.publicKeyFromPem(publicKey), { type: 'RSAPublicKey' })
    .getBytes();
