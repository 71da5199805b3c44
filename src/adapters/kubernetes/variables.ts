/** The environment that processes really have; of a pod that cannot be looked into, the one that it would be started with. */
import type { V1EnvVar, V1Pod } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import { isMissingProgram } from '../exec/missing-program.ts';
import type { ReplicaVariables } from '../runtime/port.ts';
import { entriesOf, factsOf } from '../runtime/variables.ts';
import type { Cluster } from './cluster.ts';
import { execIn } from './exec.ts';
import { containerIn, replicaOf } from './replica.ts';
import { secretText } from './secrets.ts';
import { nameOf } from './workload.ts';

/** Linux lets a process have more, but no pod's specification can hold it. */
const MOST_BYTES = 1_048_576;

export async function variablesOf(
  cluster: Cluster,
  pods: readonly V1Pod[],
  container: string,
  names: readonly string[],
): Promise<readonly ReplicaVariables[]> {
  return Promise.all(
    pods.map(async (pod) => {
      const entries =
        (await fromProcess(cluster, pod, container)) ?? (await fromSpec(cluster, pod, container));
      return { replica: nameOf(pod), variables: factsOf(entries, names) };
    }),
  );
}

/** Undefined where nobody can be asked. */
async function fromProcess(cluster: Cluster, pod: V1Pod, container: string): Promise<string[] | undefined> {
  // With a shared process namespace, process 1 is not the container's.
  if (replicaOf(pod, container).state !== 'running' || pod.spec?.shareProcessNamespace) return undefined;
  try {
    const options = { signal: cluster.signal, maxBytes: MOST_BYTES };
    const { exitCode, stdout } = await execIn(cluster, pod, container)(['cat', '/proc/1/environ'], options);
    return exitCode === 0 ? entriesOf(stdout) : undefined;
  } catch (error) {
    if (isMissingProgram(error) || isGone(error)) return undefined;
    throw error;
  }
}

const isGone = (error: unknown): boolean => error instanceof AdapterError && error.fault === 'not-found';

/** In the kubelet's order: `envFrom` first, then `env`, of which a later one may use an earlier one's value. */
async function fromSpec(cluster: Cluster, pod: V1Pod, container: string): Promise<string[]> {
  const namespace = pod.metadata?.namespace ?? '';
  const { env = [], envFrom = [] } = containerIn(pod, container) ?? {};
  const values = new Map<string, string>();
  for (const { prefix = '', secretRef, configMapRef } of envFrom) {
    const found = secretRef?.name
      ? await secretData(cluster, namespace, secretRef.name)
      : await configData(cluster, namespace, configMapRef?.name ?? '');
    for (const [name, value] of Object.entries(found)) values.set(`${prefix}${name}`, value);
  }
  for (const variable of env) {
    const value = await variableValue(cluster, namespace, variable, values);
    if (value !== undefined) values.set(variable.name, value);
  }
  return [...values].map(([name, value]) => `${name}=${value}`);
}

async function variableValue(
  cluster: Cluster,
  namespace: string,
  { value, valueFrom }: V1EnvVar,
  earlier: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (secretKeyRef?.name) {
    return (await secretData(cluster, namespace, secretKeyRef.name))[secretKeyRef.key];
  }
  if (configMapKeyRef?.name) {
    return (await configData(cluster, namespace, configMapKeyRef.name))[configMapKeyRef.key];
  }
  return valueFrom === undefined ? expand(value ?? '', earlier) : undefined;
}

/** `$(NAME)` is replaced, `$$(NAME)` is the text `$(NAME)`, an unknown name stays as it is. */
const expand = (value: string, earlier: ReadonlyMap<string, string>): string =>
  value.replace(/\$\$|\$\(([^)]+)\)/g, (text, name: string | undefined) =>
    name === undefined ? '$' : (earlier.get(name) ?? text),
  );

/** One that is not there is why the pod does not start: then the variables are not there either. */
const secretData = (cluster: Cluster, namespace: string, name: string) =>
  orEmpty(async () => {
    const { data = {} } = await cluster.core.readNamespacedSecret({ name, namespace });
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, secretText(value)]));
  });

const configData = (cluster: Cluster, namespace: string, name: string) =>
  orEmpty(async () => (await cluster.core.readNamespacedConfigMap({ name, namespace })).data ?? {});

async function orEmpty(read: () => Promise<Record<string, string>>): Promise<Record<string, string>> {
  try {
    return await read();
  } catch (error) {
    if (isGone(error)) return {};
    throw error;
  }
}
