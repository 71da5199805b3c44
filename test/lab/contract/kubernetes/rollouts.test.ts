/** Restarts: until every replica is new and ready; one that cannot succeed is given up early, with its reason and last words. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, readyWhen, SERVE, script, statefulSet } from './manifests.ts';
import { failureOf, inTime, openStage, ROLLOUT_MS, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('restarts', { concurrent: true }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const names = async (name: string): Promise<string[]> =>
    (await stage.pods(name)).flatMap(({ metadata }) => metadata?.name ?? []).sort();

  const uids = async (name: string): Promise<string[]> =>
    (await stage.pods(name)).flatMap(({ metadata }) => metadata?.uid ?? []).sort();

  const SMALL = { maxSurge: 1, maxUnavailable: 0 };

  test('every pod of a deployment is replaced, and the new ones are ready', {
    timeout: ROLLOUT_MS,
  }, async ({ expect }) => {
    await stage.apply(
      deployment('backend', { command: SERVE, replicas: 2, container: readyWhen('/etc/hostname') }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/backend');
    const before = await names('backend');
    const { probe, actuator } = stage.adapter('backend');
    await actuator.restart('backend', inTime());
    const replicas = await probe.replicas('backend', soon());
    expect(replicas.map(({ ready }) => ready)).toEqual([true, true]);
    for (const { name } of replicas) expect(before).not.toContain(name);
    expect(await probe.workload('backend', soon())).toMatchObject({ generation: 2, ready: 2, updated: 2 });

    const { metadata, spec } = await stage.cluster.apps.readNamespacedDeployment({
      namespace: stage.namespace,
      name: 'backend',
    });
    expect(spec?.template.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt']).toMatch(/^20\d\d-/);
    expect(metadata?.managedFields?.map(({ manager }) => manager)).toContain('paksa');
  });

  test('one that crashes is restarted too', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    // Once its file is gone it would come up: what a restart helps against.
    const command = script('[ -e /shared/fixed ] || exit 1; sleep infinity');
    const shared = {
      container: { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] },
      pod: { volumes: [{ name: 'shared', configMap: { name: 'fix', optional: true } }] },
    };
    await stage.apply(deployment('broken', { command, ...shared }));
    const { probe, actuator } = stage.adapter('broken');
    await expect
      .poll(async () => (await probe.replicas('backend', soon()))[0]?.state, { timeout: ROLLOUT_MS })
      .toBe('restarting');
    await stage.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fix' },
      data: { fixed: '' },
    });
    await actuator.restart('backend', inTime());
    expect(await probe.replicas('backend', soon())).toMatchObject([
      { state: 'running', ready: true, restarts: 0 },
    ]);
  });

  test('a deployment that is scaled to nothing', async () => {
    await stage.apply(deployment('none', { command: IDLE, replicas: 0 }));
    await stage.adapter('none').actuator.restart('backend', inTime());
  });

  test('every pod of a stateful set is replaced', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(statefulSet('postgres', { command: IDLE, replicas: 2 }));
    await stage.cluster.untilRolledOut(stage.namespace, 'statefulset/postgres');
    const before = await uids('postgres');
    const { probe, actuator } = stage.adapter({ kind: 'statefulset', name: 'postgres' });
    await actuator.restart('backend', inTime());
    for (const uid of await uids('postgres')) expect(before).not.toContain(uid);
    expect(await probe.workload('backend', soon())).toMatchObject({ replicas: 2, ready: 2 });
  });

  test('a stateful set that replaces no pod by itself', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    const spec = { updateStrategy: { type: 'OnDelete' } };
    await stage.apply(statefulSet('manual', { command: IDLE, replicas: 2, spec }));
    await stage.cluster.untilRolledOut(stage.namespace, 'statefulset/manual');
    const before = await uids('manual');
    await stage.adapter({ kind: 'statefulset', name: 'manual' }).actuator.restart('backend', inTime());
    const after = await uids('manual');
    expect(after).toHaveLength(2);
    for (const uid of after) expect(before).not.toContain(uid);
  });

  test('a stateful set whose old pod cannot become ready', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    const ref = { kind: 'statefulset', name: 'stuck' } as const;
    await stage.apply(statefulSet('stuck', { command: SERVE, container: readyWhen('/absent') }));
    await expect.poll(() => names('stuck'), { timeout: ROLLOUT_MS }).toEqual(['stuck-0']);
    await stage.apply(statefulSet('stuck', { command: SERVE, container: readyWhen('/etc/hostname') }));
    const { probe, actuator } = stage.adapter(ref);
    await actuator.restart('backend', inTime());
    expect(await probe.replicas('backend', soon())).toMatchObject([{ name: 'stuck-0', ready: true }]);
  });

  test('a rollout whose new pods crash', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    // Comes up the first time only, as after a bad change of what it depends on.
    const command = script('[ -e /shared/ok ] && sleep infinity; echo cannot reach the ledger; exit 4');
    const shared = {
      container: { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] },
      pod: { volumes: [{ name: 'shared', configMap: { name: 'crash', optional: true } }] },
      spec: { strategy: { rollingUpdate: SMALL } },
    };
    await stage.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'crash' }, data: { ok: '' } },
      deployment('crashing', { command, ...shared }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/crashing');
    await stage.cluster.core.deleteNamespacedConfigMap({ namespace: stage.namespace, name: 'crash' });
    const error = await failureOf(stage.adapter('crashing').actuator.restart('backend', inTime()));
    expect(error).toMatchObject({ fault: 'failed', operation: 'restart backend', retryable: false });
    expect(error.message).toMatch(/CrashLoopBackOff after \d restarts \(exit code 4\)/);
    expect(error.message).toContain('“cannot reach the ledger”');
  });

  test('a rollout whose image cannot be pulled', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('unpullable', { command: IDLE, container: { image: '127.0.0.1:1/paksa/absent:1' } }),
    );
    const error = await failureOf(stage.adapter('unpullable').actuator.restart('backend', inTime()));
    expect(error.fault).toBe('failed');
    expect(error.message).toContain('ImagePullBackOff');
  });

  test('a rollout that the controller gives up', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('unready', {
        command: SERVE,
        container: readyWhen('/absent'),
        spec: { progressDeadlineSeconds: 5 },
      }),
    );
    const error = await failureOf(stage.adapter('unready').actuator.restart('backend', inTime()));
    expect(error.fault).toBe('failed');
    expect(error.message).toContain('ProgressDeadlineExceeded');
    const { trouble } = await stage.adapter('unready').probe.workload('backend', soon());
    expect(trouble).toContain('ProgressDeadlineExceeded: ');
  });

  test('a rollout after one that the controller gave up is not given up for that', {
    timeout: ROLLOUT_MS,
  }, async ({ expect }) => {
    const parts = {
      command: SERVE,
      container: { ...readyWhen('/shared/ready'), volumeMounts: [{ name: 'shared', mountPath: '/shared' }] },
      pod: { volumes: [{ name: 'shared', configMap: { name: 'ready', optional: true } }] },
      spec: { progressDeadlineSeconds: 2 },
    };
    await stage.apply(deployment('second', parts));
    const { probe, actuator } = stage.adapter('second');
    await expect
      .poll(async () => (await probe.workload('backend', soon())).trouble, { timeout: ROLLOUT_MS })
      .toContain('ProgressDeadlineExceeded');
    await stage.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ready' }, data: { ready: '' } },
      // Long enough for the pod to come up, now that it can.
      deployment('second', { ...parts, spec: { progressDeadlineSeconds: 60 } }),
    );
    await actuator.restart('backend', inTime());
    expect(await probe.workload('backend', soon())).toMatchObject({ ready: 1, updated: 1 });
    expect(await probe.workload('backend', soon())).not.toHaveProperty('trouble');
  });

  test('a rollout that never gets ready, and is called off in the middle', {
    timeout: ROLLOUT_MS,
  }, async ({ expect }) => {
    await stage.apply(deployment('slow', { command: SERVE, container: readyWhen('/absent') }));
    await expect.poll(() => names('slow'), { timeout: ROLLOUT_MS }).toHaveLength(1);
    const { probe, actuator } = stage.adapter('slow');
    const calledOff = new AbortController();
    const restarting = failureOf(actuator.restart('backend', calledOff.signal));
    await expect
      .poll(async () => (await probe.workload('backend', soon())).generation, { timeout: ROLLOUT_MS })
      .toBe(2);
    calledOff.abort();
    const error = await restarting;
    expect(error).toMatchObject({ fault: 'timed-out', retryable: true, operation: 'restart backend' });
    expect(error.message).toContain('Stopped while it was waited for');
  });

  test('a deployment that is paused', async ({ expect }) => {
    await stage.apply(deployment('paused', { command: IDLE, replicas: 0, spec: { paused: true } }));
    const error = await failureOf(stage.adapter('paused').actuator.restart('backend', inTime()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('is paused');
  });
});
