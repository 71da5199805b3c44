/** More or fewer replicas, by the scale subresource. */

import { AdapterError } from '../../errors.ts';
import type { Service } from '../exec/port.ts';
import { type Cluster, FIELD_MANAGER } from './cluster.ts';
import { fail, isConflict } from './errors.ts';
import { holdup, stuckError } from './stuck-pod.ts';
import { type Missing, until } from './until.ts';
import { allPodsOf, type Found, findWorkload } from './workload.ts';

export async function scale(cluster: Cluster, service: Service, replicas: number): Promise<void> {
  const operation = `scale ${service}`;
  const found = await findWorkload(cluster, service);
  await refuseIfAutoscaled(cluster, operation, found);
  await patchScale(cluster, service, found, replicas);
  const generation = (await findWorkload(cluster, service)).object.metadata?.generation ?? 0;
  await until(cluster, operation, () => missingOf(cluster, operation, service, { replicas, generation }));
}

/** A status that has moved on meanwhile is no reason to stop; a change of what is wanted is. */
async function patchScale(cluster: Cluster, service: Service, found: Found, replicas: number): Promise<void> {
  const { kind, name, namespace, object } = found;
  const { resourceVersion, generation } = object.metadata ?? {};
  const body = { metadata: { resourceVersion }, spec: { replicas } };
  const request = { name, namespace, body, fieldManager: FIELD_MANAGER };
  const strategy = cluster.as('MergePatch');
  try {
    await (kind === 'deployment'
      ? cluster.apps.patchNamespacedDeploymentScale(request, strategy)
      : cluster.apps.patchNamespacedStatefulSetScale(request, strategy));
  } catch (error) {
    if (!isConflict(error)) throw error;
    const now = await findWorkload(cluster, service);
    if (now.object.metadata?.generation !== generation) throw error;
    await patchScale(cluster, service, now, replicas);
  }
}

async function missingOf(
  cluster: Cluster,
  operation: string,
  service: Service,
  wanted: { readonly replicas: number; readonly generation: number },
): Promise<Missing> {
  const found = await findWorkload(cluster, service);
  const { observedGeneration = 0, replicas = 0, readyReplicas = 0 } = found.object.status ?? {};
  if (observedGeneration < wanted.generation || replicas !== wanted.replicas) {
    return `${replicas} replicas, ${wanted.replicas} wanted`;
  }
  const pods = await allPodsOf(cluster, found);
  if (wanted.replicas === 0) return pods.length === 0 ? undefined : `${pods.length} pods are still ending`;
  if (readyReplicas === wanted.replicas) return undefined;
  const stuck = await stuckError(cluster, operation, found, pods);
  if (stuck !== undefined) throw stuck;
  return `${readyReplicas} of ${wanted.replicas} replicas are ready${holdup(pods)}`;
}

/** It would scale back within a minute. */
async function refuseIfAutoscaled(cluster: Cluster, operation: string, found: Found): Promise<void> {
  const { namespace, name, kind } = found;
  const autoscaler = (await autoscalersOf(cluster, namespace)).find(
    ({ spec }) => spec?.scaleTargetRef.name === name && spec.scaleTargetRef.kind.toLowerCase() === kind,
  );
  if (autoscaler === undefined) return;
  throw fail(
    operation,
    `The autoscaler ${namespace}/${autoscaler.metadata?.name} decides how many replicas ${kind}/${name} has, and would ` +
      'scale back: change its minReplicas or maxReplicas instead. Nothing was changed.',
    'refused',
  );
}

/** Whoever may not list them is believed to have none. */
async function autoscalersOf(cluster: Cluster, namespace: string) {
  try {
    return (await cluster.autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace })).items;
  } catch (error) {
    if (error instanceof AdapterError && error.fault === 'forbidden') return [];
    throw error;
  }
}
