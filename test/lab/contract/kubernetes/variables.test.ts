/** The environment of pods: facts, the same for the same value wherever it comes from, and never a value. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, secret } from './manifests.ts';
import { failureOf, openStage, type Stage, soon } from './stage.ts';

const PASSWORD = 'Sup3r-s3cret/pass';
const ADDRESS = `postgresql://paksa:${encodeURIComponent(PASSWORD)}@db.internal:6432/paksa_db`;
const JWT = 'a-jwt-secret-that-nobody-may-see';

const NAMES = ['DATABASE_URL', 'JWT_SECRET_KEY', 'GREETING', 'FROM_ALL_jwt', 'LEVEL', 'ABSENT'];

describe.runIf(canRunLab())('the environment of pods', () => {
  let stage: Stage;

  const env = [
    { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'app', key: 'url' } } },
    { name: 'JWT_SECRET_KEY', valueFrom: { secretKeyRef: { name: 'app', key: 'jwt' } } },
    { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'app', key: 'level' } } },
    { name: 'GREETING', value: '$(LEVEL) $$(LEVEL) $(UNKNOWN)' },
  ];
  const envFrom = [{ prefix: 'FROM_ALL_', secretRef: { name: 'app' } }];

  beforeAll(async () => {
    stage = await openStage();
    await stage.apply(
      secret('app', { url: ADDRESS, jwt: JWT }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' }, data: { level: 'debug' } },
      deployment('backend', { command: IDLE, container: { env, envFrom } }),
      // Its programs cannot be found by their names.
      deployment('bare', {
        command: ['/bin/sleep', 'infinity'],
        container: { env: [...env, { name: 'PATH', value: '/nowhere' }], envFrom },
      }),
      deployment('crashing', { command: ['false'], container: { env, envFrom } }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/backend');
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/bare');
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const variablesOf = (name: string) => stage.adapter(name).probe.variables('backend', NAMES, soon());

  test('as the process has them', async () => {
    const [replica] = await variablesOf('backend');
    expect(replica?.replica).toMatch(/^backend-/);
    expect(replica?.variables).toMatchObject({
      DATABASE_URL: {
        present: true,
        length: ADDRESS.length,
        address: {
          scheme: 'postgresql',
          host: 'db.internal',
          port: 6432,
          user: 'paksa',
          database: 'paksa_db',
          hasPassword: true,
        },
      },
      JWT_SECRET_KEY: { present: true, length: JWT.length },
      GREETING: { present: true, length: 'debug $(LEVEL) $(UNKNOWN)'.length },
      ABSENT: { present: false, length: 0 },
    });
  });

  test('of a pod that cannot be looked into, and of one that does not run: as its specification says', async () => {
    const [running] = await variablesOf('backend');
    expect((await variablesOf('bare'))[0]?.variables).toEqual(running?.variables);
    await expect.poll(() => variablesOf('crashing')).toHaveLength(1);
    expect((await variablesOf('crashing'))[0]?.variables).toEqual(running?.variables);
  });

  test('a secret has the fingerprint of the variable that was made from it', async () => {
    const { probe } = stage.adapter('backend');
    const [replica] = await variablesOf('backend');
    const fingerprint = await probe.secretFingerprint('app', 'jwt', soon());
    expect(fingerprint).toBe(replica?.variables.JWT_SECRET_KEY?.fingerprint);
    expect(fingerprint).not.toBe(await probe.secretFingerprint('app', 'url', soon()));
  });

  test('a secret, or a key in it, that is not there', async () => {
    const { probe } = stage.adapter('backend');
    expect(await failureOf(probe.secretFingerprint('absent', 'jwt', soon()))).toMatchObject({
      fault: 'not-found',
    });
    const error = await failureOf(probe.secretFingerprint('app', 'absent', soon()));
    expect(error.fault).toBe('not-found');
    expect(error.message).toContain('has no key absent (it has jwt, url)');
  });

  test('no value is in any answer', async () => {
    const { probe } = stage.adapter('backend');
    const all = [
      ...(await Promise.all(['backend', 'bare', 'crashing'].map(variablesOf))),
      await probe.replicas('backend', soon()),
      await probe.workload('backend', soon()),
      await probe.pods(soon()),
      await probe.secretFingerprint('app', 'jwt', soon()),
      (await failureOf(probe.secretFingerprint('app', 'absent', soon()))).message,
    ];
    const text = JSON.stringify(all);
    for (const value of [PASSWORD, encodeURIComponent(PASSWORD), JWT]) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
  });
});
