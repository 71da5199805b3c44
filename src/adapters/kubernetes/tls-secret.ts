/** The secret that the ingress serves: its certificate is read, its key only ever written. */
import { X509Certificate } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import { parseCertificates, parsePrivateKey } from '../certificate/pem.ts';
import type { CertificatePair } from '../certificate/port.ts';
import { readCertificate } from '../tls/read-certificate.ts';
import { type Cluster, FIELD_MANAGER } from './cluster.ts';
import { fail } from './errors.ts';
import type { TlsSecret } from './port.ts';
import { readChangeable, readSecret, secretBytes } from './secrets.ts';

const CERTIFICATE = 'tls.crt';
const KEY = 'tls.key';

export async function readTlsSecret(cluster: Cluster): Promise<TlsSecret> {
  const { tlsSecret: name, namespace } = cluster.settings;
  const { metadata, data = {} } = await readSecret(cluster, name);
  const where = `Secret ${namespace}/${name}`;
  const held = data[CERTIFICATE];
  if (!held)
    throw fail('get secrets', `${where} has no ${CERTIFICATE}: is kubernetes.tlsSecret another one?`);
  const leaf = parseLeaf(secretBytes(held), where);
  return { name, namespace, resourceVersion: metadata?.resourceVersion ?? '', leaf: readCertificate(leaf) };
}

/** The first certificate of a PEM file. */
function parseLeaf(pem: Buffer, where: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw fail(
      'get secrets',
      `${where} holds no readable certificate in ${CERTIFICATE}: put a valid one there.`,
    );
  }
}

/**
 * Puts what is installed into the secret, as `kubectl apply` does: a dry run first, so that an admission plugin that
 * objects has objected before anything is written. Forced, because whoever made the secret by hand holds its fields.
 */
export async function applyTlsSecret(cluster: Cluster, pair: CertificatePair): Promise<void> {
  const data = dataOf(pair);
  const { tlsSecret: name, namespace } = cluster.settings;
  const present = await readPresent(cluster, name);
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, ...pickVersion(present) },
    // A secret's type cannot be changed: one that was made as Opaque stays so.
    type: present?.type ?? 'kubernetes.io/tls',
    data,
  };
  const request = { name, namespace, body, fieldManager: FIELD_MANAGER, force: true };
  await cluster.core.patchNamespacedSecret({ ...request, dryRun: 'All' }, cluster.as('ServerSideApply'));
  await cluster.core.patchNamespacedSecret(request, cluster.as('ServerSideApply'));
}

/** So that what was changed since it was read is not overwritten. */
const pickVersion = (present: V1Secret | undefined): { resourceVersion?: string } => {
  const resourceVersion = present?.metadata?.resourceVersion;
  return resourceVersion === undefined ? {} : { resourceVersion };
};

async function readPresent(cluster: Cluster, name: string): Promise<V1Secret | undefined> {
  try {
    return await readChangeable(cluster, name);
  } catch (error) {
    if (error instanceof AdapterError && error.fault === 'not-found') return undefined;
    throw error;
  }
}

/** @throws AdapterError naming the file, before anything is written */
function dataOf({ certificate, key }: CertificatePair): Record<string, string> {
  const [leaf] = parseCertificates(certificate.name, certificate.content);
  const refuse = (says: string) =>
    fail('read the certificate', `${says} The secret was not changed.`, 'refused');
  if (!leaf.checkPrivateKey(parsePrivateKey(key.name, key.content))) {
    throw refuse(
      `${key.name} is not the key of ${certificate.name}: put the two that belong together there.`,
    );
  }
  const now = Date.now();
  if (leaf.validToDate.getTime() <= now) {
    throw refuse(`${certificate.name} expired on ${day(leaf.validToDate)}: renew it first.`);
  }
  if (leaf.validFromDate.getTime() > now) {
    throw refuse(
      `${certificate.name} is valid from ${day(leaf.validFromDate)} on only: check this machine's clock.`,
    );
  }
  return {
    [CERTIFICATE]: certificate.content.toString('base64'),
    [KEY]: key.content.toString('base64'),
  };
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
