/** Looks at a cluster. Changes nothing: what it runs inside pods only reads, what it rehearses is not kept. */
import type { V1Pod } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import type { Exec, Service } from '../exec/port.ts';
import {
  ask,
  clock,
  disks,
  load,
  oomKills,
  pgIsReady,
  processes,
  reach,
  throttling,
} from '../runtime/inside.ts';
import { countKills, untold } from '../runtime/kills.ts';
import type { Limits } from '../runtime/port.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { execIn } from './exec.ts';
import { isIsolated } from './isolation.ts';
import { logsOf } from './logs.ts';
import type { KubernetesProbe, KubernetesSettings } from './port.ts';
import { podOf, replicaOf } from './replica.ts';
import { historyOf, rehearseRollBack } from './revisions.ts';
import { autoscalerOf } from './scale.ts';
import { secretFingerprint, secretVersion } from './secrets.ts';
import { readTlsSecret } from './tls-secret.ts';
import { endpointsOf, servicesOf } from './traffic.ts';
import { usageOf } from './usage.ts';
import { variablesOf } from './variables.ts';
import { type Found, findWorkload, nameOf, podsOf, summarize } from './workload.ts';

interface Seen {
  readonly cluster: Cluster;
  readonly found: Found;
  readonly container: string;
  readonly pods: readonly V1Pod[];
  readonly running: readonly V1Pod[];
}

export function createKubernetesProbe(settings: () => KubernetesSettings): KubernetesProbe {
  const open = createCluster(settings);

  const see = async (service: Service, signal: AbortSignal): Promise<Seen> => {
    const cluster = await open(signal);
    const found = await findWorkload(cluster, service);
    const container = found.container.name;
    const pods = await podsOf(cluster, found);
    const running = pods.filter((pod) => replicaOf(pod, container).state === 'running');
    return { cluster, found, container, pods, running };
  };

  /** Side by side; a pod that has gone meanwhile is none of the running ones any more. */
  const inEach = async <T>(
    service: Service,
    signal: AbortSignal,
    look: (exec: Exec, replica: string, limits: Limits) => Promise<T>,
  ): Promise<readonly T[]> => {
    const { cluster, container, running } = await see(service, signal);
    const looks = running.map(async (pod) => {
      try {
        return [await look(execIn(cluster, pod, container), nameOf(pod), replicaOf(pod, container).limits)];
      } catch (error) {
        if (isGone(error)) return [];
        throw error;
      }
    });
    return (await Promise.all(looks)).flat();
  };

  return {
    replicas: async (service, signal) => {
      const { pods, container } = await see(service, signal);
      return pods.map((pod) => replicaOf(pod, container));
    },
    usage: async (service, signal) => {
      const { cluster, found, running } = await see(service, signal);
      return usageOf(cluster, found, running);
    },
    logs: async (service, request, signal) => {
      const { cluster, pods, container } = await see(service, signal);
      return logsOf(cluster, pods, container, request);
    },
    variables: async (service, names, signal) => {
      const { cluster, pods, container } = await see(service, signal);
      return variablesOf(cluster, pods, container, names);
    },
    disks: async (service, signal) =>
      (await inEach(service, signal, (exec, replica) => disks(exec, replica, signal))).flat(),
    processes: async (service, signal) =>
      (await inEach(service, signal, (exec, replica) => processes(exec, replica, signal))).flat(),
    load: (service, signal) => inEach(service, signal, (exec, replica) => load(exec, replica, signal)),
    clocks: (service, signal) => inEach(service, signal, (exec, replica) => clock(exec, replica, signal)),
    oomKills: (service, signal) =>
      inEach(service, signal, (exec, replica) => countKills(replica, oomKills(exec, replica, signal))),
    throttling: (service, signal) =>
      inEach(service, signal, async (exec, replica, limits) => {
        const isLimited = limits.cpuMillicores !== undefined;
        const seen = isLimited ? await throttling(exec, replica, signal).catch(untold) : undefined;
        return { replica, limits, ...seen };
      }),
    reach: (service, host, port, signal) =>
      inEach(service, signal, (exec, replica) => reach(exec, replica, host, port, signal)),
    pgIsReady: (signal) => inEach('postgres', signal, (exec, replica) => pgIsReady(exec, replica, signal)),
    ask: (service, port, path, signal) =>
      inEach(service, signal, (exec, replica) => ask(exec, replica, port, path, signal)),
    workload: async (service, signal) => summarize(await findWorkload(await open(signal), service)),
    autoscaler: async (service, signal) => autoscalerOf(await open(signal), service),
    history: async (service, signal) => historyOf(await open(signal), service),
    rehearseRollBack: async (service, template, signal) =>
      rehearseRollBack(await open(signal), service, template),
    endpoints: async (signal) => endpointsOf(await open(signal)),
    services: async (signal) => servicesOf(await open(signal)),
    pods: async (signal) => {
      const {
        core,
        settings: { namespace },
      } = await open(signal);
      return (await core.listNamespacedPod({ namespace })).items.map(podOf);
    },
    isIsolated: async (signal) => isIsolated(await open(signal)),
    tlsSecret: async (signal) => readTlsSecret(await open(signal)),
    secretFingerprint: async (name, key, signal) => secretFingerprint(await open(signal), name, key),
    secretVersion: async (name, signal) => secretVersion(await open(signal), name),
  };
}

/** Of the pod itself; what a look says of the programs in it comes from elsewhere. */
const isGone = (error: unknown): boolean =>
  error instanceof AdapterError && error.system === 'kubernetes' && error.fault === 'not-found';
