/**
 * A cluster on this machine that KUBECONFIG names. Others are left alone, whatever the variable says: the lab breaks what
 * it finds in `paksa-financial`, and that may be somebody's production.
 */

import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { connectCluster } from './cluster.ts';

const LOCAL = /^(kind-|k3d-|minikube$|docker-desktop$|rancher-desktop$|colima)/;

const kubeconfig = z.object({ 'current-context': z.string() });

/** Its kubeconfig's path; nothing when there is none, or when its current context is no local cluster's. */
export function localCluster(): string | undefined {
  const path = process.env.KUBECONFIG;
  if (!path || !existsSync(path)) return undefined;
  const read = kubeconfig.safeParse(parse(readFileSync(path, 'utf8')));
  return read.success && LOCAL.test(read.data['current-context']) ? path : undefined;
}

/** @throws Error with the command, when the cluster's node does not have them all: no registry has them either */
export async function requireImages(
  kubeconfig: string,
  node: string,
  images: readonly string[],
): Promise<void> {
  const { status } = await connectCluster(kubeconfig).core.readNode({ name: node });
  const there = (status?.images ?? []).flatMap(({ names }) => names ?? []);
  // An engine may say where it thinks that an image is from, such as docker.io/.
  const missing = images.filter(
    (image) => !there.some((name) => name === image || name.endsWith(`/${image}`)),
  );
  if (missing.length > 0)
    throw new Error(
      `The cluster of KUBECONFIG has not got the lab’s images. For kind:  kind load docker-image ${missing.join(' ')}`,
    );
}

/** What the lab has to know of it. @throws Error when it has no node with an address of its own */
export async function existingCluster(adminKubeconfig: string) {
  const { items } = await connectCluster(adminKubeconfig).core.listNode();
  const [node] = items;
  const address = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (node?.metadata?.name === undefined || address === undefined)
    throw new Error(`The cluster of KUBECONFIG (${adminKubeconfig}) has no node with an internal address.`);
  return {
    adminKubeconfig,
    node: node.metadata.name,
    address,
    server: 'https://kubernetes.default.svc',
    own: false,
  };
}
