/** The lab itself: both systems do what the topics' tests rely on, and the bot has the rights of its manifest and no others. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stackCertificate } from './cluster/certificate.ts';
import { getThroughIngress } from './cluster/ingress.ts';
import { type ClusterStack, startClusterStack } from './cluster-stack.ts';
import { type ComposeStack, startComposeStack } from './compose-stack.ts';
import { expectFilled, keys, query } from './filled.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';

const WAIT = { timeout: 60_000, interval: 100 };

/** An answer as it comes, which the client would read as what the API's description says of a proxy: a string. */
async function getAs(user: KubeConfig, path: string): Promise<string> {
  const { server = '', caData = '' } = user.getCurrentCluster() ?? {};
  const request = get(server + path, {
    ca: Buffer.from(caData, 'base64'),
    headers: { authorization: `Bearer ${user.getCurrentUser()?.token}` },
  });
  const [answer] = await once(request, 'response');
  return text(answer);
}

describe.runIf(canRunLab())('under docker-compose', () => {
  let stack: ComposeStack;
  beforeAll(async () => {
    stack = await startComposeStack(await runningLab(), 'lab-test');
  }, LAB_MS);
  afterAll(() => stack.stop(), STACK_MS);

  const ask = async (path: string, authorization?: string) => {
    const response = await fetch(stack.nginxUrl + path, { headers: authorization ? { authorization } : {} });
    return { status: response.status, body: await response.text() };
  };

  it('is filled, and its logs begin without trouble', async () => {
    await expectFilled(stack);
    const logs = await stack.compose('logs', '--no-color');
    expect(logs).not.toMatch(/error|warning|fatal|upstream/i);
  });

  it('answers through nginx, and caches', async () => {
    expect(await ask('/health')).toMatchObject({ status: 200 });
    expect(await ask('/api/v1/invoices?tenant_id=3')).toMatchObject({ status: 200 });
    expect(await keys(stack.redisUrl, 'cache:*')).toBe(1);
    expect((await ask('/metrics')).body).toMatch(/^process_resident_memory_bytes \d/m);
  });

  it('verifies tokens, and says why not', async () => {
    expect(await ask('/auth/verify', `Bearer ${stack.token()}`)).toMatchObject({ status: 200 });
    for (const [authorization, reason] of [
      [undefined, 'missing token'],
      [`Bearer ${stack.token({ expiresIn: -1 })}`, 'token expired'],
      [`Bearer ${stack.token()}x`, 'signature verification failed'],
    ]) {
      expect(await ask('/auth/verify', authorization)).toEqual({
        status: 401,
        body: JSON.stringify({ detail: reason }),
      });
      expect(await stack.compose('logs', '--no-color', 'backend')).toContain(`WARNING auth: 401 ${reason}`);
    }
  });

  it('says at /health what is away, and is well again when that is back', async () => {
    await stack.compose('stop', 'redis');
    expect(await ask('/health')).toMatchObject({ status: 503, body: expect.stringContaining('redis: ') });
    await stack.compose('start', 'redis');
    await vi.waitFor(async () => expect(await ask('/health')).toMatchObject({ status: 200 }), WAIT);
  });

  it('makes a backend anew with other variables, without some, and as it was', async () => {
    const variable = async (name: string) => (await stack.exec('backend', ['printenv', name])).stdout.trim();
    await stack.recreate('backend', { environment: { JWT_SECRET_KEY: 'another' } });
    expect(await variable('JWT_SECRET_KEY')).toBe('another');
    await stack.recreate('backend', { environment: { JWT_SECRET_KEY: null } });
    expect(await variable('JWT_SECRET_KEY')).toBe('');
    await stack.recreate('backend');
    expect(await variable('JWT_SECRET_KEY')).toBe(stack.jwtSecret);
    await stack.untilHealthy('backend');
  });

  it('has as many backends as are asked for, the first where it was', async () => {
    await stack.scale('backend', 2);
    await stack.untilHealthy('backend');
    expect(await stack.exec('backend', ['alembic', 'current'], 2)).toMatchObject({ stdout: '0003 (head)\n' });
    expect((await fetch(`${stack.backendUrl}/health`)).status).toBe(200);
    await stack.scale('backend', 1);
    await expect(stack.exec('backend', ['true'], 2)).rejects.toThrow('no container 2 of backend');
  });
});

describe.runIf(canRunLab())('in the cluster', () => {
  let stack: ClusterStack;
  const bot = new KubeConfig();
  beforeAll(async () => {
    const lab = await runningLab();
    bot.loadFromFile(lab.kubernetes.botKubeconfig);
    stack = await startClusterStack(lab, 'lab-test');
  }, LAB_MS);
  afterAll(() => stack.stop(), STACK_MS);

  const backends = () => stack.cluster.pods(stack.namespace, 'app=paksa-backend');
  const names = async () => (await backends()).map(({ metadata }) => metadata?.name);

  it('is filled', () => expectFilled(stack));

  it('answers through the ingress controller, whose certificate its authority has signed', async () => {
    expect(await stack.get('/health')).toMatchObject({ status: 200 });
    expect(await stack.get('/auth/verify', { authorization: `Bearer ${stack.token()}` })).toMatchObject({
      status: 200,
    });
    expect(await stack.get('/auth/verify')).toMatchObject({ status: 401 });
  });

  it('rolls out, and requests find the new pods', async () => {
    const before = await names();
    await stack.cluster.restart(stack.namespace, 'deployment/paksa-backend');
    await stack.untilRolledOut('deployment/paksa-backend');
    await vi.waitFor(async () => {
      const now = await names();
      expect(now).toHaveLength(2);
      expect(now.filter((name) => before.includes(name))).toEqual([]);
    }, WAIT);
    await vi.waitFor(async () => expect(await stack.get('/health')).toMatchObject({ status: 200 }), WAIT);
  });

  it('keeps its data and its address over a restart of the database', async () => {
    await stack.cluster.restart(stack.namespace, 'statefulset/postgres-primary');
    await stack.untilRolledOut('statefulset/postgres-primary');
    expect(await query(stack.databaseUrl, 'SELECT count(*)::int FROM invoices')).toEqual([8000]);
    expect(await stack.exec('statefulset/postgres-primary', ['pg_isready'])).toMatchObject({ exitCode: 0 });
  });

  it('gives the bot its rights', async () => {
    const { namespace } = stack;
    const apps = bot.makeApiClient(AppsV1Api);
    const name = 'paksa-backend';
    await apps.patchNamespacedDeployment(
      { namespace, name, body: { spec: { replicas: 1 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    await stack.untilRolledOut('deployment/paksa-backend');
    await vi.waitFor(async () => expect(await names()).toHaveLength(1), WAIT);
    expect(await stack.get('/health')).toMatchObject({ status: 200 });

    const core = bot.makeApiClient(CoreV1Api);
    expect(await core.readNamespacedSecret({ namespace, name: 'paksa-tls-secret' })).toHaveProperty('data');
    const { node } = stack.lab.kubernetes;
    const summary = await getAs(bot, `/api/v1/nodes/${node}/proxy/stats/summary`);
    expect(summary).toContain(`"namespace": "${namespace}"`);
  });

  it('forbids the bot what its manifest does not name', async () => {
    const { namespace } = stack;
    const core = bot.makeApiClient(CoreV1Api);
    const apps = bot.makeApiClient(AppsV1Api);
    const rbac = bot.makeApiClient(RbacAuthorizationV1Api);
    for (const attempt of [
      () => core.createNamespacedPod({ namespace, body: { metadata: { name: 'new' } } }),
      () => core.listNamespacedSecret({ namespace }),
      () => core.deleteNamespacedSecret({ namespace, name: 'paksa-tls-secret' }),
      () => core.deleteNamespace({ name: namespace }),
      () => core.listPodForAllNamespaces(),
      () => core.listNamespacedPod({ namespace: 'kube-system' }),
      () => apps.deleteNamespacedDeployment({ namespace, name: 'paksa-backend' }),
      () => apps.listNamespacedDeployment({ namespace: 'default' }),
      () => rbac.readNamespacedRole({ namespace, name: 'paksa' }),
    ]) {
      const refused = await attempt().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused, attempt.toString()).toBeInstanceOf(ApiException);
      expect(refused, attempt.toString()).toMatchObject({ code: 403 });
    }
  });

  it('lets go of a pod’s port within seconds, and presents another certificate after a restart', async () => {
    const { namespace, tls, lab } = stack;
    const renewed = await stackCertificate(join(lab.stacks, namespace, 'renewed'), [tls.servername]);
    const secret = await stack.cluster.core.readNamespacedSecret({ namespace, name: 'paksa-tls-secret' });
    const base64 = (pem: string) => Buffer.from(pem).toString('base64');
    const data = { 'tls.crt': base64(renewed.chain), 'tls.key': base64(renewed.key) };
    await stack.cluster.core.replaceNamespacedSecret({
      namespace,
      name: 'paksa-tls-secret',
      body: { ...secret, data },
    });
    await stack.cluster.restart(namespace, 'deployment/nginx-ingress-controller');
    await stack.untilRolledOut('deployment/nginx-ingress-controller');
    const ca = await readFile(renewed.trust, 'utf8');
    expect(await getThroughIngress(tls, ca, '/health', {})).toMatchObject({ status: 200 });
  });
});
