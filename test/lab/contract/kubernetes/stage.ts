/** A namespace of a test file's own in the lab's cluster, and the adapter in front of it, with the bot's own rights. */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import { createPairReader } from '../../../../src/adapters/certificate/pair.ts';
import { inFirst } from '../../../../src/adapters/exec/in-first.ts';
import type { Exec } from '../../../../src/adapters/exec/port.ts';
import { createKubernetesActuator } from '../../../../src/adapters/kubernetes/actuator.ts';
import { createLoginReader } from '../../../../src/adapters/kubernetes/database-password.ts';
import { runningPods } from '../../../../src/adapters/kubernetes/exec.ts';
import type {
  KubernetesActuator,
  KubernetesProbe,
  KubernetesSettings,
  WorkloadRef,
} from '../../../../src/adapters/kubernetes/port.ts';
import { createKubernetesProbe } from '../../../../src/adapters/kubernetes/probe.ts';
import type { ReadLogin } from '../../../../src/adapters/postgres/port.ts';
import { AdapterError } from '../../../../src/errors.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../harness/folder.ts';
import { runningLab } from '../../for-tests.ts';
import { admitBot } from '../../kubernetes/bot-user.ts';
import { type Cluster, connectCluster } from '../../kubernetes/cluster.ts';
import type { Lab } from '../../lab.ts';

export interface Stage extends AsyncDisposable {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly folder: string;
  apply(...objects: readonly object[]): Promise<void>;
  /** Of the pods that `app=name` selects, terminating ones too. */
  pods(name: string): Promise<readonly V1Pod[]>;
  /** The adapter with this workload as its `backend`, and others by their services. */
  adapter(backend: string | WorkloadRef, more?: Partial<KubernetesSettings>): Adapter;
}

export interface Adapter {
  readonly probe: KubernetesProbe;
  readonly actuator: KubernetesActuator;
  readonly exec: Exec;
  readonly readLogin: ReadLogin;
}

export async function openStage(): Promise<Stage> {
  const lab = await runningLab();
  const cluster = connectCluster(lab.kubernetes.adminKubeconfig);
  const namespace = `paksa-contract-${randomBytes(4).toString('hex')}`;
  const folder: TemporaryFolder = await temporaryFolder();
  await cluster.ensureNamespace(namespace, { 'paksa-lab': 'contract' });
  await admitBot(cluster, namespace);
  return {
    lab,
    cluster,
    namespace,
    folder: folder.path,
    apply: async (...objects) => {
      for (const object of objects) await cluster.apply(withNamespace(object, namespace));
    },
    pods: (name) => cluster.pods(namespace, `app=${name}`),
    adapter: (backend, more = {}) => {
      const ref: WorkloadRef = typeof backend === 'string' ? { kind: 'deployment', name: backend } : backend;
      const settings = (): KubernetesSettings => ({
        kubeconfig: lab.kubernetes.botKubeconfig,
        namespace,
        workloads: { backend: ref },
        backendService: 'backend',
        tlsSecret: 'tls',
        ...more,
      });
      const files = {
        certificate: join(folder.path, 'fullchain.pem'),
        key: join(folder.path, 'privkey.pem'),
      };
      return {
        probe: createKubernetesProbe(settings),
        actuator: createKubernetesActuator(
          settings,
          createPairReader(() => ({ files })),
        ),
        exec: inFirst(runningPods(settings, 'backend')),
        readLogin: createLoginReader(settings),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await cluster.removeNamespace(namespace);
      await folder[Symbol.asyncDispose]();
    },
  };
}

const withNamespace = (object: KubernetesObject, namespace: string): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

/** Long enough for a look on a busy machine. */
export const soon = (): AbortSignal => AbortSignal.timeout(30_000);

/** Long enough for a rollout on a busy machine. */
export const ROLLOUT_MS = 120_000;
export const inTime = (): AbortSignal => AbortSignal.timeout(ROLLOUT_MS);

/** What a call fails with. @throws Error when it does not, or not with an AdapterError */
export async function failureOf(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (thrown instanceof AdapterError) return thrown;
  throw thrown;
}

export interface KubeconfigParts {
  readonly server: string;
  readonly authority: string;
  readonly token: string;
}

/** With one context, `test`. */
export async function writeTestKubeconfig(
  path: string,
  { server, authority, token }: KubeconfigParts,
): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
