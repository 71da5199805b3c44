/** What several faults do to the workloads of a cluster stack. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { z } from 'zod';
import { parseBytes, parseMillicores } from '../../../src/adapters/kubernetes/quantity.ts';
import type { ClusterStack } from '../cluster-stack.ts';
import { until } from '../until.ts';

const BACKEND = 'deployment/paksa-backend';
const NAME = 'paksa-backend';
const STRATEGIC = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

export interface BackendPatch {
  readonly memoryMib?: number;
  readonly cpuMillicores?: number;
  readonly command?: readonly string[];
  readonly replicas?: number;
  readonly readiness?: Readonly<Record<string, number>>;
  /** How long new pods may take to come up. */
  readonly patienceSeconds?: number;
}

/** Changes the deployment; does not wait, because most of what is changed here does not come up. */
export async function patchBackend(stack: ClusterStack, change: BackendPatch): Promise<void> {
  const { memoryMib, cpuMillicores, command, replicas, readiness, patienceSeconds } = change;
  const limits = {
    ...(memoryMib === undefined ? {} : { memory: `${memoryMib}Mi` }),
    ...(cpuMillicores === undefined ? {} : { cpu: `${cpuMillicores}m` }),
  };
  const requests = {
    ...(memoryMib === undefined ? {} : { memory: `${Math.min(memoryMib, 32)}Mi` }),
    ...(cpuMillicores === undefined ? {} : { cpu: '10m' }),
  };
  await stack.cluster.apps.patchNamespacedDeployment(
    {
      name: NAME,
      namespace: stack.namespace,
      body: {
        spec: {
          ...(replicas === undefined ? {} : { replicas }),
          ...(patienceSeconds === undefined ? {} : { progressDeadlineSeconds: patienceSeconds }),
          template: {
            spec: {
              containers: [
                {
                  name: 'backend',
                  ...(command ? { command } : {}),
                  ...(readiness ? { readinessProbe: readiness } : {}),
                  resources: { limits, requests },
                },
              ],
            },
          },
        },
      },
    },
    STRATEGIC,
  );
}

/** The backend as it was at the start, its pods new ones, answering through the ingress controller. */
export async function renewBackend(stack: ClusterStack): Promise<void> {
  // What the manifest does not name, applying it does not take away.
  await stack.cluster.apps.patchNamespacedDeployment(
    {
      name: NAME,
      namespace: stack.namespace,
      body: { spec: { template: { spec: { containers: [{ name: 'backend', command: null }] } } } },
    },
    STRATEGIC,
  );
  await stack.reset('backend.yaml');
  const before = await podNames(stack);
  for (const name of before) await stack.cluster.removePod(stack.namespace, name);
  await until(
    async () => {
      const now = await podNames(stack);
      return now.length === 2 && now.every((name) => !before.includes(name));
    },
    { what: 'new pods of the backend', within: 60_000 },
  );
  await stack.untilRolledOut(BACKEND);
  await untilItAnswers(stack);
}

export const untilItAnswers = (stack: ClusterStack) =>
  until(async () => (await stack.get('/health')).status === 200, {
    what: `${stack.namespace} to answer through its ingress controller`,
    within: 90_000,
  });

const podNames = async (stack: ClusterStack): Promise<readonly string[]> =>
  (await stack.cluster.pods(stack.namespace, 'app=paksa-backend')).flatMap(({ metadata }) =>
    metadata?.name === undefined || metadata.deletionTimestamp ? [] : [metadata.name],
  );

const Summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      containers: z
        .array(
          z.object({
            name: z.string(),
            cpu: z.object({ usageNanoCores: z.number().default(0) }).nullish(),
            memory: z.object({ workingSetBytes: z.number().default(0) }).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});

/** Resolves once the kubelet has seen a pod of the backend use so much of its limit: it measures every ten seconds or so. */
export async function untilMeasured(
  stack: ClusterStack,
  resource: 'cpu' | 'memory',
  share: number,
): Promise<void> {
  const { cluster, namespace, lab } = stack;
  await until(
    async () => {
      const pods = await cluster.pods(namespace, 'app=paksa-backend');
      const summary = await cluster.core.connectGetNodeProxyWithPath({
        name: lab.kubernetes.node,
        path: 'stats/summary',
      });
      return Summary.parse(summary).pods.some(({ podRef, containers }) => {
        const used = containers?.find(({ name }) => name === 'backend');
        const pod = pods.find(({ metadata }) => metadata?.name === podRef.name);
        const limits = pod?.spec?.containers[0]?.resources?.limits;
        if (podRef.namespace !== namespace || !used || !limits) return false;
        return resource === 'cpu'
          ? (used.cpu?.usageNanoCores ?? 0) / 1e6 >= share * (parseMillicores(limits.cpu) ?? Infinity)
          : (used.memory?.workingSetBytes ?? 0) >= share * (parseBytes(limits.memory) ?? Infinity);
      });
    },
    { what: `the kubelet to have measured ${share * 100} % of the ${resource} limit`, within: 120_000 },
  );
}
