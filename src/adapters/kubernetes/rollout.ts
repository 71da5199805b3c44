/** Waits for a rollout as `kubectl rollout status` does, and gives up early on one that cannot succeed. */
import type { V1Deployment, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import type { Service } from '../exec/port.ts';
import type { Cluster } from './cluster.ts';
import { fail } from './errors.ts';
import { isReady } from './replica.ts';
import { holdup, stuckError } from './stuck-pod.ts';
import { type Missing, until } from './until.ts';
import {
  allPodsOf,
  type Found,
  findWorkload,
  nameOf,
  REVISION,
  replicaSetsOf,
  TEMPLATE_HASH,
  troubleOf,
  wantedReplicas,
} from './workload.ts';

/** A change that was made, and what was there before it. */
export interface Change {
  readonly operation: string;
  readonly service: Service;
  readonly before: Found;
  /** What the API server answered: the generation to wait for. */
  readonly after: V1Deployment | V1StatefulSet;
}

/** Until every replica runs what is wanted now, and is ready. @throws AdapterError failed, with the reason and the last log line */
export async function awaitRollout(
  cluster: Cluster,
  { operation, service, before, after }: Change,
): Promise<void> {
  const generation = after.metadata?.generation ?? 0;
  await until(cluster, operation, async () => {
    const found = await findWorkload(cluster, service);
    if ((found.object.status?.observedGeneration ?? 0) < generation)
      return 'the controller has not seen it yet';
    const missing = found.kind === 'deployment' ? ofDeployment(found.object) : ofStatefulSet(found.object);
    if (missing === undefined) return undefined;
    const fresh = await newPodsOf(cluster, found);
    await refuseHopeless(cluster, operation, found, before, fresh);
    if (found.kind === 'statefulset') await replaceByHand(cluster, found, found.object);
    return missing + holdup(fresh);
  });
}

/** https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go */
function ofDeployment({ spec, status = {} }: V1Deployment): Missing {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const wanted = spec?.replicas ?? 1;
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} replicas are new`;
  if (replicas > updatedReplicas) return `${replicas - updatedReplicas} old replicas have not ended yet`;
  if (availableReplicas < updatedReplicas) return `${availableReplicas} of ${wanted} new replicas are ready`;
  return undefined;
}

function ofStatefulSet({ spec, status }: V1StatefulSet): Missing {
  const { updateRevision, currentRevision, readyReplicas = 0, updatedReplicas = 0 } = status ?? {};
  const wanted = spec?.replicas ?? 1;
  const fresh = wanted - (spec?.updateStrategy?.rollingUpdate?.partition ?? 0);
  // Once all are new, updatedReplicas is left out by some versions: the revisions are equal then.
  if (updateRevision !== currentRevision && updatedReplicas < fresh) {
    return `${updatedReplicas} of ${fresh} replicas are new`;
  }
  return readyReplicas < wanted ? `${readyReplicas} of ${wanted} replicas are ready` : undefined;
}

/** `fresh`: the new pods alone, as the old ones are on their way out. */
async function refuseHopeless(
  cluster: Cluster,
  operation: string,
  found: Found,
  before: Found,
  fresh: readonly V1Pod[],
): Promise<void> {
  const stuck = await stuckError(cluster, operation, found, fresh);
  if (stuck !== undefined) throw stuck;
  const now = troubleOf(found.object);
  const then = troubleOf(before.object);
  // A trouble of the rollout before this one stays written until the first new pod is there.
  if (now === undefined || (now.says === then?.says && now.since === then.since)) return;
  throw fail(operation, `${found.kind} ${found.namespace}/${found.name} does not come up: ${now.says}`);
}

async function newPodsOf(cluster: Cluster, found: Found): Promise<readonly V1Pod[]> {
  const pods = await allPodsOf(cluster, found);
  if (found.kind === 'statefulset') {
    return pods.filter((pod) => revisionOf(pod) === found.object.status?.updateRevision);
  }
  const revision = found.object.metadata?.annotations?.[REVISION];
  const sets = await replicaSetsOf(cluster, found);
  const newest = sets.find(({ metadata }) => metadata?.annotations?.[REVISION] === revision);
  const hash = newest?.metadata?.labels?.[TEMPLATE_HASH];
  return hash === undefined ? [] : pods.filter(({ metadata }) => metadata?.labels?.[TEMPLATE_HASH] === hash);
}

const revisionOf = ({ metadata }: V1Pod): string | undefined =>
  metadata?.labels?.['controller-revision-hash'];

/**
 * One old pod at a time, where the controller does not do it: with the strategy OnDelete it replaces none by itself, and
 * in order it waits for ever for an old pod that cannot become ready (kubernetes/kubernetes#67250).
 */
async function replaceByHand(cluster: Cluster, found: Found, { spec, status }: V1StatefulSet): Promise<void> {
  const pods = await allPodsOf(cluster, found);
  if (pods.some(({ metadata }) => metadata?.deletionTimestamp)) return;
  const kept = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const old = pods.filter((pod) => revisionOf(pod) !== status?.updateRevision && ordinalOf(pod) >= kept);
  const onDelete = spec?.updateStrategy?.type === 'OnDelete';
  // The next one only when those before it are back.
  const isSettled =
    pods.length >= wantedReplicas(found) && pods.every((pod) => old.includes(pod) || isReady(pod));
  const next = old.findLast((pod) => !isReady(pod)) ?? (onDelete && isSettled ? old.at(-1) : undefined);
  const uid = next?.metadata?.uid;
  if (next === undefined || uid === undefined) return;
  const body = { preconditions: { uid } };
  await cluster.core.deleteNamespacedPod({ name: nameOf(next), namespace: found.namespace, body });
}

const ordinalOf = (pod: V1Pod): number => Number(/\d+$/.exec(nameOf(pod))?.[0] ?? 0);
