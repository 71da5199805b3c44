/** The backend of a stack in the cluster under a role of its own, as in production: it and Paksa, who is the superuser, differ. */
import { randomBytes } from 'node:crypto';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { ClusterStack } from './cluster-stack.ts';
import { sql } from './faults/sql.ts';

export const BACKEND_ROLE = 'paksa_app';
/** Where the manifests have the backend take its address from. */
export const DATABASE_SECRET = { name: 'paksa-secrets', key: 'DATABASE_URL' } as const;

const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Resolves, with the address, when all of its pods are ready with it. */
export async function giveBackendItsRole(stack: ClusterStack): Promise<string> {
  const { cluster, namespace } = stack;
  const address = new URL(stack.databaseUrl);
  address.username = BACKEND_ROLE;
  address.password = `old-${randomBytes(12).toString('hex')}`;
  await sql(
    stack,
    `CREATE ROLE ${BACKEND_ROLE} LOGIN PASSWORD '${address.password}'`,
    `GRANT pg_read_all_data, pg_write_all_data TO ${BACKEND_ROLE}`,
  );
  await holdAddress(stack, address.href);
  await cluster.restart(namespace, 'deployment/paksa-backend');
  await stack.untilRolledOut('deployment/paksa-backend');
  return address.href;
}

/** Puts an address into the secret; the role and the pods stay as they are. */
export async function holdAddress({ cluster, namespace }: ClusterStack, address: string): Promise<void> {
  const data = { [DATABASE_SECRET.key]: Buffer.from(address).toString('base64') };
  await cluster.core.patchNamespacedSecret({ name: DATABASE_SECRET.name, namespace, body: { data } }, MERGE);
}
