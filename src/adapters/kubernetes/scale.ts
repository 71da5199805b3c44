/** More or fewer replicas. In one write with the figure: from how many Paksa scaled down, so that somebody can go back to it. */

import type { V1HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import type { Service } from '../exec/port.ts';
import { type Cluster, FIELD_MANAGER } from './cluster.ts';
import { fail, isConflict } from './errors.ts';
import type { Autoscaler } from './port.ts';
import { noteOf, SCALED_DOWN } from './scaled-down.ts';
import { holdup, stuckError } from './stuck-pod.ts';
import { type Missing, until } from './until.ts';
import { allPodsOf, type Found, findWorkload, wantedReplicas } from './workload.ts';

export async function scale(cluster: Cluster, service: Service, replicas: number): Promise<void> {
  const operation = `scale ${service}`;
  const found = await findWorkload(cluster, service);
  const autoscaler = await autoscalerFor(cluster, found);
  if (autoscaler && wouldScaleBack(autoscaler, wantedReplicas(found), replicas)) {
    throw fail(operation, `${whoDecides(autoscaler, found)} Nothing was changed.`, 'refused');
  }
  await patchReplicas(cluster, service, found, replicas);
  const generation = (await findWorkload(cluster, service)).object.metadata?.generation ?? 0;
  // Once there are some, it is the autoscaler again that says how many.
  const wanted = autoscaler && replicas > 0 ? undefined : replicas;
  await until(cluster, operation, () => missingOf(cluster, operation, service, { wanted, generation }));
}

/** Who decides how many replicas there are, if somebody does. Whoever may not list autoscalers is believed to have none. */
export async function autoscalerOf(cluster: Cluster, service: Service): Promise<Autoscaler | undefined> {
  return autoscalerFor(cluster, await findWorkload(cluster, service));
}

/**
 * Whether an autoscaler would undo it within a minute. At 0 replicas it rests until somebody asks for more, unless its own
 * minimum is 0: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation
 */
const wouldScaleBack = ({ minReplicas }: Autoscaler, from: number, to: number): boolean =>
  minReplicas === 0 || (from > 0 && to > 0);

const whoDecides = ({ name }: Autoscaler, found: Found): string =>
  `The autoscaler ${found.namespace}/${name} decides how many replicas ${found.kind}/${found.name} has, and would ` +
  'scale back: change its minReplicas or maxReplicas instead.';

/** A status that has moved on meanwhile is no reason to stop; a change of what is wanted is. */
async function patchReplicas(
  cluster: Cluster,
  service: Service,
  found: Found,
  replicas: number,
): Promise<void> {
  const { kind, name, namespace, object } = found;
  const { resourceVersion, generation } = object.metadata ?? {};
  const annotations = { [SCALED_DOWN]: noteOf(found, replicas, new Date()) };
  const body = { metadata: { resourceVersion, annotations }, spec: { replicas } };
  const request = { name, namespace, body, fieldManager: FIELD_MANAGER };
  const strategy = cluster.as('MergePatch');
  try {
    await (kind === 'deployment'
      ? cluster.apps.patchNamespacedDeployment(request, strategy)
      : cluster.apps.patchNamespacedStatefulSet(request, strategy));
  } catch (error) {
    if (!isConflict(error)) throw error;
    const now = await findWorkload(cluster, service);
    if (now.object.metadata?.generation !== generation) throw error;
    await patchReplicas(cluster, service, now, replicas);
  }
}

/** `wanted`: what the workload itself says when unset. */
async function missingOf(
  cluster: Cluster,
  operation: string,
  service: Service,
  asked: { readonly wanted: number | undefined; readonly generation: number },
): Promise<Missing> {
  const found = await findWorkload(cluster, service);
  const { wanted = wantedReplicas(found), generation } = asked;
  const { observedGeneration = 0, replicas = 0, readyReplicas = 0 } = found.object.status ?? {};
  if (observedGeneration < generation || replicas !== wanted) return `${replicas} replicas, ${wanted} wanted`;
  const pods = await allPodsOf(cluster, found);
  if (wanted === 0) return pods.length === 0 ? undefined : `${pods.length} pods are still ending`;
  if (readyReplicas === wanted) return undefined;
  const stuck = await stuckError(cluster, operation, found, pods);
  if (stuck !== undefined) throw stuck;
  return `${readyReplicas} of ${wanted} replicas are ready${holdup(pods)}`;
}

async function autoscalerFor(
  cluster: Cluster,
  { namespace, name, kind }: Found,
): Promise<Autoscaler | undefined> {
  const found = (await autoscalersIn(cluster, namespace)).find(
    ({ spec }) => spec?.scaleTargetRef.name === name && spec.scaleTargetRef.kind.toLowerCase() === kind,
  );
  // The API server's own default.
  const { minReplicas = 1, maxReplicas } = found?.spec ?? {};
  return maxReplicas === undefined
    ? undefined
    : { name: found?.metadata?.name ?? '', minReplicas, maxReplicas };
}

async function autoscalersIn(cluster: Cluster, namespace: string): Promise<V1HorizontalPodAutoscaler[]> {
  try {
    return (await cluster.autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace })).items;
  } catch (error) {
    if (error instanceof AdapterError && error.fault === 'forbidden') return [];
    throw error;
  }
}
