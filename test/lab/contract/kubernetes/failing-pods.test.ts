/** Pods that are not well, each in Kubernetes' own words: crashing, out of memory, without image, node or configuration. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Replica } from '../../../../src/adapters/runtime/port.ts';
import { BASE_IMAGE } from '../../docker/base-image.ts';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, readyWhen, SERVE, script } from './manifests.ts';
import { openStage, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('pods that are not well', { concurrent: true }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const WAITING_MS = 90_000;

  const replicaOf = async (name: string): Promise<Replica | undefined> =>
    (await stage.adapter(name).probe.replicas('backend', soon()))[0];

  const whyOf = async (name: string): Promise<string | undefined> =>
    (await stage.adapter(name).probe.pods(soon())).find(({ owner }) => owner === `deployment/${name}`)?.why;

  test('one that crashes again and again', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(deployment('crashing', { command: script('echo no luck; exit 3') }));
    await expect
      .poll(() => replicaOf('crashing'), { timeout: WAITING_MS })
      .toMatchObject({
        state: 'restarting',
        why: 'CrashLoopBackOff',
        ready: false,
        lastExit: { code: 3, oomKilled: false, at: expect.any(Date) },
      });
    expect((await replicaOf('crashing'))?.restarts).toBeGreaterThanOrEqual(1);
    expect(await whyOf('crashing')).toMatch(/CrashLoopBackOff|Error/);
  });

  test('one that is killed for want of memory', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('greedy', {
        command: ['python3', '-c', 'kept = bytearray(200_000_000); import time; time.sleep(999)'],
        container: { resources: { limits: { memory: '32Mi' } } },
      }),
    );
    await expect
      .poll(() => replicaOf('greedy'), { timeout: WAITING_MS })
      .toMatchObject({
        ready: false,
        lastExit: { code: 137, oomKilled: true },
        limits: { memoryBytes: 33_554_432 },
      });
  });

  test('one whose image cannot be pulled', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('unpullable', { command: IDLE, container: { image: '127.0.0.1:1/paksa/absent:1' } }),
    );
    await expect
      .poll(() => replicaOf('unpullable'), { timeout: WAITING_MS })
      .toMatchObject({ state: 'waiting', why: 'ImagePullBackOff', ready: false, restarts: 0 });
    expect(await whyOf('unpullable')).toMatch(/ImagePull/);
  });

  test('one that no node has room for', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('huge', { command: IDLE, container: { resources: { requests: { cpu: '1000' } } } }),
    );
    await expect
      .poll(() => replicaOf('huge'), { timeout: WAITING_MS })
      .toMatchObject({
        state: 'waiting',
        why: expect.stringMatching(/^Unschedulable: .*Insufficient cpu/),
      });
    expect(await whyOf('huge')).toMatch(/^Unschedulable/);
  });

  test('one that lacks a secret, and one whose first container fails', { timeout: WAITING_MS }, async ({
    expect,
  }) => {
    await stage.apply(
      deployment('secretless', {
        command: IDLE,
        container: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'absent', key: 'a' } } }] },
      }),
      deployment('uninitialized', {
        command: IDLE,
        pod: {
          initContainers: [
            { name: 'first', image: BASE_IMAGE, imagePullPolicy: 'IfNotPresent', command: ['false'] },
          ],
        },
      }),
    );
    await expect.poll(() => whyOf('secretless'), { timeout: WAITING_MS }).toBe('CreateContainerConfigError');
    await expect.poll(() => whyOf('uninitialized'), { timeout: WAITING_MS }).toBe('Init:CrashLoopBackOff');
    expect(await replicaOf('uninitialized')).toMatchObject({
      state: 'waiting',
      why: expect.stringMatching(/^Init:/),
    });
  });

  test('one that runs, but is not ready', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(deployment('unready', { command: SERVE, container: readyWhen('/absent') }));
    await expect
      .poll(() => replicaOf('unready'), { timeout: WAITING_MS })
      .toMatchObject({ state: 'running', ready: false, why: 'ContainersNotReady' });
  });

  test('one on its way out is left out, unless there is no other', { timeout: WAITING_MS }, async ({
    expect,
  }) => {
    const slow = { pod: { terminationGracePeriodSeconds: 60 } };
    await stage.apply(
      deployment('leaving', { command: script('trap "" TERM; sleep 1000 & wait; sleep 1000'), ...slow }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/leaving');
    const [first] = await stage.pods('leaving');
    const name = first?.metadata?.name ?? '';
    await stage.cluster.core.deleteNamespacedPod({ namespace: stage.namespace, name });
    await expect.poll(async () => (await stage.pods('leaving')).length, { timeout: WAITING_MS }).toBe(2);
    const replicas = await stage.adapter('leaving').probe.replicas('backend', soon());
    expect(replicas).toHaveLength(1);
    expect(replicas[0]?.name).not.toBe(name);

    await stage.apply(
      deployment('leaving', {
        command: script('trap "" TERM; sleep 1000 & wait; sleep 1000'),
        replicas: 0,
        ...slow,
      }),
    );
    await expect
      .poll(async () => (await stage.pods('leaving')).every(({ metadata }) => metadata?.deletionTimestamp), {
        timeout: WAITING_MS,
      })
      .toBe(true);
    expect((await replicaOf('leaving'))?.ready).toBe(false);
  });
});
