/** Runs programs in a service's first ready pod, or in a given one. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Exec, ExecResult, Service } from '../exec/port.ts';
import { CLOSES_INPUT, ProtocolRefused, runInContainer, type Started } from './channel.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { fail } from './errors.ts';
import { noProgram } from './exit-status.ts';
import type { KubernetesSettings } from './port.ts';
import { replicaOf } from './replica.ts';
import { findWorkload, nameOf, podsOf } from './workload.ts';

export function createKubernetesExec(settings: () => KubernetesSettings, service: Service): Exec {
  const open = createCluster(settings);
  return async (command, options) => {
    const cluster = await open(options.signal);
    const found = await findWorkload(cluster, service);
    const pods = await podsOf(cluster, found);
    const replicas = pods.map((pod) => ({ pod, replica: replicaOf(pod, found.container.name) }));
    const running = replicas.filter(({ replica }) => replica.state === 'running');
    const chosen = running.find(({ replica }) => replica.ready) ?? running[0];
    if (chosen === undefined) {
      const are = replicas.map(({ replica }) => `${replica.name} ${replica.why ?? replica.state}`).join(', ');
      throw fail(
        'run in a pod',
        `No pod of ${found.kind}/${found.name} runs in ${found.namespace} (${are || 'there is none'}): bring one up first.`,
        'not-found',
        { retryable: true },
      );
    }
    return execIn(cluster, chosen.pod, found.container.name)(command, options);
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
 * script that never changes: the program and its arguments are the script's arguments, which no shell reads as text.
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
