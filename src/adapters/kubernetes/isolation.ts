/**
 * Cuts the backend's pods off, by a NetworkPolicy of Paksa's own that selects them and allows nothing. Policies add up:
 * another one that lets traffic through to the same pods would make it worth nothing, so it is looked for first.
 */
import type { V1LabelSelector, V1NetworkPolicy } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import { type Cluster, FIELD_MANAGER, MANAGED_BY } from './cluster.ts';
import { fail } from './errors.ts';
import { isSelected, selectorText } from './selector.ts';
import { type Found, findWorkload } from './workload.ts';

export const POLICY = 'paksa-isolation';

/** Whether the policy is there, selects those pods, and no other policy lets them talk. A network plugin that ignores policies is not seen. */
export async function isIsolated(cluster: Cluster): Promise<boolean> {
  const backend = await findWorkload(cluster, 'backend');
  const policies = await policiesOf(cluster, backend);
  return (
    policies.some((policy) => isOurs(policy) && cutsOff(policy, backend)) &&
    openings(policies, backend).length === 0
  );
}

export async function isolate(cluster: Cluster): Promise<void> {
  const backend = await findWorkload(cluster, 'backend');
  const { namespace } = backend;
  const policies = await policiesOf(cluster, backend);
  const open = openings(policies, backend);
  if (open.length > 0) {
    throw fail(
      'create networkpolicies',
      `Other network policies let traffic through to ${backend.name}, so denying it would change nothing: ` +
        `remove ${open.join(', ')} in ${namespace} first. Nothing was changed.`,
      'refused',
    );
  }
  const present = policies.find(({ metadata }) => metadata?.name === POLICY);
  if (present !== undefined) {
    refuseUnlessOurs(present, namespace);
    if (cutsOff(present, backend)) return;
    await remove(cluster, present, namespace); // it selects pods of an earlier configuration
  }
  const body: V1NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: POLICY, namespace, labels: { ...MANAGED_BY } },
    spec: { podSelector: selectorOf(backend), policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] },
  };
  await cluster.networking.createNamespacedNetworkPolicy({ namespace, body, fieldManager: FIELD_MANAGER });
}

/** One that is gone already is as it should be. */
export async function rejoin(cluster: Cluster): Promise<void> {
  const { namespace } = await findWorkload(cluster, 'backend');
  try {
    const present = await cluster.networking.readNamespacedNetworkPolicy({ name: POLICY, namespace });
    refuseUnlessOurs(present, namespace);
    await remove(cluster, present, namespace);
  } catch (error) {
    if (!(error instanceof AdapterError && error.fault === 'not-found')) throw error;
  }
}

/** That very object, and not one that has taken its name meanwhile. */
async function remove(cluster: Cluster, { metadata }: V1NetworkPolicy, namespace: string): Promise<void> {
  const body = metadata?.uid === undefined ? {} : { preconditions: { uid: metadata.uid } };
  await cluster.networking.deleteNamespacedNetworkPolicy({ name: POLICY, namespace, body });
}

const policiesOf = async (cluster: Cluster, { namespace }: Found): Promise<readonly V1NetworkPolicy[]> =>
  (await cluster.networking.listNamespacedNetworkPolicy({ namespace })).items;

const selectorOf = ({ object }: Found): V1LabelSelector => object.spec?.selector ?? {};

const isOurs = ({ metadata }: V1NetworkPolicy): boolean =>
  metadata?.name === POLICY &&
  Object.entries(MANAGED_BY).every(([key, value]) => metadata.labels?.[key] === value);

const allowsNothing = ({ spec }: V1NetworkPolicy): boolean =>
  (spec?.ingress ?? []).length === 0 && (spec?.egress ?? []).length === 0;

const cutsOff = (policy: V1NetworkPolicy, backend: Found): boolean =>
  allowsNothing(policy) &&
  ['Ingress', 'Egress'].every((type) => policy.spec?.policyTypes?.includes(type)) &&
  selectorText(policy.spec?.podSelector ?? {}) === selectorText(selectorOf(backend));

/** Names of the policies that allow the backend's pods something. */
const openings = (policies: readonly V1NetworkPolicy[], backend: Found): string[] => {
  const labels = backend.object.spec?.template.metadata?.labels ?? {};
  return policies
    .filter((policy) => !allowsNothing(policy) && isSelected(labels, policy.spec?.podSelector ?? {}))
    .map(({ metadata }) => metadata?.name ?? '');
};

function refuseUnlessOurs(policy: V1NetworkPolicy, namespace: string): void {
  if (isOurs(policy)) return;
  throw fail(
    'change networkpolicies',
    `The network policy ${namespace}/${POLICY} was not made by Paksa: nothing was changed. Look whose it is, and rename it.`,
    'refused',
  );
}
