/** Cutting the backend off by a policy of Paksa's own, and no other's. */
import { KubeConfig, NetworkingV1Api, type V1NetworkPolicy } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE } from './manifests.ts';
import { type Adapter, failureOf, openStage, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('cutting the backend off', () => {
  let stage: Stage;
  let adapter: Adapter;
  let networking: NetworkingV1Api;

  beforeAll(async () => {
    stage = await openStage();
    adapter = stage.adapter('backend');
    const config = new KubeConfig();
    config.loadFromFile(stage.lab.kubernetes.adminKubeconfig);
    networking = config.makeApiClient(NetworkingV1Api);
    await stage.apply(deployment('backend', { command: IDLE, replicas: 0 }));
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);
  afterEach(() => networking.deleteCollectionNamespacedNetworkPolicy({ namespace: stage.namespace }));

  const policies = async (): Promise<readonly V1NetworkPolicy[]> =>
    (await networking.listNamespacedNetworkPolicy({ namespace: stage.namespace })).items;

  const policy = (name: string, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec,
  });

  const BACKEND = { podSelector: { matchLabels: { app: 'backend' } } };
  const LETS_ALL_IN = { policyTypes: ['Ingress'], ingress: [{}] };

  test('a policy that allows nothing, and its end', async () => {
    const { probe, actuator } = adapter;
    expect(await probe.isIsolated(soon())).toBe(false);
    await actuator.isolate(soon());
    expect(await probe.isIsolated(soon())).toBe(true);
    const [{ metadata, spec } = {}] = await policies();
    expect(metadata).toMatchObject({
      name: 'paksa-isolation',
      labels: { 'app.kubernetes.io/managed-by': 'paksa' },
    });
    expect(spec).toEqual({ ...BACKEND, policyTypes: ['Ingress', 'Egress'] });

    await actuator.isolate(soon());
    expect(await policies()).toHaveLength(1);
    await actuator.rejoin(soon());
    expect(await probe.isIsolated(soon())).toBe(false);
    expect(await policies()).toEqual([]);
    await actuator.rejoin(soon());
  });

  test('a policy of that name which is not Paksa’s', async () => {
    const { probe, actuator } = adapter;
    await stage.apply(policy('paksa-isolation', { ...BACKEND, policyTypes: ['Ingress', 'Egress'] }));
    expect(await probe.isIsolated(soon())).toBe(false);
    for (const call of [actuator.isolate, actuator.rejoin]) {
      const error = await failureOf(call(soon()));
      expect(error.fault).toBe('refused');
      expect(error.message).toContain('was not made by Paksa');
    }
    expect(await policies()).toHaveLength(1);
  });

  test('others that let traffic through would make it worth nothing', async () => {
    const { probe, actuator } = adapter;
    await stage.apply(
      policy('open-door', { ...BACKEND, ...LETS_ALL_IN }),
      policy('next-door', { podSelector: { matchLabels: { app: 'other' } }, ...LETS_ALL_IN }),
      policy('closed-door', { podSelector: {}, policyTypes: ['Ingress'] }),
    );
    const error = await failureOf(actuator.isolate(soon()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('remove open-door in');
    expect(await policies()).toHaveLength(3);

    await networking.deleteNamespacedNetworkPolicy({ namespace: stage.namespace, name: 'open-door' });
    await actuator.isolate(soon());
    expect(await probe.isIsolated(soon())).toBe(true);
    await stage.apply(policy('open-door', { ...BACKEND, ...LETS_ALL_IN }));
    expect(await probe.isIsolated(soon())).toBe(false);
  });
});
