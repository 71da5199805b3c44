/** A service's Deployment or StatefulSet, and the pods that are really its own. */
import type { V1Container, V1Deployment, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import type { Placed } from '../exec/port.ts';
import type { Limits } from '../runtime/port.ts';
import type { Cluster } from './cluster.ts';
import { fail } from './errors.ts';
import type { Readiness, Workload, WorkloadRef } from './port.ts';
import { parseBytes, parseMillicores } from './quantity.ts';
import { scaledDown } from './scaled-down.ts';
import { selectorText } from './selector.ts';

/** Annotation of a Deployment and of its ReplicaSets: which rollout it was. */
export const REVISION = 'deployment.kubernetes.io/revision';
/** Label of a ReplicaSet and of its pods. */
export const TEMPLATE_HASH = 'pod-template-hash';

/** One workload, as it is read: `deployment` or `statefulset` holds it whole. */
export type Found = {
  readonly name: string;
  readonly namespace: string;
  /** The container meant. */
  readonly container: V1Container;
} & (
  | { readonly kind: 'deployment'; readonly object: V1Deployment }
  | { readonly kind: 'statefulset'; readonly object: V1StatefulSet }
);

/** @throws AdapterError not-configured naming the key, not-found */
export async function findWorkload(cluster: Cluster, service: Placed): Promise<Found> {
  const ref = cluster.settings.workloads[service];
  if (ref === undefined) {
    throw fail(
      `find ${service}`,
      `Paksa does not know what runs ${service}: add kubernetes.workloads.${service} to the environment in paksa.yaml.`,
      'not-configured',
    );
  }
  return readWorkload(cluster, ref, service);
}

async function readWorkload(cluster: Cluster, ref: WorkloadRef, service: Placed): Promise<Found> {
  const { kind, name, namespace = cluster.settings.namespace } = ref;
  const id = { name, namespace };
  if (kind === 'deployment') {
    const object = await cluster.apps.readNamespacedDeployment(id);
    return { ...id, kind, object, container: containerOf(object, ref, service) };
  }
  const object = await cluster.apps.readNamespacedStatefulSet(id);
  return { ...id, kind, object, container: containerOf(object, ref, service) };
}

function containerOf(
  { spec }: V1Deployment | V1StatefulSet,
  { kind, name, container: wanted }: WorkloadRef,
  service: Placed,
): V1Container {
  const containers = spec?.template.spec?.containers ?? [];
  const found = wanted === undefined ? containers[0] : containers.find((each) => each.name === wanted);
  if (found !== undefined) return found;
  const has = containers.map((each) => each.name).join(', ') || 'none';
  throw fail(
    `find ${service}`,
    `${kind}/${name} has no container “${wanted ?? ''}”: set kubernetes.workloads.${service}.container to one of its own (${has}).`,
    'not-configured',
  );
}

export const wantedReplicas = ({ object }: Found): number => object.spec?.replicas ?? 1;

/** Its pods by name: those that are terminating or have ended for good, only when there are no others. */
export async function podsOf(cluster: Cluster, found: Found): Promise<readonly V1Pod[]> {
  const own = await allPodsOf(cluster, found);
  const lasting = own.filter(
    ({ metadata, status }) => !metadata?.deletionTimestamp && !hasEnded(status?.phase),
  );
  return lasting.length > 0 ? lasting : own;
}

/** An evicted pod stays listed, long after another one has taken its place. */
const hasEnded = (phase: string | undefined): boolean => phase === 'Failed' || phase === 'Succeeded';

export async function allPodsOf(cluster: Cluster, found: Found): Promise<readonly V1Pod[]> {
  const { namespace, object } = found;
  const query = { namespace, labelSelector: selectorText(object.spec?.selector ?? {}) };
  const [owners, pods] = await Promise.all([ownersOf(cluster, found), cluster.core.listNamespacedPod(query)]);
  return pods.items
    .filter((pod) => owners.has(controllerOf(pod.metadata) ?? ''))
    .sort((one, other) => nameOf(one).localeCompare(nameOf(other), 'en', { numeric: true }));
}

/** Uids of what makes its pods: a StatefulSet itself, a Deployment's ReplicaSets. */
async function ownersOf(cluster: Cluster, found: Found): Promise<ReadonlySet<string>> {
  const uid = found.object.metadata?.uid ?? '';
  if (found.kind === 'statefulset') return new Set([uid]);
  const sets = await replicaSetsOf(cluster, found);
  return new Set(sets.map(({ metadata }) => metadata?.uid ?? ''));
}

export async function replicaSetsOf(cluster: Cluster, { namespace, object }: Found) {
  const query = { namespace, labelSelector: selectorText(object.spec?.selector ?? {}) };
  const { items } = await cluster.apps.listNamespacedReplicaSet(query);
  return items.filter(({ metadata }) => controllerOf(metadata) === object.metadata?.uid);
}

/** Uid of the one owner that manages it. */
export const controllerOf = (metadata: V1Pod['metadata']): string | undefined =>
  metadata?.ownerReferences?.find(({ controller }) => controller)?.uid;

export const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? '';

export const limitsOf = ({ resources }: Pick<V1Container, 'resources'>): Limits => {
  const memoryBytes = parseBytes(resources?.limits?.memory);
  const cpuMillicores = parseMillicores(resources?.limits?.cpu);
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(cpuMillicores === undefined ? {} : { cpuMillicores }),
  };
};

export function summarize(found: Found): Workload {
  const { kind, name, namespace, container, object } = found;
  const { metadata, status } = object;
  const readiness = readinessOf(container);
  const trouble = troubleOf(object);
  const down = scaledDown(found);
  return {
    kind,
    name,
    namespace,
    resourceVersion: metadata?.resourceVersion ?? '',
    generation: metadata?.generation ?? 0,
    replicas: wantedReplicas(found),
    ready: status?.readyReplicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    limits: limitsOf(container),
    ...(readiness ? { readiness } : {}),
    ...(trouble === undefined ? {} : { trouble: trouble.says }),
    ...(down ? { scaledDown: down } : {}),
  };
}

/** With the API server's own defaults, for what is not written. */
function readinessOf({ readinessProbe: probe }: V1Container): Readiness | undefined {
  if (probe === undefined) return undefined;
  const { periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe;
  return { periodSeconds, timeoutSeconds, failureThreshold };
}

export interface Trouble {
  /** The controller's word and sentence. */
  readonly says: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** It could not make pods, or they did not come up in time. A StatefulSet says nothing. */
export function troubleOf({ status }: V1Deployment | V1StatefulSet): Trouble | undefined {
  const conditions = status?.conditions ?? [];
  const trouble =
    conditions.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True') ??
    conditions.find(({ type, status: is }) => type === 'Progressing' && is === 'False');
  if (trouble === undefined) return undefined;
  const since = trouble.lastTransitionTime?.getTime() ?? 0;
  return { says: `${trouble.reason}: ${trouble.message}`, since };
}
