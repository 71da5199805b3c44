/** The bot's own user: the service account of deploy/rbac.yaml, with the rights that are written there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import type { Cluster } from './cluster.ts';
import { readManifest } from './manifest.ts';

/** The namespaces as the manifest names them: the bot's own, and the one that it looks after. */
const BOT_NAMESPACE = 'paksa';
export const WATCHED_NAMESPACE = 'paksa-financial';

const readRights = async () => readManifest(await readFile(join(ROOT, 'deploy', 'rbac.yaml'), 'utf8'));

/** What holds for the whole cluster. @returns the bot's token, good for a month */
export async function createBotUser(cluster: Cluster): Promise<string> {
  await cluster.ensureNamespace(BOT_NAMESPACE, {});
  for (const object of await readRights())
    if (object.metadata?.namespace !== WATCHED_NAMESPACE) await cluster.apply(object);
  const { status } = await cluster.core.createNamespacedServiceAccountToken({
    namespace: BOT_NAMESPACE,
    name: 'paksa',
    body: { spec: { audiences: [], expirationSeconds: 30 * 86_400 } },
  });
  if (status?.token === undefined) throw new Error('the cluster gave no token for the service account paksa');
  return status.token;
}

/** The bot's rights in one namespace. */
export async function admitBot(cluster: Cluster, namespace: string): Promise<void> {
  for (const object of await readRights())
    if (object.metadata?.namespace === WATCHED_NAMESPACE)
      await cluster.apply({ ...object, metadata: { ...object.metadata, namespace } });
}
