/** Runs programs in a service's pods, or in a given one. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Everywhere, Exec, ExecResult, InReplica, Placed } from '../exec/port.ts';
import { CLOSES_INPUT, ProtocolRefused, runInContainer, type Started } from './channel.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { fail } from './errors.ts';
import { noProgram } from './exit-status.ts';
import type { KubernetesSettings } from './port.ts';
import { replicaOf } from './replica.ts';
import { findWorkload, nameOf, podsOf } from './workload.ts';

/** In each of the service's running pods, the ready ones first. */
export function runningPods(settings: () => KubernetesSettings, service: Placed): Everywhere {
  const open = createCluster(settings);
  return async (signal) => {
    const cluster = await open(signal);
    const found = await findWorkload(cluster, service);
    const pods = await podsOf(cluster, found);
    const replicas = pods.map((pod) => ({ pod, replica: replicaOf(pod, found.container.name) }));
    const running = replicas.filter(({ replica }) => replica.state === 'running');
    const [first, ...others] = running.toSorted((a, b) => Number(b.replica.ready) - Number(a.replica.ready));
    if (first === undefined) {
      const are = replicas.map(({ replica }) => `${replica.name} ${replica.why ?? replica.state}`).join(', ');
      throw fail(
        'run in a pod',
        `No pod of ${found.kind}/${found.name} runs in ${found.namespace} (${are || 'there is none'}): bring one up first.`,
        'not-found',
        { retryable: true },
      );
    }
    const inside = ({ pod }: typeof first): InReplica => ({
      replica: nameOf(pod),
      exec: execIn(cluster, pod, found.container.name),
    });
    return [inside(first), ...others.map(inside)];
  };
}

/** In that pod's container; the call's own signal counts, not the cluster's. */
export const execIn =
  (cluster: Cluster, pod: V1Pod, container: string): Exec =>
  async (command, options) => {
    const where = { namespace: pod.metadata?.namespace ?? '', pod: nameOf(pod), container };
    return options.input === undefined
      ? runInContainer(cluster, { ...where, command, ...options })
      : runWithInput(cluster, { ...where, command, ...options }, options.input);
  };

/**
 * Before Kubernetes 1.30 a WebSocket cannot close stdin alone. There the container's own `head` counts the bytes, in a
 * script that never changes: the program and its arguments are the script's arguments, which no shell reads as text. There
 * is no way around it: `head` and `dd` start no other program, `env` and `timeout` count no bytes, and an image that has
 * nginx or a database has no Python. It is the one shell that Paksa starts.
 */
async function runWithInput(cluster: Cluster, started: Started, input: string): Promise<ExecResult> {
  try {
    return await runInContainer(cluster, started, [CLOSES_INPUT]);
  } catch (error) {
    if (!(error instanceof ProtocolRefused)) throw error;
  }
  const bytes = String(Buffer.byteLength(input));
  const [program] = started.command;
  const result = await runInContainer(cluster, {
    ...started,
    command: ['sh', '-c', 'head -c "$0" | "$@"', bytes, ...started.command],
  });
  if (result.exitCode === 127 && result.stderr.trimEnd().endsWith(`${program}: not found`)) {
    throw noProgram(program, started);
  }
  return result;
}
