/** The password of the database's role, where a secret of the cluster holds it: in an address, or alone. It stays with the adapters. */
import type { V1Secret } from '@kubernetes/client-node';
import type { AdapterError } from '../../errors.ts';
import type { ReadLogin, RoleLogin } from '../postgres/port.ts';
import { parseAddress } from '../runtime/address.ts';
import { passwordIn, withPassword } from '../runtime/address-password.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { fail } from './errors.ts';
import type { DatabaseSecret, KubernetesSettings } from './port.ts';
import { heldUnder, newValue, patchData, readChangeable, readSecret, secretText } from './secrets.ts';

/** For the database's adapter: who the secret says logs in. @throws AdapterError not-found, refused */
export function createLoginReader(settings: () => KubernetesSettings): ReadLogin {
  const open = createCluster(settings);
  return async (secret, signal) => {
    const cluster = await open(signal);
    return loginIn(await readSecret(cluster, secret.name), secret);
  };
}

function loginIn(found: V1Secret, secret: DatabaseSecret): RoleLogin {
  const value = secretText(heldUnder(found, secret.name, secret.key));
  if (secret.user !== undefined) {
    if (value === '') throw unfit(found, secret, 'is empty');
    return { user: secret.user, password: value };
  }
  const address = parseAddress(value);
  if (!address?.scheme.startsWith('postgres')) throw unfit(found, secret, 'is no address of PostgreSQL');
  const password = passwordIn(value);
  if (address.user === '' || password === undefined)
    throw unfit(found, secret, 'is an address without a role or a password that can be read');
  return { user: address.user, password, address };
}

/** @throws AdapterError not-found, refused, failed (retryable: it was changed at the same time) */
export async function rotatePassword(cluster: Cluster, secret: DatabaseSecret): Promise<void> {
  const present = await readChangeable(cluster, secret.name);
  loginIn(present, secret);
  const held = secretText(heldUnder(present, secret.name, secret.key));
  const value = secret.user === undefined ? withPassword(held, newValue()) : newValue();
  if (value === undefined) throw unfit(present, secret, 'has no password to replace');
  await patchData(cluster, secret.name, present, { [secret.key]: Buffer.from(value).toString('base64') });
}

const unfit = ({ metadata }: V1Secret, { name, key }: DatabaseSecret, why: string): AdapterError =>
  fail(
    'read the database’s password',
    `What ${metadata?.namespace}/${name} holds under ${key} ${why}: correct the key in paksa.yaml (kubernetes.databaseSecret), name the role there as user where it is a password alone, or correct the secret.`,
    'refused',
  );
