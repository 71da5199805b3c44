/** Keys and certificates of the cluster, new at every start. */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openssl } from '../../harness/openssl.ts';

export interface Credentials {
  /** Paths. */
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** What the API server shows to the kubelet, which trusts nothing else. */
  readonly clientCertificate: string;
  readonly clientKey: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly tokenFile: string;
  /** PEM of the server's certificate. */
  readonly authority: string;
  readonly adminToken: string;
}

export async function makeCredentials(folder: string, address: string): Promise<Credentials> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  const names = `IP:${address},IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc`;
  const selfSigned = (name: string, subject: string, ...extensions: string[]) =>
    openssl(
      ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-days', '3650', '-subj', subject, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)],
      ...extensions.flatMap((extension) => ['-addext', extension]),
    );
  const adminToken = randomBytes(24).toString('hex');
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await Promise.all([
    selfSigned('apiserver', '/CN=paksa-lab', `subjectAltName=${names}`),
    selfSigned('client', '/O=system:masters/CN=paksa-lab-apiserver', 'extendedKeyUsage=clientAuth'),
    writeFile(at('tokens.csv'), `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(at('service-account.key'), privateKey, { mode: 0o600 }),
    writeFile(at('service-account.pub'), publicKey),
  ]);
  return {
    serverCertificate: at('apiserver.pem'),
    serverKey: at('apiserver.key'),
    clientCertificate: at('client.pem'),
    clientKey: at('client.key'),
    serviceAccountKey: at('service-account.key'),
    serviceAccountPublicKey: at('service-account.pub'),
    tokenFile: at('tokens.csv'),
    authority: await readFile(at('apiserver.pem'), 'utf8'),
    adminToken,
  };
}
