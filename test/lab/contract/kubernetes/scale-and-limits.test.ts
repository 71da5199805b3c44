/** More and fewer replicas, other limits, another readiness probe: once, and until the pods are as it was wanted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, readyWhen, SERVE, statefulSet } from './manifests.ts';
import { failureOf, inTime, openStage, ROLLOUT_MS, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('replicas, limits and readiness', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const MEBIBYTE = 1_048_576;

  test('a deployment up, down, and to nothing', { timeout: ROLLOUT_MS }, async () => {
    await stage.apply(deployment('backend', { command: SERVE, container: readyWhen('/etc/hostname') }));
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/backend');
    const { probe, actuator } = stage.adapter('backend');
    const readyOf = async () => (await probe.replicas('backend', soon())).map(({ ready }) => ready);

    await actuator.scale('backend', 3, inTime());
    expect(await readyOf()).toEqual([true, true, true]);
    await actuator.scale('backend', 3, inTime());
    expect(await probe.workload('backend', soon())).not.toHaveProperty('scaledDown');
    await actuator.scale('backend', 1, inTime());
    expect(await readyOf()).toEqual([true]);
    await actuator.scale('backend', 0, inTime());
    expect(await stage.pods('backend')).toEqual([]);
    expect(await probe.workload('backend', soon())).toMatchObject({
      replicas: 0,
      ready: 0,
      scaledDown: { from: 3, at: expect.any(Date) },
    });
    await actuator.scale('backend', 3, inTime());
    expect(await probe.workload('backend', soon())).not.toHaveProperty('scaledDown');
  });

  test('a stateful set', { timeout: ROLLOUT_MS }, async () => {
    await stage.apply(statefulSet('postgres', { command: IDLE }));
    const { probe, actuator } = stage.adapter({ kind: 'statefulset', name: 'postgres' });
    await actuator.scale('backend', 2, inTime());
    expect(await probe.replicas('backend', soon())).toMatchObject([
      { name: 'postgres-0' },
      { name: 'postgres-1' },
    ]);
    await actuator.scale('backend', 0, inTime());
    expect(await stage.pods('postgres')).toEqual([]);
  });

  test('more than the cluster has room for', { timeout: ROLLOUT_MS }, async () => {
    const calledOff = new AbortController();
    await stage.apply(
      deployment('huge', {
        command: IDLE,
        container: { resources: { requests: { cpu: '1000' } } },
        replicas: 0,
      }),
    );
    const { probe, actuator } = stage.adapter('huge');
    const scaling = failureOf(actuator.scale('backend', 1, calledOff.signal));
    await expect
      .poll(async () => (await probe.replicas('backend', soon()))[0]?.why, { timeout: ROLLOUT_MS })
      .toContain('Unschedulable');
    calledOff.abort();
    const error = await scaling;
    expect(error).toMatchObject({ fault: 'timed-out', operation: 'scale backend' });
    expect(error.message).toContain('Stopped while it was waited for (scale backend)');
  });

  test('a workload that an autoscaler looks after', { timeout: ROLLOUT_MS }, async () => {
    await stage.apply(deployment('scaled', { command: IDLE, replicas: 2 }), {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'keeps-three' },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' } },
    });
    const { probe, actuator } = stage.adapter('scaled');
    expect(await probe.autoscaler('backend', soon())).toEqual({
      name: 'keeps-three',
      minReplicas: 1,
      maxReplicas: 3,
    });
    const error = await failureOf(actuator.scale('backend', 1, inTime()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('keeps-three');
    expect(await probe.workload('backend', soon())).toMatchObject({ replicas: 2 });
    // At none it rests, and from there it may be called back.
    await actuator.scale('backend', 0, inTime());
    expect(await probe.workload('backend', soon())).toMatchObject({ replicas: 0, scaledDown: { from: 2 } });
    await actuator.scale('backend', 2, inTime());
    expect(await probe.workload('backend', soon())).toMatchObject({ replicas: 2, ready: 2 });
  });

  test('other limits; a request above the new one is lowered with it', { timeout: ROLLOUT_MS }, async () => {
    const container = {
      resources: { limits: { memory: '256Mi', cpu: '1' }, requests: { memory: '200Mi', cpu: '100m' } },
    };
    await stage.apply(deployment('limited', { command: IDLE, container }));
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/limited');
    const { probe, actuator } = stage.adapter('limited');
    await actuator.setLimits('backend', { memoryBytes: 128 * MEBIBYTE }, inTime());
    expect((await probe.replicas('backend', soon()))[0]?.limits).toEqual({
      memoryBytes: 128 * MEBIBYTE,
      cpuMillicores: 1000,
    });
    await actuator.setLimits('backend', { memoryBytes: 512 * MEBIBYTE, cpuMillicores: 1500 }, inTime());
    expect(await probe.workload('backend', soon())).toMatchObject({
      generation: 3,
      ready: 1,
      updated: 1,
      limits: { memoryBytes: 512 * MEBIBYTE, cpuMillicores: 1500 },
    });
    const [pod] = await stage.pods('limited');
    expect(pod?.spec?.containers[0]?.resources).toEqual({
      limits: { memory: '512Mi', cpu: '1500m' },
      requests: { memory: '128Mi', cpu: '100m' },
    });
  });

  test('limits that a quota does not admit', { timeout: ROLLOUT_MS }, async () => {
    await stage.apply(
      deployment('rationed', {
        command: IDLE,
        container: { resources: { limits: { memory: '64Mi' } } },
      }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/rationed');
    await stage.apply({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'most' },
      spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
    });
    const { actuator } = stage.adapter('rationed');
    const error = await failureOf(actuator.setLimits('backend', { memoryBytes: 4096 * MEBIBYTE }, inTime()));
    expect(error.fault).toBe('failed');
    expect(error.message).toMatch(/FailedCreate: .*maximum memory usage per Container is 1Gi/);
  });

  test('another readiness probe, and a container that has none', { timeout: ROLLOUT_MS }, async () => {
    await stage.apply(
      deployment('probed', {
        command: SERVE,
        container: readyWhen('/etc/hostname', { successThreshold: 1 }),
      }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/probed');
    const { probe, actuator } = stage.adapter('probed');
    const readiness = { periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 6 };
    await actuator.setReadiness('backend', readiness, inTime());
    expect(await probe.workload('backend', soon())).toMatchObject({ readiness, ready: 1, updated: 1 });
    const [pod] = await stage.pods('probed');
    expect(pod?.spec?.containers[0]?.readinessProbe?.httpGet?.path).toBe('/etc/hostname');

    await stage.apply(deployment('unprobed', { command: IDLE, replicas: 0 }));
    const error = await failureOf(
      stage.adapter('unprobed').actuator.setReadiness('backend', readiness, inTime()),
    );
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('no readiness probe');
  });

  test('a figure that Kubernetes does not take', async () => {
    await stage.apply(deployment('strict', { command: SERVE, replicas: 0, container: readyWhen('/') }));
    const { actuator } = stage.adapter('strict');
    const readiness = { periodSeconds: 0, timeoutSeconds: -1, failureThreshold: 1 };
    const error = await failureOf(actuator.setReadiness('backend', readiness, inTime()));
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toMatch(/timeoutSeconds/);
  });
});
