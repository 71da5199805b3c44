/**
 * This release's kubelet lets go of a deleted pod only once it has removed the pod's sandbox, which it does when it cleans
 * up, once a minute (kubernetes/kubernetes#98424, put back in later ones). Until then a restarted database's name and port
 * are taken. So a pod whose containers have all ended, as it was asked, is taken out of the cluster's records here.
 */
import { makeInformer, type V1Pod } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

const AGAIN_MS = 500;

/** @returns what ends it */
export async function finishDeletions({ config, core }: Cluster): Promise<() => Promise<void>> {
  const informer = makeInformer(config, '/api/v1/pods', () => core.listPodForAllNamespaces());
  let stopped = false;
  const finish = (pod: V1Pod) => {
    if (!isOver(pod)) return;
    const { name, namespace, uid } = pod.metadata ?? {};
    if (!name || !namespace || !uid) return;
    // Somebody else may have been quicker, and the name may be another pod's by now.
    core
      .deleteNamespacedPod({ name, namespace, body: { gracePeriodSeconds: 0, preconditions: { uid } } })
      .catch(() => undefined);
  };
  informer.on('add', finish);
  informer.on('update', finish);
  informer.on('error', () => {
    if (!stopped) setTimeout(() => void informer.start().catch(() => undefined), AGAIN_MS).unref();
  });
  await informer.start();
  return async () => {
    stopped = true;
    await informer.stop();
  };
}

function isOver({ metadata, status }: V1Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return (
    metadata?.deletionTimestamp !== undefined &&
    containers.length > 0 &&
    // One that was removed before the kubelet had looked at it is reported as waiting, not as ended.
    containers.every(({ state }) => state?.running === undefined)
  );
}
