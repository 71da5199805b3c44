/** A pod as a replica, and why it is not well, in Kubernetes' own words. */
import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Replica } from '../runtime/port.ts';
import type { Pod } from './port.ts';
import { limitsOf, nameOf } from './workload.ts';

export function replicaOf(pod: V1Pod, containerName: string): Replica {
  const spec = pod.spec?.containers.find(({ name }) => name === containerName);
  const status = pod.status?.containerStatuses?.find(({ name }) => name === containerName);
  const ready = isReady(pod);
  const state = stateOf(pod, status);
  const why = whyOf(pod) ?? (ready ? undefined : notReady(pod));
  const lastExit = lastExitOf(status);
  const startedAt = status?.state?.running?.startedAt;
  return {
    name: nameOf(pod),
    image: status?.image || spec?.image || '',
    state,
    ready: ready && state === 'running',
    ...(why === undefined ? {} : { why }),
    restarts: status?.restartCount ?? 0,
    ...(startedAt ? { startedAt } : {}),
    ...(lastExit ? { lastExit } : {}),
    limits: limitsOf(spec ?? {}),
  };
}

export function podOf(pod: V1Pod): Pod {
  const why = whyOf(pod);
  const owner = ownerOf(pod);
  const evicted = evictionOf(pod);
  return {
    name: nameOf(pod),
    phase: pod.status?.phase ?? 'Unknown',
    ready: isReady(pod),
    restarts: sum((pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
    ...(why === undefined ? {} : { why }),
    ...(evicted === undefined ? {} : { evicted }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The kubelet's words are such as “The node was low on resource: memory. …”. */
function evictionOf({ status }: V1Pod): Pod['evicted'] {
  if (status?.reason !== 'Evicted') return undefined;
  const ends = (status.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
  // One that was thrown out before it ran has no other time.
  const at = conditionOf(status, 'DisruptionTarget')?.lastTransitionTime ?? ends[0] ?? status.startTime;
  return { says: status.message ?? '', ...(at ? { at } : {}) };
}

const sum = (figures: readonly number[]): number => figures.reduce((total, each) => total + each, 0);

/** Gets traffic: all its containers pass their probes, and it is not on its way out. */
export const isReady = ({ metadata, status }: V1Pod): boolean =>
  !metadata?.deletionTimestamp && conditionOf(status, 'Ready')?.status === 'True';

const conditionOf = (status: V1Pod['status'], type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

function stateOf(
  { spec, status: { phase } = {} }: V1Pod,
  status: V1ContainerStatus | undefined,
): Replica['state'] {
  if (phase === 'Failed' || phase === 'Succeeded') return 'exited';
  if (status?.state?.running) return 'running';
  if (status?.state?.terminated) return spec?.restartPolicy === 'Never' ? 'exited' : 'restarting';
  return status?.lastState?.terminated ? 'restarting' : 'waiting';
}

function lastExitOf(status: V1ContainerStatus | undefined): Replica['lastExit'] {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (ended === undefined) return undefined;
  const { exitCode, reason, finishedAt } = ended;
  return {
    code: exitCode,
    oomKilled: reason === 'OOMKilled',
    ...(finishedAt ? { at: finishedAt } : {}),
  };
}

/** Words of a pod that is only on its way. */
const ON_ITS_WAY = /^(ContainerCreating|PodInitializing|Completed)$/;

/** The worst word: the pod's own (`Evicted`), its node's (`Unschedulable: …`), or a container's, as `kubectl get pods` shows it. */
export function whyOf(pod: V1Pod): string | undefined {
  const { metadata, status } = pod;
  if (status?.reason) return status.reason;
  // How its containers end on the way out is no trouble of theirs.
  if (metadata?.deletionTimestamp) return 'Terminating';
  const scheduled = conditionOf(status, 'PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason}: ${scheduled.message}`;
  const init = words(status?.initContainerStatuses).map((word) => `Init:${word}`);
  const all = [...init, ...words(status?.containerStatuses)];
  return all.find((word) => !ON_ITS_WAY.test(word.replace('Init:', ''))) ?? all[0];
}

const words = (statuses: readonly V1ContainerStatus[] = []): string[] =>
  statuses.flatMap(({ state }) => {
    const word = state?.waiting?.reason ?? state?.terminated?.reason;
    return word === undefined || (state?.terminated?.exitCode === 0 && word === 'Completed') ? [] : [word];
  });

/** Such as `ContainersNotReady`: a readiness probe that fails. */
const notReady = ({ status }: V1Pod): string | undefined => conditionOf(status, 'Ready')?.reason;

/** A Deployment is named by its ReplicaSet, which is called after it and the hash of its template. */
function ownerOf({ metadata }: V1Pod): string | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return undefined;
  const hash = metadata?.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return `deployment/${owner.name.slice(0, -hash.length - 1)}`;
  }
  return `${owner.kind.toLowerCase()}/${owner.name}`;
}

/** What a container is given by name. */
export const containerIn = ({ spec }: V1Pod, containerName: string): V1Container | undefined =>
  spec?.containers.find(({ name }) => name === containerName);
