/** The ReplicaSets of a Deployment: each keeps one pod template, and the number of its last rollout. */
import { z } from 'zod';
import type { Service } from '../exec/port.ts';
import type { Cluster } from './cluster.ts';
import { fail } from './errors.ts';
import { selectorText } from './selector.ts';
import { PodTemplate } from './template-changes.ts';
import { parseJson } from './transport.ts';
import { type Found, findWorkload, REVISION, TEMPLATE_HASH } from './workload.ts';

/** A Deployment keeps ten, unless it is told otherwise. */
const MOST_REVISIONS = 20;

const Words = z
  .record(z.string(), z.string())
  .nullish()
  .transform((words) => words ?? {});

const ReplicaSet = z.object({
  metadata: z.object({
    uid: z.string(),
    creationTimestamp: z.coerce.date(),
    labels: Words,
    annotations: Words,
    ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().nullish() })).nullish(),
  }),
  spec: z.object({ template: PodTemplate }),
});
export type ReplicaSet = z.infer<typeof ReplicaSet>;
const ReplicaSetList = z.object({ items: z.array(ReplicaSet) });

export type FoundDeployment = Extract<Found, { kind: 'deployment' }>;

export interface Kept {
  readonly deployment: FoundDeployment;
  readonly current: ReplicaSet;
  /** The newest first. */
  readonly earlier: readonly ReplicaSet[];
}

/** @throws AdapterError refused for a stateful set; failed and retryable while the controller is behind */
export async function keptBy(cluster: Cluster, service: Service, operation: string): Promise<Kept> {
  const found = await findWorkload(cluster, service);
  const { kind, name, namespace, object } = found;
  if (found.kind !== 'deployment') {
    throw fail(
      operation,
      `Paksa rolls back Deployments alone, and ${kind} ${namespace}/${name} is none: use “kubectl rollout undo ${kind}/${name} -n ${namespace}”.`,
      'refused',
    );
  }
  const sets = await readSets(cluster, found);
  const number = Number(object.metadata?.annotations?.[REVISION]);
  const current = sets.find((set) => numberOf(set) === number);
  const { observedGeneration = 0 } = object.status ?? {};
  if (current === undefined || observedGeneration < (object.metadata?.generation ?? 0)) {
    throw fail(
      operation,
      `The cluster has not taken in the last change of deployment ${namespace}/${name} yet: look again in a moment.`,
      'failed',
      { retryable: true },
    );
  }
  const earlier = sets.filter((set) => numberOf(set) < number).sort((a, b) => numberOf(b) - numberOf(a));
  return { deployment: found, current, earlier: earlier.slice(0, MOST_REVISIONS) };
}

/** Read as they are written: what this client does not know of a template yet has to be put back, too. */
async function readSets(cluster: Cluster, { namespace, object }: Found): Promise<ReplicaSet[]> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/replicasets`;
  const labelSelector = selectorText(object.spec?.selector ?? {});
  const { body } = await cluster.get(path, { labelSelector });
  const { data } = ReplicaSetList.safeParse(parseJson(String(body)));
  if (data === undefined) {
    throw fail(
      'list replicasets',
      'The API server lists ReplicaSets otherwise than its API describes: check server in the kubeconfig.',
    );
  }
  return data.items.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === object.metadata?.uid),
  );
}

export const numberOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations[REVISION] ?? 0);

export const hashOf = ({ metadata }: ReplicaSet): string => metadata.labels[TEMPLATE_HASH] ?? '';
