/** Who gets traffic: the endpoints behind a Service, as the API server lists them. */
import type { V1EndpointAddress, V1EndpointSubset, V1Endpoints } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import type { Endpoints, ServiceSummary } from './port.ts';

/** Endpoints and not EndpointSlices: every version of the API has them, and they are complete up to 1000 addresses. */
export async function endpointsOf(cluster: Cluster): Promise<Endpoints> {
  const { namespace, backendService: name } = cluster.settings;
  // A Service that is not there is named as such; its endpoints may not be there yet.
  await cluster.core.readNamespacedService({ name, namespace });
  const { subsets = [] } = await cluster.core.readNamespacedEndpoints({ name, namespace });
  return {
    service: name,
    ready: subsets.flatMap((subset) => addresses(subset, subset.addresses)),
    notReady: subsets.flatMap((subset) => addresses(subset, subset.notReadyAddresses)),
  };
}

const addresses = ({ ports = [] }: V1EndpointSubset, of: readonly V1EndpointAddress[] = []): string[] =>
  of.flatMap(({ ip, targetRef }) => {
    const host = ip.includes(':') ? `[${ip}]` : ip;
    const who = targetRef?.name === undefined ? '' : ` (${targetRef.name})`;
    return ports.length === 0 ? [`${host}${who}`] : ports.map(({ port }) => `${host}:${port}${who}`);
  });

export async function servicesOf(cluster: Cluster): Promise<readonly ServiceSummary[]> {
  const { namespace } = cluster.settings;
  const [services, endpoints] = await Promise.all([
    cluster.core.listNamespacedService({ namespace }),
    cluster.core.listNamespacedEndpoints({ namespace }),
  ]);
  const ready = new Map(endpoints.items.map((each) => [each.metadata?.name, readyAddresses(each)]));
  return services.items.map(({ metadata, spec }) => ({
    name: metadata?.name ?? '',
    type: spec?.type ?? 'ClusterIP',
    readyAddresses: ready.get(metadata?.name) ?? 0,
    hasSelector: Object.keys(spec?.selector ?? {}).length > 0,
  }));
}

const readyAddresses = ({ subsets = [] }: V1Endpoints): number =>
  new Set(subsets.flatMap(({ addresses: of = [] }) => of.map(({ ip }) => ip))).size;
