/** What several faults do to the workloads of a cluster stack. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { ClusterStack } from '../cluster-stack.ts';
import { until } from '../until.ts';

const BACKEND = 'deployment/paksa-backend';
const NAME = 'paksa-backend';
const STRATEGIC = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

export interface BackendPatch {
  readonly memoryMib?: number;
  readonly cpuMillicores?: number;
  readonly command?: readonly string[];
  readonly readiness?: Readonly<Record<string, number>>;
}

/** Changes the deployment; does not wait, because most of what is changed here does not come up. */
export async function patchBackend(stack: ClusterStack, change: BackendPatch): Promise<void> {
  const { memoryMib, cpuMillicores, command, readiness } = change;
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
  await stack.reset('backend.yaml');
  const before = await podNames(stack);
  for (const name of before)
    await stack.cluster.core.deleteNamespacedPod({ name, namespace: stack.namespace, gracePeriodSeconds: 0 });
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
