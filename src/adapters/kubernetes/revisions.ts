/** The pod templates that a Deployment has had, and the way back to one, as `kubectl rollout undo` goes it. */
import type { V1Deployment } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import type { Service } from '../exec/port.ts';
import { type Cluster, FIELD_MANAGER } from './cluster.ts';
import { fail } from './errors.ts';
import type { Revision, RolloutHistory } from './port.ts';
import { isReady } from './replica.ts';
import { type FoundDeployment, hashOf, keptBy, numberOf, type ReplicaSet } from './replica-sets.ts';
import { awaitRollout } from './rollout.ts';
import { selectorText } from './selector.ts';
import { refusePaused } from './template.ts';
import { changesBetween, type PodTemplate } from './template-changes.ts';
import { until } from './until.ts';
import { controllerOf, findWorkload, nameOf, TEMPLATE_HASH, wantedReplicas } from './workload.ts';

/** What whoever rolled it out noted down: `kubectl rollout history` shows it. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

export async function historyOf(cluster: Cluster, service: Service): Promise<RolloutHistory> {
  const { deployment, current, earlier } = await keptBy(cluster, service, `list revisions of ${service}`);
  const { name, namespace, object } = deployment;
  const labelSelector = selectorText(object.spec?.selector ?? {});
  const pods = await cluster.core.listNamespacedPod({ namespace, labelSelector });
  const describe = (set: ReplicaSet): Revision => {
    const own = pods.items.filter(
      ({ metadata }) => controllerOf(metadata) === set.metadata.uid && !metadata?.deletionTimestamp,
    );
    return {
      number: numberOf(set),
      template: hashOf(set),
      since: set.metadata.creationTimestamp,
      pods: own.map(nameOf),
      ready: own.filter(isReady).length,
      changes: changesBetween(current.spec.template, set.spec.template),
    };
  };
  return {
    name,
    namespace,
    replicas: wantedReplicas(deployment),
    paused: object.spec?.paused ?? false,
    current: describe(current),
    earlier: earlier.map(describe),
  };
}

/** The API server's defaults, quotas and admission plugins have their say; nothing is kept. */
export async function rehearseRollBack(cluster: Cluster, service: Service, template: string): Promise<void> {
  await write(cluster, service, template, { operation: `rehearse rolling ${service} back`, dryRun: true });
}

export async function rollBack(
  cluster: Cluster,
  service: Service,
  template: string,
  { untilReady }: { readonly untilReady: boolean },
): Promise<void> {
  const operation = `roll ${service} back`;
  const { before, after } = await write(cluster, service, template, { operation });
  if (untilReady) return awaitRollout(cluster, { operation, service, before, after });
  await until(cluster, operation, async () => {
    const { current } = await keptBy(cluster, service, operation);
    return hashOf(current) === template ? undefined : 'the controller has not begun yet';
  });
}

interface Written {
  readonly before: FoundDeployment;
  readonly after: V1Deployment;
}

async function write(
  cluster: Cluster,
  service: Service,
  template: string,
  { operation, dryRun = false }: { operation: string; dryRun?: boolean },
): Promise<Written> {
  const { deployment: before, current, earlier } = await keptBy(cluster, service, operation);
  refusePaused(operation, before);
  const { name, namespace, object } = before;
  const to = [current, ...earlier].find((set) => hashOf(set) === template);
  if (to === undefined) {
    throw fail(
      operation,
      `deployment ${namespace}/${name} has no revision with the template ${template} any more: look with “kubectl rollout history”, and deploy it anew.`,
      'not-found',
    );
  }
  const body = patchTo(to, object);
  const request = {
    name,
    namespace,
    body,
    fieldManager: FIELD_MANAGER,
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  try {
    const after = await cluster.apps.patchNamespacedDeployment(request, cluster.as('JsonPatch'));
    return { before, after };
  } catch (error) {
    if (!(error instanceof AdapterError && error.fault === 'refused')) throw error;
    const now = await findWorkload(cluster, service);
    if (now.object.metadata?.generation === object.metadata?.generation) throw error;
    throw fail(
      operation,
      `deployment ${namespace}/${name} was changed by somebody else at the same time: look again, then try again.`,
      'failed',
      { retryable: true, cause: error },
    );
  }
}

/**
 * As kubectl writes it, but only over what was read. Of the Deployment's annotations it puts back the one
 * that is the revision's own.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go
 */
function patchTo({ metadata, spec }: ReplicaSet, deployment: V1Deployment): object[] {
  const { generation, annotations = {} } = deployment.metadata ?? {};
  const cause = metadata.annotations[CHANGE_CAUSE];
  const path = `/metadata/annotations/${CHANGE_CAUSE.replace('/', '~1')}`;
  return [
    { op: 'test', path: '/metadata/generation', value: generation },
    { op: 'replace', path: '/spec/template', value: withoutHash(spec.template) },
    ...(cause === undefined ? [] : [{ op: 'add', path, value: cause }]),
    ...(cause === undefined && annotations[CHANGE_CAUSE] !== undefined ? [{ op: 'remove', path }] : []),
  ];
}

const withoutHash = ({ metadata, ...template }: PodTemplate): PodTemplate => {
  const { [TEMPLATE_HASH]: _, ...labels } = metadata?.labels ?? {};
  return { ...template, metadata: { ...metadata, labels } };
};
