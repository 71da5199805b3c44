/** Changes of a workload's pod template, each followed by the rollout that it causes. */
import type { V1Container, V1ResourceRequirements } from '@kubernetes/client-node';
import type { Service } from '../exec/port.ts';
import type { Limits } from '../runtime/port.ts';
import { type Cluster, FIELD_MANAGER } from './cluster.ts';
import { fail } from './errors.ts';
import type { Readiness } from './port.ts';
import { formatBytes, formatMillicores, parseBytes, parseMillicores } from './quantity.ts';
import { awaitRollout } from './rollout.ts';
import { type Found, findWorkload } from './workload.ts';

/** As `kubectl rollout restart` does it: a new annotation makes a new template. */
export const restart = (cluster: Cluster, service: Service): Promise<void> =>
  change(cluster, service, `restart ${service}`, () => ({
    metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } },
  }));

/** Requests above a new limit are lowered to it: the API server would refuse the limit otherwise. */
export const setLimits = (cluster: Cluster, service: Service, limits: Limits): Promise<void> =>
  change(cluster, service, `set limits of ${service}`, ({ container }) =>
    ofContainer(container, { resources: resourcesWith(container, limits) }),
  );

export const setReadiness = (cluster: Cluster, service: Service, readiness: Readiness): Promise<void> =>
  change(cluster, service, `set readiness of ${service}`, ({ container, kind, name, namespace }) => {
    if (container.readinessProbe !== undefined) return ofContainer(container, { readinessProbe: readiness });
    throw fail(
      `set readiness of ${service}`,
      `${kind} ${namespace}/${name} has no readiness probe on ${container.name}: add one to its manifest first.`,
      'refused',
    );
  });

/** A strategic merge finds the container by its name and leaves the rest of it alone. */
const ofContainer = ({ name }: V1Container, fields: Partial<V1Container>): object => ({
  spec: { containers: [{ name, ...fields }] },
});

async function change(
  cluster: Cluster,
  service: Service,
  operation: string,
  templateOf: (found: Found) => object,
): Promise<void> {
  const before = await findWorkload(cluster, service);
  const { kind, name, namespace } = before;
  refusePaused(operation, before);
  const body = { spec: { template: templateOf(before) } };
  const request = { name, namespace, body, fieldManager: FIELD_MANAGER };
  const strategy = cluster.as('StrategicMergePatch');
  const after = await (kind === 'deployment'
    ? cluster.apps.patchNamespacedDeployment(request, strategy)
    : cluster.apps.patchNamespacedStatefulSet(request, strategy));
  await awaitRollout(cluster, { operation, service, before, after });
}

export function refusePaused(operation: string, found: Found): void {
  if (found.kind !== 'deployment' || !found.object.spec?.paused) return;
  throw fail(
    operation,
    `${found.kind} ${found.namespace}/${found.name} is paused, so no change would reach its pods: “kubectl rollout resume” it first.`,
    'refused',
  );
}

function resourcesWith(
  { resources }: V1Container,
  { memoryBytes, cpuMillicores }: Limits,
): V1ResourceRequirements {
  const limits: Record<string, string> = {};
  const requests: Record<string, string> = {};
  if (memoryBytes !== undefined) {
    limits.memory = formatBytes(memoryBytes);
    if ((parseBytes(resources?.requests?.memory) ?? 0) > memoryBytes) requests.memory = limits.memory;
  }
  if (cpuMillicores !== undefined) {
    limits.cpu = formatMillicores(cpuMillicores);
    if ((parseMillicores(resources?.requests?.cpu) ?? 0) > cpuMillicores) requests.cpu = limits.cpu;
  }
  return { limits, requests };
}
