/** Secrets: what they hold stays here. Copies are Paksa's own, under a name made from a label, and cannot be changed. */
import { createHash, randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { fingerprint } from '../runtime/fingerprint.ts';
import { type Cluster, FIELD_MANAGER, MANAGED_BY } from './cluster.ts';
import { fail, isConflict } from './errors.ts';

/** Says of a copy which secret it was made from. */
const KEPT_FROM = 'paksa/kept-from';

/** A DNS label's; longer names are legal, but not everywhere that a secret's name is written. */
const MOST_NAME_CHARACTERS = 63;

/** 64 characters of base64url. */
const NEW_VALUE_BYTES = 48;

export const readSecret = (cluster: Cluster, name: string): Promise<V1Secret> =>
  cluster.core.readNamespacedSecret({ name, namespace: cluster.settings.namespace });

export const secretBytes = (value: string): Buffer => Buffer.from(value, 'base64');
export const secretText = (value: string): string => secretBytes(value).toString();

/** @throws AdapterError not-found */
export async function secretFingerprint(cluster: Cluster, name: string, key: string): Promise<string> {
  return fingerprint(secretBytes(heldUnder(await readSecret(cluster, name), name, key)));
}

/** @throws AdapterError not-found */
export const secretVersion = async (cluster: Cluster, name: string): Promise<string> =>
  (await readSecret(cluster, name)).metadata?.resourceVersion ?? '';

/** In base64. @throws AdapterError not-found */
export function heldUnder({ data = {}, metadata }: V1Secret, name: string, key: string): string {
  const value = data[key];
  if (value !== undefined) return value;
  const has = Object.keys(data).join(', ') || 'none';
  throw fail(
    'get secrets',
    `Secret ${metadata?.namespace}/${name} has no key ${key} (it has ${has}): check the key in paksa.yaml.`,
    'not-found',
  );
}

/** Copies a secret; a label that was used before keeps what was kept then. Resolves with the copy's name. */
export async function keepSecret(cluster: Cluster, name: string, label: string): Promise<string> {
  const { namespace } = cluster.settings;
  const kept = keptName(name, label);
  const { data = {} } = await readSecret(cluster, name);
  const body: V1Secret = {
    metadata: { name: kept, namespace, labels: { ...MANAGED_BY }, annotations: { [KEPT_FROM]: name } },
    data,
    immutable: true,
  };
  try {
    await cluster.core.createNamespacedSecret({ namespace, body, fieldManager: FIELD_MANAGER });
  } catch (error) {
    // Taken: by an earlier try of the same attempt, or by something that is not ours to go back to.
    if (!isConflict(error)) throw error;
    await readKept(cluster, name, kept);
  }
  return kept;
}

/** A DNS name: what is too long or not allowed is told apart by a hash of the whole. */
export function keptName(name: string, label: string): string {
  const wanted = `${name}-kept-${label}`;
  const allowed = wanted
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/-+$/, '');
  if (allowed === wanted && wanted.length <= MOST_NAME_CHARACTERS) return wanted;
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 10);
  const room = MOST_NAME_CHARACTERS - hash.length - 1;
  return `${allowed.slice(0, room).replace(/-+$/, '')}-${hash}`;
}

async function readKept(cluster: Cluster, name: string, kept: string): Promise<V1Secret> {
  const secret = await readSecret(cluster, kept);
  const { labels, annotations, namespace } = secret.metadata ?? {};
  const ours = Object.entries(MANAGED_BY).every(([key, value]) => labels?.[key] === value);
  if (ours && annotations?.[KEPT_FROM] === name) return secret;
  throw fail(
    'get secrets',
    `Secret ${namespace}/${kept} is no copy of ${name} made by Paksa: nothing was changed. Look whose it is.`,
    'refused',
  );
}

/** Makes the secret hold what the copy holds, and nothing else. @throws AdapterError */
export async function restoreSecret(cluster: Cluster, name: string, kept: string): Promise<void> {
  const copy = await readKept(cluster, name, kept);
  const present = await readChangeable(cluster, name);
  const gone = Object.keys(present.data ?? {}).map((key) => [key, null]);
  await patchData(cluster, name, present, { ...Object.fromEntries(gone), ...copy.data });
}

/** @throws AdapterError not-found, refused, failed (retryable: it was changed at the same time) */
export async function rotateSecret(cluster: Cluster, name: string, key: string): Promise<void> {
  const present = await readChangeable(cluster, name);
  heldUnder(present, name, key);
  await patchData(cluster, name, present, { [key]: Buffer.from(newValue()).toString('base64') });
}

export const newValue = (): string => randomBytes(NEW_VALUE_BYTES).toString('base64url');

export async function readChangeable(cluster: Cluster, name: string): Promise<V1Secret> {
  const secret = await readSecret(cluster, name);
  if (!secret.immutable) return secret;
  throw fail(
    'patch secrets',
    `Secret ${secret.metadata?.namespace}/${name} is immutable: make a new one, and have the workloads use that.`,
    'refused',
  );
}

/** Null removes a key. Refused by the cluster where the secret was changed since it was read. */
export async function patchData(
  cluster: Cluster,
  name: string,
  { metadata }: V1Secret,
  data: Readonly<Record<string, string | null>>,
): Promise<void> {
  const { namespace } = cluster.settings;
  const body = { metadata: { resourceVersion: metadata?.resourceVersion }, data };
  await cluster.core.patchNamespacedSecret(
    { name, namespace, body, fieldManager: FIELD_MANAGER },
    cluster.as('MergePatch'),
  );
}
