/** What is there: the replicas that are really a workload's own, its figures, who gets traffic, a look from inside. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { front } from './front.ts';
import { barePod, deployment, IDLE, readyWhen, SERVE, service, statefulSet } from './manifests.ts';
import { type Adapter, failureOf, openStage, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('what is there', () => {
  let stage: Stage;
  let backend: Adapter;

  beforeAll(async () => {
    stage = await openStage();
    backend = stage.adapter('backend', {
      workloads: {
        backend: { kind: 'deployment', name: 'backend' },
        postgres: { kind: 'statefulset', name: 'postgres' },
        redis: { kind: 'deployment', name: 'none' },
      },
    });
    await stage.apply(
      deployment('backend', {
        command: SERVE,
        replicas: 2,
        container: {
          ...readyWhen('/etc/hostname'),
          resources: { limits: { memory: '128Mi', cpu: '1500m' }, requests: { memory: '16Mi', cpu: '10m' } },
        },
      }),
      barePod('stranger', { app: 'backend' }, { command: IDLE }),
      statefulSet('postgres', { command: IDLE }),
      deployment('none', { command: IDLE, replicas: 0 }),
      service('backend', 'backend', 8000),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'outside' },
        spec: { ports: [{ port: 80, protocol: 'TCP' }] },
      },
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/backend');
    await stage.cluster.untilRolledOut(stage.namespace, 'statefulset/postgres');
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  test('replicas of a deployment: its own pods, not a stranger that has the same labels', async () => {
    const replicas = await backend.probe.replicas('backend', soon());
    expect(replicas).toHaveLength(2);
    for (const replica of replicas) {
      expect(replica).toMatchObject({
        state: 'running',
        ready: true,
        restarts: 0,
        limits: { memoryBytes: 134_217_728, cpuMillicores: 1500 },
      });
      expect(replica.name).toMatch(/^backend-/);
      expect(replica.image).toContain('paksa-lab/base');
      expect(replica.startedAt).toBeInstanceOf(Date);
      expect(replica).not.toHaveProperty('why');
      expect(replica).not.toHaveProperty('lastExit');
    }
  });

  test('replicas of a stateful set, and of a deployment that is scaled to nothing', async () => {
    const [postgres] = await backend.probe.replicas('postgres', soon());
    expect(postgres).toMatchObject({ name: 'postgres-0', state: 'running', ready: true, limits: {} });
    expect(await backend.probe.replicas('redis', soon())).toEqual([]);
    expect(await backend.probe.usage('redis', soon())).toEqual([]);
    expect(await backend.probe.disks('redis', soon())).toEqual([]);
    expect(await backend.probe.logs('redis', { sinceSeconds: 60 }, soon())).toEqual({
      lines: [],
      truncated: false,
    });
  });

  test('what is wanted of a workload, and what is there', async () => {
    const workload = await backend.probe.workload('backend', soon());
    expect(workload).toMatchObject({
      kind: 'deployment',
      name: 'backend',
      namespace: stage.namespace,
      generation: 1,
      replicas: 2,
      ready: 2,
      updated: 2,
      limits: { memoryBytes: 134_217_728, cpuMillicores: 1500 },
      readiness: { periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3 },
    });
    expect(workload.resourceVersion).toMatch(/^\d+$/);
    expect(workload).not.toHaveProperty('trouble');
    const postgres = await backend.probe.workload('postgres', soon());
    expect(postgres).toMatchObject({
      kind: 'statefulset',
      name: 'postgres',
      replicas: 1,
      ready: 1,
      limits: {},
    });
    expect(postgres).not.toHaveProperty('readiness');
  });

  test('every pod of the namespace, and who made it', async () => {
    const pods = await backend.probe.pods(soon());
    expect(pods).toHaveLength(4);
    const backends = pods.filter(({ owner }) => owner === 'deployment/backend');
    expect(backends).toHaveLength(2);
    expect(backends[0]).toMatchObject({ phase: 'Running', ready: true, restarts: 0 });
    expect(pods.find(({ name }) => name === 'postgres-0')?.owner).toBe('statefulset/postgres');
    expect(pods.find(({ name }) => name === 'stranger')).not.toHaveProperty('owner');
  });

  test('who gets traffic', async () => {
    const { service: name, ready, notReady } = await backend.probe.endpoints(soon());
    expect(name).toBe('backend');
    // The stranger has the labels: the Service sends traffic to it, too.
    expect(ready).toHaveLength(3);
    for (const address of ready) expect(address).toMatch(/^[\d.]+:8000 \((backend-.+|stranger)\)$/);
    expect(notReady).toEqual([]);
    expect(await backend.probe.services(soon())).toEqual([
      { name: 'backend', type: 'ClusterIP', readyAddresses: 3, hasSelector: true },
      { name: 'outside', type: 'ClusterIP', readyAddresses: 0, hasSelector: false },
    ]);
  });

  test('a Service that is not there is named', async () => {
    const { probe } = stage.adapter('backend', { backendService: 'absent' });
    const error = await failureOf(probe.endpoints(soon()));
    expect(error).toMatchObject({ system: 'kubernetes', fault: 'not-found', retryable: false });
    expect(error.message).toContain(`service ${stage.namespace}/absent`);
  });

  test('what pods use, by the kubelet where there is no metrics API', async () => {
    // The kubelet has no figure of the processor before its second reading, and none of the memory at once.
    const held = expect.poll(() => backend.probe.usage('backend', soon()));
    const pod = {
      limits: { memoryBytes: 134_217_728, cpuMillicores: 1500 },
      memoryBytes: expect.toSatisfy((bytes: number) => bytes > 1_000_000 && bytes < 134_217_728),
      cpuMillicores: expect.toSatisfy((millicores: number) => millicores >= 0),
      source: 'kubelet',
    };
    await held.toEqual([expect.objectContaining(pod), expect.objectContaining(pod)]);
    for (const each of await backend.probe.usage('backend', soon()))
      expect(each).not.toHaveProperty('throttled');
  }, 90_000);

  test('what pods use, by the metrics API', async () => {
    const pods = await backend.probe.replicas('backend', soon());
    const asked: string[] = [];
    const kubeconfig = await front(stage, {
      http: ({ url = '' }, answer) => {
        if (!url.startsWith('/apis/metrics.k8s.io/')) return false;
        asked.push(url);
        const containers = [
          { name: 'sidecar', usage: { cpu: '9', memory: '9Gi' } },
          { name: 'main', usage: { cpu: '12345678n', memory: '20480Ki' } },
        ];
        // As metrics-server lists them: one of the pods is too new to be measured.
        const items = pods
          .slice(1)
          .map(({ name }) => ({ metadata: { name }, timestamp: '', window: '', containers }));
        answer.setHeader('content-type', 'application/json');
        answer.end(JSON.stringify({ kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', items }));
        return true;
      },
    });
    const { probe } = stage.adapter('backend', { kubeconfig });
    expect(await probe.usage('backend', soon())).toMatchObject([
      {
        replica: pods[1]?.name,
        memoryBytes: 20_971_520,
        cpuMillicores: 13,
        limits: { memoryBytes: 134_217_728, cpuMillicores: 1500 },
        source: 'metrics-api',
      },
    ]);
    expect(asked).toEqual([
      `/apis/metrics.k8s.io/v1beta1/namespaces/${stage.namespace}/pods?labelSelector=app%3Dbackend`,
    ]);
  });

  test('a metrics API that is forbidden, while the kubelet may be asked', async () => {
    const kubeconfig = await front(stage, {
      http: ({ url = '' }, answer) => {
        if (!url.startsWith('/apis/metrics.k8s.io/')) return false;
        answer.statusCode = 403;
        answer.end(JSON.stringify({ reason: 'Forbidden', message: '' }));
        return true;
      },
    });
    const { probe } = stage.adapter('backend', { kubeconfig });
    expect((await probe.usage('backend', soon())).map(({ source }) => source)).toEqual([
      'kubelet',
      'kubelet',
    ]);
  });

  test('a look from inside each replica', async () => {
    const { probe } = backend;
    const names = (await probe.replicas('backend', soon())).map(({ name }) => name);
    const byName = (them: readonly { readonly replica: string }[]) =>
      [...new Set(them.map(({ replica }) => replica))].sort();

    const disks = await probe.disks('backend', soon());
    expect(byName(disks)).toEqual(names);
    expect(disks.find(({ mount }) => mount === '/')?.sizeBytes).toBeGreaterThan(0);

    const processes = await probe.processes('backend', soon());
    expect(byName(processes)).toEqual(names);
    expect(processes.find(({ pid }) => pid === 1)?.command).toContain('http.server');

    const [load] = await probe.load('backend', soon());
    expect(load?.cores).toBeGreaterThan(0);
    expect(load?.averages).toHaveLength(3);

    const clocks = await probe.clocks('backend', soon());
    expect(byName(clocks)).toEqual(names);
    for (const { skewMs, uncertaintyMs } of clocks)
      expect(Math.abs(skewMs)).toBeLessThanOrEqual(uncertaintyMs);
    expect(byName(await probe.oomKills('backend', soon()))).toEqual(names);
    expect(byName(await probe.throttling('backend', soon()))).toEqual(names);

    const answers = await probe.ask('backend', 8000, '/etc/hostname', soon());
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ detail }) => detail.trim()).sort()).toEqual(names);
    const silent = await probe.ask('postgres', 8000, '/', soon());
    expect(silent[0]).not.toHaveProperty('status');

    const [pod] = await stage.pods('backend');
    const ip = pod?.status?.podIP ?? '';
    expect(await probe.reach('postgres', ip, 8000, soon())).toMatchObject([
      { replica: 'postgres-0', reached: true },
    ]);
    expect(await probe.reach('postgres', ip, 8001, soon())).toMatchObject([
      { reached: false, detail: 'connection refused' },
    ]);
  });
});
