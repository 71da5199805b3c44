/** What pods use now: by the metrics API, and where there is none, by the kubelets of the nodes that hold them. */
import type { V1Pod } from '@kubernetes/client-node';
import { z } from 'zod';
import { AdapterError } from '../../errors.ts';
import type { Usage } from '../runtime/port.ts';
import type { Cluster } from './cluster.ts';
import { fail } from './errors.ts';
import { parseBytes, parseMillicores } from './quantity.ts';
import { containerIn } from './replica.ts';
import { selectorText } from './selector.ts';
import { parseJson } from './transport.ts';
import { type Found, limitsOf, nameOf } from './workload.ts';

/** Of one pod's container. */
type Reading = Pick<Usage, 'memoryBytes' | 'cpuMillicores' | 'source'>;

const MetricsList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      containers: z.array(
        z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) }),
      ),
    }),
  ),
});

const Summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      containers: z
        .array(
          z.object({
            name: z.string(),
            cpu: z.object({ usageNanoCores: z.number().optional() }).nullish(),
            memory: z.object({ workingSetBytes: z.number().optional() }).nullish(),
          }),
        )
        // Of a pod whose containers have not started the kubelet says null.
        .nullish()
        .transform((containers) => containers ?? []),
    }),
  ),
});

/** A pod that has only just started is not measured yet, and left out. */
export async function usageOf(
  cluster: Cluster,
  found: Found,
  running: readonly V1Pod[],
): Promise<readonly Usage[]> {
  if (running.length === 0) return [];
  const container = found.container.name;
  const [readings, machines] = await Promise.all([
    readAny(cluster, found, running),
    machinesOf(cluster, running),
  ]);
  return running.flatMap((pod) => {
    const reading = readings.get(nameOf(pod));
    if (reading === undefined) return [];
    const limits = limitsOf(containerIn(pod, container) ?? {});
    return [{ replica: nameOf(pod), ...reading, limits, ...machines.get(pod.spec?.nodeName ?? '') }];
  });
}

type Machine = Pick<Usage, 'machineBytes' | 'machineIsShort'>;

/** What the pods' nodes have for pods, and whether they are short of it; nothing where Paksa may not look at nodes. */
async function machinesOf(
  cluster: Cluster,
  running: readonly V1Pod[],
): Promise<ReadonlyMap<string, Machine>> {
  const names = [...new Set(running.flatMap(({ spec }) => spec?.nodeName ?? []))];
  try {
    const nodes = await Promise.all(names.map((name) => cluster.core.readNode({ name })));
    return new Map(
      nodes.map(({ metadata, status }) => {
        const machineBytes = parseBytes(status?.allocatable?.memory);
        const pressure = status?.conditions?.find(({ type }) => type === 'MemoryPressure');
        const machine = {
          ...(machineBytes === undefined ? {} : { machineBytes }),
          machineIsShort: pressure?.status === 'True',
        };
        return [metadata?.name ?? '', machine];
      }),
    );
  } catch (error) {
    if (error instanceof AdapterError && ['forbidden', 'not-found'].includes(error.fault)) return new Map();
    throw error;
  }
}

async function readAny(
  cluster: Cluster,
  found: Found,
  running: readonly V1Pod[],
): Promise<ReadonlyMap<string, Reading>> {
  let absent: AdapterError | undefined;
  try {
    const readings = await byMetricsApi(cluster, found);
    if (readings.size > 0) return readings;
  } catch (error) {
    if (!isAbsent(error)) throw error;
    absent = error;
  }
  try {
    return await byKubelets(cluster, found, running);
  } catch (error) {
    // Of two missing rights, the smaller one is asked for.
    throw absent?.fault === 'forbidden' ? absent : error;
  }
}

/** Not installed, not permitted, or installed and down (the API server answers 503 in its place). */
const isAbsent = (error: unknown): error is AdapterError =>
  error instanceof AdapterError && ['not-found', 'forbidden', 'failed'].includes(error.fault);

async function byMetricsApi(cluster: Cluster, found: Found): Promise<Map<string, Reading>> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${found.namespace}/pods`;
  const labelSelector = selectorText(found.object.spec?.selector ?? {});
  const answer = await cluster.get(path, { labelSelector });
  const { items } = parse(MetricsList, answer.body, 'the metrics API');
  return new Map(
    items.flatMap(({ metadata, containers }) => {
      const usage = containers.find(({ name }) => name === found.container.name)?.usage;
      const memoryBytes = parseBytes(usage?.memory);
      const cpuMillicores = parseMillicores(usage?.cpu);
      if (memoryBytes === undefined || cpuMillicores === undefined) return [];
      return [[metadata.name, { memoryBytes, cpuMillicores, source: 'metrics-api' as const }]];
    }),
  );
}

async function byKubelets(
  cluster: Cluster,
  { namespace, container }: Found,
  running: readonly V1Pod[],
): Promise<Map<string, Reading>> {
  const nodes = [...new Set(running.flatMap(({ spec }) => spec?.nodeName ?? []))];
  const summaries = await Promise.all(
    nodes.map(async (node) => {
      const answer = await cluster.get(`/api/v1/nodes/${node}/proxy/stats/summary`, {});
      return parse(Summary, answer.body, `the kubelet of ${node}`);
    }),
  );
  const pods = summaries.flatMap((summary) => summary.pods);
  return new Map(
    pods.flatMap(({ podRef, containers }) => {
      const { cpu, memory } = containers.find(({ name }) => name === container.name) ?? {};
      if (podRef.namespace !== namespace) return [];
      if (cpu?.usageNanoCores === undefined || memory?.workingSetBytes === undefined) return [];
      const cpuMillicores = Math.ceil(cpu.usageNanoCores / 1_000_000);
      const reading = { memoryBytes: memory.workingSetBytes, cpuMillicores, source: 'kubelet' as const };
      return [[podRef.name, reading]];
    }),
  );
}

function parse<T>(schema: z.ZodType<T>, body: Buffer, who: string): T {
  const { data, error } = schema.safeParse(parseJson(body.toString()));
  if (data !== undefined) return data;
  throw fail('read usage', `Paksa does not understand the answer of ${who}: ${error?.issues[0]?.message}.`);
}
