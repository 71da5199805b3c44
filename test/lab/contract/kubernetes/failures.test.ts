/** A cluster that cannot be looked at: which fault it is, and a sentence that names the file, the right or the address. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesSettings } from '../../../../src/adapters/kubernetes/port.ts';
import { createKubernetesProbe } from '../../../../src/adapters/kubernetes/probe.ts';
import { AdapterError } from '../../../../src/errors.ts';
import { testAuthority } from '../../../harness/certificates.ts';
import { freePort } from '../../../harness/free-port.ts';
import { serveTcp } from '../../../harness/tls-server.ts';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, secret } from './manifests.ts';
import { failureOf, openStage, type Stage, soon, writeTestKubeconfig } from './stage.ts';

describe.runIf(canRunLab())('a cluster that cannot be looked at', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
    await stage.apply(deployment('backend', { command: IDLE, replicas: 0 }), secret('app', { key: 'value' }));
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const settings = (more: Partial<KubernetesSettings>) => (): KubernetesSettings => ({
    namespace: stage.namespace,
    workloads: { backend: { kind: 'deployment', name: 'backend' } },
    backendService: 'backend',
    tlsSecret: 'tls',
    ...more,
  });

  const podsWith = (more: Partial<KubernetesSettings>, signal = soon()): Promise<AdapterError> =>
    failureOf(createKubernetesProbe(settings(more)).pods(signal));

  const write = async (name: string, content: string): Promise<string> => {
    const path = join(stage.folder, name);
    await writeFile(path, content);
    return path;
  };

  const kubeconfig = (name: string, more: { server?: string; authority?: string; token?: string }) => {
    const { server, authority } = stage.cluster;
    return writeTestKubeconfig(join(stage.folder, name), {
      server,
      authority,
      token: 'no-such-token',
      ...more,
    });
  };

  test('a kubeconfig that is not there, and one that is none', async () => {
    const absent = join(stage.folder, 'absent');
    const error = await podsWith({ kubeconfig: absent });
    expect(error).toMatchObject({ system: 'kubernetes', fault: 'not-configured', retryable: false });
    expect(error.message).toContain(`${absent} is not there`);
    for (const [name, content] of [
      ['empty', ''],
      ['text', 'hello'],
      ['broken', 'users: [{ token: hidden-token, '],
      ['nameless', '{"clusters":[{"cluster":{}}],"users":[{"user":{"token":"hidden-token"}}]}'],
    ] as const) {
      const path = await write(name, content);
      const refused = await podsWith({ kubeconfig: path });
      expect(refused.fault, name).toBe('not-configured');
      expect(refused.message).toContain(path);
      expect(`${refused.message} ${String(refused.cause)}`).not.toContain('hidden-token');
    }
  });

  test('a context that the kubeconfig does not have', async () => {
    const error = await podsWith({ kubeconfig: await kubeconfig('contexts', {}), context: 'absent' });
    expect(error.fault).toBe('not-configured');
    expect(error.message).toContain('no usable context “absent”');
    expect(error.message).toContain('(it has test)');
  });

  test('no kubeconfig, and no pod to be in', async () => {
    const error = await podsWith({});
    expect(error.fault).toBe('not-configured');
    expect(error.message).toContain('kubernetes.kubeconfig');
  });

  test('a kubeconfig that is changed while Paksa runs', async () => {
    const path = await kubeconfig('changing', {});
    const probe = createKubernetesProbe(settings({ kubeconfig: path }));
    expect(await failureOf(probe.pods(soon()))).toMatchObject({ fault: 'forbidden' });
    const good = await stage.cluster.core.createNamespacedServiceAccountToken({
      namespace: 'paksa',
      name: 'paksa',
      body: { spec: { audiences: [], expirationSeconds: 3_600 } },
    });
    await kubeconfig('changing', { token: good.status?.token ?? '' });
    expect(await probe.pods(soon())).toEqual([]);
  });

  test('credentials that are refused', async () => {
    const error = await podsWith({ kubeconfig: await kubeconfig('refused', {}) });
    expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
    expect(error.message).toContain('credentials were refused');
    expect(error.message).not.toContain('no-such-token');
  });

  test('rights that are missing, in the words of RBAC', async () => {
    const account = { namespace: stage.namespace, name: 'default' };
    const { status } = await stage.cluster.core.createNamespacedServiceAccountToken({
      ...account,
      body: { spec: { audiences: [], expirationSeconds: 3_600 } },
    });
    const path = await kubeconfig('nobody', { token: status?.token ?? '' });
    const { probe, actuator } = stage.adapter('backend', { kubeconfig: path });
    const says = async (call: Promise<unknown>) => {
      const error = await failureOf(call);
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('see deploy/rbac.yaml');
      return error.message;
    };
    const { namespace } = stage;
    expect(await says(probe.pods(soon()))).toContain(`may not list pods in ${namespace}: add it to the Role`);
    expect(await says(probe.workload('backend', soon()))).toContain(
      `may not get deployments (apps) in ${namespace}`,
    );
    expect(await says(probe.tlsSecret(soon()))).toContain(`may not get secrets in ${namespace}`);
    expect(await says(probe.services(soon()))).toMatch(/may not list (services|endpoints) in/);
    expect(await says(actuator.keepSecret('app', 'x', soon()))).toContain('may not get secrets');

    // With the right to look alone, the next one that is missing is named.
    await stage.apply(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'looks' },
        rules: [
          {
            apiGroups: ['', 'apps'],
            resources: ['pods', 'deployments', 'replicasets'],
            verbs: ['get', 'list'],
          },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'looks' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'looks' },
        subjects: [{ kind: 'ServiceAccount', ...account }],
      },
    );
    await expect.poll(() => probe.replicas('backend', soon()).catch(String)).toEqual([]);
    expect(await says(actuator.scale('backend', 1, soon()))).toContain(
      `may not patch deployments (apps) in ${namespace}`,
    );
    expect(await says(actuator.restart('backend', soon()))).toContain(
      `may not patch deployments (apps) in ${namespace}`,
    );
    await stage.apply(deployment('running', { command: IDLE }));
    await stage.cluster.untilRolledOut(namespace, 'deployment/running');
    const { probe: inside, exec: runs } = stage.adapter('running', { kubeconfig: path });
    expect(await says(runs(['true'], { signal: soon() }))).toMatch(/may not (get|create) pods\/exec in/);
    expect(await says(inside.logs('backend', { sinceSeconds: 60 }, soon()))).toContain(
      'may not get pods/log in',
    );
    expect(await says(inside.usage('backend', soon()))).toMatch(/may not (list pods|get nodes\/proxy)/);
  }, 90_000);

  test('an object that is not there is named', async () => {
    const { probe, actuator } = stage.adapter('absent');
    const { namespace } = stage;
    for (const call of [probe.workload, actuator.restart]) {
      const error = await failureOf(call('backend', soon()));
      expect(error).toMatchObject({ fault: 'not-found', retryable: false });
      expect(error.message).toContain(`deployment ${namespace}/absent is not there`);
    }
    expect((await failureOf(probe.tlsSecret(soon()))).message).toContain(
      `secret ${namespace}/tls is not there`,
    );
  });

  test('a service without a workload names the key', async () => {
    const { probe } = stage.adapter('backend');
    const error = await failureOf(probe.replicas('redis', soon()));
    expect(error).toMatchObject({ fault: 'not-configured' });
    expect(error.message).toContain('kubernetes.workloads.redis');
  });

  test('settings that are not there at all', async () => {
    const probe = createKubernetesProbe(() => {
      throw new AdapterError('lab has no kubernetes configured', {
        system: 'kubernetes',
        operation: 'look',
        fault: 'not-configured',
        retryable: false,
      });
    });
    expect(await failureOf(probe.pods(soon()))).toMatchObject({ fault: 'not-configured' });
  });

  test('an API server that is away', async () => {
    const server = `https://127.0.0.1:${await freePort()}`;
    const error = await podsWith({ kubeconfig: await kubeconfig('away', { server }) });
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain(server);
    expect(error.message).toContain('refuses connections');
  });

  test('an API server whose name does not resolve', async () => {
    const error = await podsWith({
      kubeconfig: await kubeconfig('nameless', { server: 'https://nowhere.invalid:6443' }),
    });
    expect(error.fault).toBe('unreachable');
    expect(error.message).toContain('nowhere.invalid');
  });

  test('an API server that another authority vouches for', async () => {
    const { root } = await testAuthority(stage.folder);
    const error = await podsWith({ kubeconfig: await kubeconfig('other', { authority: root }) });
    expect(error).toMatchObject({ fault: 'unreachable', retryable: false });
    expect(error.message).toContain('certificate-authority');
  });

  test('an API server that is silent, and one that is called off: the connection is closed', async () => {
    const silent = await serveTcp(() => {});
    const path = await kubeconfig('silent', { server: `https://127.0.0.1:${silent.port}` });
    const late = await podsWith({ kubeconfig: path }, AbortSignal.timeout(300));
    expect(late).toMatchObject({ fault: 'timed-out', retryable: true });
    await expect.poll(silent.openConnections).toBe(0);

    const calledOff = new AbortController();
    const looking = podsWith({ kubeconfig: path }, calledOff.signal);
    await expect.poll(silent.openConnections).toBe(1);
    calledOff.abort();
    expect((await looking).message).toContain('Stopped before');
    await expect.poll(silent.openConnections).toBe(0);
  });

  test('an answer that is none of Kubernetes’', async () => {
    const proxy = await serveTcp((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\noops\n'));
    });
    const path = await write(
      'proxy',
      JSON.stringify({
        clusters: [
          {
            name: 'a',
            cluster: { server: `http://127.0.0.1:${proxy.port}`, 'insecure-skip-tls-verify': true },
          },
        ],
        users: [{ name: 'a', user: {} }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        'current-context': 'a',
      }),
    );
    const error = await podsWith({ kubeconfig: path });
    expect(error).toMatchObject({ fault: 'failed', retryable: true });
    expect(error.message).toContain('502');
  });
});
