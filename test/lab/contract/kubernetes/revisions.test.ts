/** Deploys taken back: what the cluster keeps of earlier ones, and the way back to them, once and over what was seen. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { RolloutHistory } from '../../../../src/adapters/kubernetes/port.ts';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { front } from './front.ts';
import {
  deployment,
  IDLE,
  readyWhen,
  SERVE,
  script,
  statefulSet,
  type WorkloadOptions,
} from './manifests.ts';
import { failureOf, inTime, openStage, ROLLOUT_MS, type Stage, soon, writeTestKubeconfig } from './stage.ts';

describe.runIf(canRunLab())('revisions', { concurrent: true }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const CRASH = script('echo no such module; exit 3');
  const spec = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
  const well = (of: Partial<WorkloadOptions> = {}): WorkloadOptions => ({
    command: SERVE,
    replicas: 2,
    container: readyWhen('/etc/hostname'),
    spec,
    ...of,
  });
  const because = (cause: string, manifest: ReturnType<typeof deployment>) => ({
    ...manifest,
    metadata: { ...manifest.metadata, annotations: { 'kubernetes.io/change-cause': cause } },
  });

  const read = (name: string) =>
    stage.cluster.apps.readNamespacedDeployment({ namespace: stage.namespace, name });

  /** A first version that runs, and a second one that does not come up. */
  async function crashedDeploy(name: string) {
    await stage.apply(because('the first', deployment(name, well())));
    await stage.cluster.untilRolledOut(stage.namespace, `deployment/${name}`);
    const env = [{ name: 'API_KEY', value: 'hunter2' }];
    await stage.apply(
      because(
        'the second',
        deployment(name, well({ command: CRASH, container: { ...readyWhen('/'), env } })),
      ),
    );
    return stage.adapter(name);
  }

  test('one that crashes is taken back, and forward again', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    const { probe, actuator } = await crashedDeploy('crashing');
    const look = () => probe.history('backend', soon());
    await expect
      .poll(() => look().catch(String), { timeout: ROLLOUT_MS })
      .toMatchObject({ current: { number: 2, pods: [expect.any(String)] } });
    const before = await look();
    expect(before).toMatchObject({
      name: 'crashing',
      namespace: stage.namespace,
      replicas: 2,
      paused: false,
      current: { number: 2, ready: 0, changes: [] },
      earlier: [
        {
          number: 1,
          ready: 2,
          pods: [expect.any(String), expect.any(String)],
          since: expect.any(Date),
          changes: [
            { what: 'Command', before: 'sh -c echo no such module; exit 3', after: SERVE.join(' ') },
            { what: 'Variable API_KEY', before: 'set', after: 'not set' },
            { what: 'Readiness probe', before: expect.stringMatching(/^GET :8000\/ every 1 s/) },
          ],
        },
      ],
    });
    expect(JSON.stringify(before)).not.toContain('hunter2');
    const [first] = before.earlier;
    const { generation } = (await read('crashing')).metadata ?? {};

    await probe.rehearseRollBack('backend', first?.template ?? '', soon());
    expect((await read('crashing')).metadata?.generation).toBe(generation);

    await actuator.rollBack('backend', first?.template ?? '', { untilReady: true }, inTime());
    const after = await look();
    expect(after).toMatchObject({
      current: { number: 3, template: first?.template, ready: 2, changes: [] },
      earlier: [{ number: 2, template: before.current.template, pods: [] }],
    });
    // They ran all the time.
    expect(after.current.pods).toEqual(first?.pods);
    const { metadata, spec: now } = await read('crashing');
    expect(now?.template.metadata?.labels).toEqual({ app: 'crashing' });
    expect(now?.template.spec?.containers[0]).toMatchObject({ command: SERVE, name: 'main' });
    expect(metadata?.annotations?.['kubernetes.io/change-cause']).toBe('the first');
    expect(metadata?.managedFields?.map(({ manager }) => manager)).toContain('paksa');

    await actuator.rollBack('backend', before.current.template, { untilReady: false }, inTime());
    expect(await look()).toMatchObject({
      current: { number: 4, template: before.current.template, ready: 0 },
      earlier: [{ number: 3, template: first?.template, ready: 2 }],
    });
    expect((await read('crashing')).metadata?.annotations?.['kubernetes.io/change-cause']).toBe('the second');
  });

  test('one that does not come up when it is waited for', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    const { probe, actuator } = await crashedDeploy('failing');
    const crashing = async (): Promise<RolloutHistory['current'] | undefined> =>
      (await probe.history('backend', soon()).catch(() => undefined))?.current;
    await expect.poll(crashing, { timeout: ROLLOUT_MS }).toMatchObject({ number: 2 });
    const template = (await crashing())?.template ?? '';
    const error = await failureOf(actuator.rollBack('backend', template, { untilReady: true }, inTime()));
    expect(error).toMatchObject({ fault: 'failed', operation: 'roll backend back' });
    expect(error.message).toContain('CrashLoopBackOff');
  });

  test('a restart alone is no other template', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(deployment('restarted', { command: IDLE, replicas: 1 }));
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/restarted');
    const { probe, actuator } = stage.adapter('restarted');
    await actuator.restart('backend', inTime());
    expect(await probe.history('backend', soon())).toMatchObject({
      current: { number: 2, ready: 1 },
      earlier: [{ number: 1, ready: 0, changes: [] }],
    });
  });

  test('one that is paused, and one that keeps nothing', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('paused', { command: IDLE, replicas: 0 }),
      deployment('forgetful', { command: IDLE, replicas: 0, spec: { revisionHistoryLimit: 0 } }),
    );
    for (const name of ['paused', 'forgetful'])
      await stage.cluster.untilRolledOut(stage.namespace, `deployment/${name}`);
    await stage.apply(
      deployment('paused', { command: SERVE, replicas: 0 }),
      deployment('forgetful', { command: SERVE, replicas: 0, spec: { revisionHistoryLimit: 0 } }),
    );
    const { probe, actuator } = stage.adapter('paused');
    const number = async () =>
      (await probe.history('backend', soon()).catch(() => undefined))?.current.number;
    await expect.poll(number, { timeout: ROLLOUT_MS }).toBe(2);
    await stage.apply(deployment('paused', { command: SERVE, replicas: 0, spec: { paused: true } }));
    await expect.poll(number, { timeout: ROLLOUT_MS }).toBe(2);
    const { paused, earlier } = await probe.history('backend', soon());
    expect(paused).toBe(true);
    const template = earlier[0]?.template ?? '';
    for (const call of [
      () => probe.rehearseRollBack('backend', template, soon()),
      () => actuator.rollBack('backend', template, { untilReady: true }, inTime()),
    ]) {
      const error = await failureOf(call());
      expect(error.fault).toBe('refused');
      expect(error.message).toContain('is paused');
    }

    const forgetful = stage.adapter('forgetful');
    await expect
      .poll(() => forgetful.probe.history('backend', soon()).catch(String), { timeout: ROLLOUT_MS })
      .toMatchObject({ current: { number: 2 }, earlier: [] });
    const gone = await failureOf(
      forgetful.actuator.rollBack('backend', 'abc', { untilReady: true }, inTime()),
    );
    expect(gone.fault).toBe('not-found');
    expect(gone.message).toContain('has no revision with the template abc any more');
  });

  test('somebody else deploys in between: nothing is written over it', { timeout: ROLLOUT_MS }, async ({
    expect,
  }) => {
    await stage.apply(deployment('contested', { command: IDLE, replicas: 0 }));
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/contested');
    await stage.apply(deployment('contested', { command: SERVE, replicas: 0 }));
    const kubeconfig = await front(stage, {
      http: async ({ method }) => {
        if (method === 'PATCH') await stage.apply(deployment('contested', { command: CRASH, replicas: 0 }));
        return false;
      },
    });
    const { probe, actuator } = stage.adapter('contested', { kubeconfig });
    const earlier = async () => (await probe.history('backend', soon()).catch(() => undefined))?.earlier;
    await expect.poll(earlier, { timeout: ROLLOUT_MS }).toMatchObject([{ number: 1 }]);
    const template = (await earlier())?.[0]?.template ?? '';
    const error = await failureOf(actuator.rollBack('backend', template, { untilReady: true }, inTime()));
    expect(error).toMatchObject({ fault: 'failed', retryable: true });
    expect(error.message).toContain('was changed by somebody else at the same time');
    expect((await read('contested')).spec?.template.spec?.containers[0]?.command).toEqual(CRASH);
  });

  test('a stateful set', async ({ expect }) => {
    await stage.apply(statefulSet('postgres', { command: IDLE, replicas: 0 }));
    const { probe } = stage.adapter({ kind: 'statefulset', name: 'postgres' });
    const error = await failureOf(probe.history('backend', soon()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain(`“kubectl rollout undo statefulset/postgres -n ${stage.namespace}”`);
  });

  test('rights that are missing', { timeout: ROLLOUT_MS }, async ({ expect }) => {
    await stage.apply(deployment('guarded', { command: IDLE, replicas: 0 }));
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/guarded');
    const { namespace } = stage;
    const account = { namespace, name: 'default' };
    const { status } = await stage.cluster.core.createNamespacedServiceAccountToken({
      ...account,
      body: { spec: { audiences: [], expirationSeconds: 3_600 } },
    });
    const { server, authority } = stage.cluster;
    const kubeconfig = await writeTestKubeconfig(join(stage.folder, 'guarded'), {
      server,
      authority,
      token: status?.token ?? '',
    });
    const { probe } = stage.adapter('guarded', { kubeconfig });
    const allow = (resources: readonly string[]) =>
      stage.apply(
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'some' },
          rules: [{ apiGroups: ['', 'apps'], resources, verbs: ['get', 'list'] }],
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'some' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
          subjects: [{ kind: 'ServiceAccount', ...account }],
        },
      );
    const history = () => probe.history('backend', soon()).catch(String);
    const says = (right: string) => expect.stringContaining(`Paksa may not ${right} (apps) in ${namespace}`);
    await allow(['deployments']);
    await expect.poll(history).toEqual(says('list replicasets'));
    await allow(['deployments', 'replicasets', 'pods']);
    await expect.poll(history).toMatchObject({ current: { number: 1 } });
    const { current } = await probe.history('backend', soon());
    const error = await failureOf(probe.rehearseRollBack('backend', current.template, soon()));
    expect(error).toMatchObject({ fault: 'forbidden', message: says('patch deployments') });
  });
});
