/** Whether what a preview promised of pods has come about: as the cluster says it. */
import { bytes } from '../../commands/parts/words.ts';
import { parseBytes, parseMillicores } from '../../src/adapters/kubernetes/quantity.ts';
import type { ClusterStack } from './cluster-stack.ts';
import type { Promised } from './fault.ts';

type Kept = (stack: ClusterStack, preview: Promised) => Promise<boolean>;

const isPromised = ({ changes }: Promised, after: string): boolean =>
  changes.some((change) => change.after === after);

/** The cluster writes down whole seconds. */
const SECOND_MS = 1000;

/** Every pod is ready and younger than the request, and they are as many as was said. */
export const podsReplaced =
  (selector: string): Kept =>
  async ({ cluster, namespace }, preview) => {
    const pods = (await cluster.pods(namespace, selector)).filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined,
    );
    const isNew = pods.every(
      ({ metadata }) => (metadata?.creationTimestamp?.getTime() ?? 0) > preview.since - SECOND_MS,
    );
    const isReady = pods.every(({ status }) => status?.containerStatuses?.every(({ ready }) => ready));
    return isNew && isReady && isPromised(preview, `${pods.length} new ones`);
  };

const backendOf = async ({ cluster, namespace }: ClusterStack) => {
  const { spec } = await cluster.apps.readNamespacedDeployment({ name: 'paksa-backend', namespace });
  return spec?.template.spec?.containers.find(({ name }) => name === 'backend');
};

export const podsLimited =
  (resource: 'cpu' | 'memory'): Kept =>
  async (stack, preview) => {
    const limits = (await backendOf(stack))?.resources?.limits;
    return isPromised(
      preview,
      resource === 'cpu' ? `${parseMillicores(limits?.cpu) ?? 0}m` : bytes(parseBytes(limits?.memory) ?? 0),
    );
  };

/** The readiness probe asks as often as was said. */
export const probeChanged: Kept = async (stack, { changes }) => {
  const { periodSeconds, timeoutSeconds, failureThreshold } = (await backendOf(stack))?.readinessProbe ?? {};
  const figures = [`${periodSeconds} s`, `${timeoutSeconds} s`, `${failureThreshold}`];
  return changes.length === figures.length && changes.every(({ after }, at) => after === figures[at]);
};
