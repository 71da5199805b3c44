/** A pod that will not come up by waiting, told early and with its last words. */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { AdapterError } from '../../errors.ts';
import type { Cluster } from './cluster.ts';
import { fail } from './errors.ts';
import { lastLine } from './logs.ts';
import { isReady, whyOf } from './replica.ts';
import { type Found, nameOf } from './workload.ts';

/** Reasons that the kubelet's next try does not change. */
const HOPELESS = /^(ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainerConfigError)$/;

/** A program may need a second start, where it comes up before what it needs. */
const RESTARTS = 2;

const LINE_CHARACTERS = 300;

export async function stuckError(
  cluster: Cluster,
  operation: string,
  { kind, namespace, name }: Found,
  pods: readonly V1Pod[],
): Promise<AdapterError | undefined> {
  for (const pod of pods) {
    const status = stuckContainer(pod);
    if (status === undefined || pod.metadata?.deletionTimestamp) continue;
    const said = await lastLine(cluster, pod, status.name).catch(() => undefined);
    const words = said === undefined ? '' : ` Its last line: “${said.trim().slice(0, LINE_CHARACTERS)}”.`;
    return fail(
      operation,
      `Pod ${nameOf(pod)} of ${kind} ${namespace}/${name} does not come up: ${describe(status)}.${words} Look at its log and image.`,
    );
  }
  return undefined;
}

/** The first that is not ready, and why: ` (pod-1: Unschedulable: …)`; nothing when no pod says anything. */
export function holdup(pods: readonly V1Pod[]): string {
  const waiting = pods.find((pod) => !isReady(pod) && whyOf(pod) !== undefined);
  return waiting === undefined ? '' : ` (${nameOf(waiting)}: ${whyOf(waiting)?.slice(0, LINE_CHARACTERS)})`;
}

function stuckContainer({ status }: V1Pod): V1ContainerStatus | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ state, restartCount }) => {
    const reason = state?.waiting?.reason ?? '';
    return HOPELESS.test(reason) || (reason === 'CrashLoopBackOff' && restartCount >= RESTARTS);
  });
}

function describe({ state, lastState, restartCount }: V1ContainerStatus): string {
  const { reason = '', message = '' } = state?.waiting ?? {};
  if (reason !== 'CrashLoopBackOff')
    return message === '' ? reason : `${reason} (${message.slice(0, LINE_CHARACTERS)})`;
  const ended = lastState?.terminated;
  const how =
    ended?.reason === 'OOMKilled' ? 'killed for want of memory' : `exit code ${ended?.exitCode ?? 'unknown'}`;
  return `${reason} after ${restartCount} restarts (${how})`;
}
