/** What the lab asks of a cluster: apply, wait, run a program in a pod. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';
import { until } from '../until.ts';

export interface PodExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SERVER_SIDE = [undefined, undefined, 'paksa-lab', true, PatchStrategy.ServerSideApply] as const;

const MERGE = [undefined, undefined, 'paksa-lab', undefined, PatchStrategy.MergePatch] as const;

export type WorkloadName = `${'deployment' | 'statefulset'}/${string}`;

export type Cluster = ReturnType<typeof connectCluster>;

/** `kubeconfig`: a path. Nothing is asked of the cluster yet. */
export function connectCluster(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const objects = KubernetesObjectApi.makeApiClient(config);

  return {
    config,
    core,
    apps,
    server: config.getCurrentCluster()?.server ?? '',
    /** PEM. */
    authority: Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64').toString(),

    async isReady(): Promise<boolean> {
      await core.readNamespace({ name: 'default' });
      return true;
    },

    async nodeIsReady(name: string): Promise<boolean> {
      const { status, spec } = await core.readNode({ name });
      const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
      return ready === true && (spec?.taints ?? []).length === 0;
    },

    /** Server-side apply: creates it, or makes it so. */
    async apply(object: KubernetesObject): Promise<void> {
      await objects.patch(object, ...SERVER_SIDE);
    },

    async pods(namespace: string, labelSelector: string): Promise<readonly V1Pod[]> {
      return (await core.listNamespacedPod({ namespace, labelSelector })).items;
    },

    /** At once, unless it is given so many seconds; one that is gone already is what was wanted. */
    async removePod(namespace: string, name: string, gracePeriodSeconds = 0): Promise<void> {
      await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds }).catch(isNotFound);
    },

    /** A namespace in which pods can be made; it may be there already. */
    async ensureNamespace(name: string, labels: Record<string, string>): Promise<void> {
      await objects.patch(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
        ...SERVER_SIDE,
      );
      await until(async () => core.readNamespacedServiceAccount({ name: 'default', namespace: name }), {
        what: `the service account of ${name}`,
        within: 30_000,
      });
    },

    /** With everything in it, at once. */
    async removeNamespace(name: string): Promise<void> {
      const isGone = async () => core.readNamespace({ name }).then(() => false, isNotFound);
      if (await isGone()) return;
      await core.deleteNamespace({ name });
      await core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
      await until(isGone, { what: `the end of ${name}`, within: 90_000 });
    },

    /** As `kubectl rollout restart` does. */
    async restart(namespace: string, workload: WorkloadName): Promise<void> {
      const [kind, name = ''] = workload.split('/');
      const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
      await objects.patch(
        {
          apiVersion: 'apps/v1',
          kind: kind === 'deployment' ? 'Deployment' : 'StatefulSet',
          metadata: { name, namespace },
          ...{ spec: { template: { metadata: { annotations } } } },
        },
        ...MERGE,
      );
    },

    /** Resolves when every replica that is wanted runs what is wanted, and is ready. */
    async untilRolledOut(namespace: string, workload: WorkloadName): Promise<void> {
      await until(
        async () => {
          const [kind, name = ''] = workload.split('/');
          const { metadata, spec, status } =
            kind === 'deployment'
              ? await apps.readNamespacedDeployment({ namespace, name })
              : await apps.readNamespacedStatefulSet({ namespace, name });
          const wanted = spec?.replicas ?? 1;
          return (
            status?.observedGeneration === metadata?.generation &&
            (status?.updatedReplicas ?? 0) === wanted &&
            (status?.readyReplicas ?? 0) === wanted &&
            (status?.replicas ?? 0) === wanted
          );
        },
        {
          what: `${workload} to be rolled out`,
          within: 120_000,
          explain: async () => {
            const [pods, events] = await Promise.all([
              core.listNamespacedPod({ namespace }),
              core.listNamespacedEvent({ namespace, fieldSelector: 'type=Warning' }),
            ]);
            return [
              explainPods(pods.items),
              ...events.items.slice(-5).map(({ reason, message }) => `${reason}: ${message}`),
            ].join('\n');
          },
        },
      );
    },

    /** Runs a program in a pod's container. */
    async exec(
      namespace: string,
      pod: string,
      container: string,
      argv: readonly string[],
    ): Promise<PodExecResult> {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const said = Promise.all([text(out), text(err)]);
      const status = await new Promise<V1Status>((resolve, reject) => {
        new Exec(config)
          .exec(namespace, pod, container, [...argv], out, err, null, false, resolve)
          .then((socket) => {
            socket.on('error', reject);
            socket.on('close', () => reject(new Error(`the exec in ${pod} was cut off`)));
          }, reject);
      }).finally(() => {
        out.end();
        err.end();
      });
      const [stdout, stderr] = await said;
      return { exitCode: exitCodeOf(status), stdout, stderr };
    },
  };
}

/** @throws the error, when it is another */
function isNotFound(error: unknown): boolean {
  if (error instanceof ApiException && error.code === 404) return true;
  throw error;
}

function exitCodeOf({ status, message, details }: V1Status): number {
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) throw new Error(`the program could not be run: ${message}`);
  return Number(code);
}

const explainPods = (pods: readonly V1Pod[]): string =>
  pods
    .map(({ metadata, status }) => {
      const waiting = status?.containerStatuses?.map(({ state, ready }) =>
        ready ? 'ready' : `${state?.waiting?.reason ?? 'not ready'} ${state?.waiting?.message ?? ''}`.trim(),
      );
      return `${metadata?.name}: ${status?.phase} ${waiting?.join(', ') ?? ''}`;
    })
    .join('\n');
