/** Secrets: kept, changed, put back, and never told. The TLS secret takes the certificate on disk, if that is fit for it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysFromNow, type TestAuthority, testAuthority } from '../../../harness/certificates.ts';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { secret } from './manifests.ts';
import { type Adapter, failureOf, openStage, type Stage, soon } from './stage.ts';

const OLD = 'the-old-value-of-the-secret';

describe.runIf(canRunLab())('secrets', () => {
  let stage: Stage;
  let authority: TestAuthority;
  let adapter: Adapter;

  beforeAll(async () => {
    stage = await openStage();
    authority = await testAuthority(stage.folder);
    adapter = stage.adapter('backend');
    await stage.apply(secret('app', { jwt: OLD, other: 'stays' }));
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  async function held(name: string): Promise<Record<string, string>> {
    const { data = {} } = await stage.cluster.core.readNamespacedSecret({ namespace: stage.namespace, name });
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }

  test('a secret is kept, changed at random, and put back', async () => {
    const { probe, actuator } = adapter;
    const before = await probe.secretFingerprint('app', 'jwt', soon());
    const kept = await actuator.keepSecret('app', 'attempt-1', soon());
    expect(kept).toBe('app-kept-attempt-1');

    await actuator.rotateSecret('app', 'jwt', soon());
    const { jwt = '', other } = await held('app');
    expect(jwt).toMatch(/^[\w-]{64}$/);
    expect(other).toBe('stays');
    expect(await probe.secretFingerprint('app', 'jwt', soon())).not.toBe(before);
    await actuator.rotateSecret('app', 'jwt', soon());
    expect((await held('app')).jwt).not.toBe(jwt);

    // Kept once more under the same label: what was kept first is what can be gone back to.
    expect(await actuator.keepSecret('app', 'attempt-1', soon())).toBe(kept);
    await stage.apply(secret('app', { jwt: 'x', other: 'stays', added: 'since' }));
    await actuator.restoreSecret('app', kept, soon());
    expect(await held('app')).toEqual({ jwt: OLD, other: 'stays' });
    expect(await probe.secretFingerprint('app', 'jwt', soon())).toBe(before);

    const { metadata, immutable } = await stage.cluster.core.readNamespacedSecret({
      namespace: stage.namespace,
      name: kept,
    });
    expect(metadata?.labels).toEqual({ 'app.kubernetes.io/managed-by': 'paksa' });
    expect(immutable).toBe(true);
  });

  test('a copy’s name is one that Kubernetes takes, whatever the label', async () => {
    const labels = ['Attempt 7: ümlaut/..', 'x'.repeat(200), `${'x'.repeat(200)}y`];
    const names = await Promise.all(labels.map((label) => adapter.actuator.keepSecret('app', label, soon())));
    expect(new Set(names).size).toBe(3);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(63);
      expect(await held(name)).toHaveProperty('jwt');
    }
  });

  test('what is no copy of Paksa’s is not put back', async () => {
    await stage.apply(secret('foreign', { jwt: 'foreign' }), secret('other', { a: 'b' }));
    const otherKept = await adapter.actuator.keepSecret('other', 'x', soon());
    for (const kept of ['foreign', otherKept]) {
      const error = await failureOf(adapter.actuator.restoreSecret('app', kept, soon()));
      expect(error.fault).toBe('refused');
      expect(error.message).toContain('no copy of app made by Paksa');
    }
    expect(await failureOf(adapter.actuator.restoreSecret('app', 'absent', soon()))).toMatchObject({
      fault: 'not-found',
    });
  });

  test('a key, or a secret, that is not there is not made up; an immutable one is named as such', async () => {
    const error = await failureOf(adapter.actuator.rotateSecret('app', 'absent', soon()));
    expect(error.fault).toBe('not-found');
    expect(await failureOf(adapter.actuator.rotateSecret('absent', 'jwt', soon()))).toMatchObject({
      fault: 'not-found',
    });
    await stage.apply(secret('fixed', { jwt: OLD }, { immutable: true }));
    const refused = await failureOf(adapter.actuator.rotateSecret('fixed', 'jwt', soon()));
    expect(refused.fault).toBe('refused');
    expect(refused.message).toContain('immutable');
    for (const { message, cause } of [error, refused])
      expect(`${message} ${String(cause)}`).not.toContain(OLD);
  });

  test('the password in an address is read for the database’s adapter, changed alone, and put back', async () => {
    const { probe, actuator, readLogin } = adapter;
    const address = (password: string) =>
      `postgresql+psycopg2://pa%40ksa:${password}@db:6432/paksa_db?sslmode=require`;
    await stage.apply(secret('db', { url: address('old%3Aone'), other: 'stays' }));
    const holder = { name: 'db', key: 'url' };
    expect(await readLogin(holder, soon())).toMatchObject({
      user: 'pa@ksa',
      password: 'old:one',
      address: { host: 'db', port: 6432, database: 'paksa_db', user: 'pa@ksa', hasPassword: true },
    });
    const before = await probe.secretFingerprint('db', 'url', soon());
    const kept = await actuator.keepSecret('db', 'attempt-1', soon());
    await actuator.rotatePassword(holder, soon());
    const { password } = await readLogin(holder, soon());
    expect(password).toMatch(/^[\w-]{64}$/);
    expect(await held('db')).toEqual({ url: address(password), other: 'stays' });
    expect((await readLogin({ ...holder, name: kept }, soon())).password).toBe('old:one');
    await actuator.restoreSecret('db', kept, soon());
    expect(await probe.secretFingerprint('db', 'url', soon())).toBe(before);
  });

  test('a password alone is changed as a whole, under the role that the configuration names', async () => {
    const { actuator, readLogin } = adapter;
    await stage.apply(secret('alone', { password: 'p@ss w%rd' }));
    const holder = { name: 'alone', key: 'password', user: 'app' };
    expect(await readLogin(holder, soon())).toEqual({ user: 'app', password: 'p@ss w%rd' });
    await actuator.rotatePassword(holder, soon());
    expect((await held('alone')).password).toMatch(/^[\w-]{64}$/);
  });

  test('what holds no password of a role is left as it is, and nothing of it is told', async () => {
    const { actuator, readLogin } = adapter;
    const unfit = {
      bare: 'a-bare-hidden-password',
      cache: 'redis://:hidden-password@cache/0',
      nobody: 'postgresql://:hidden-password@db/paksa',
      open: 'postgresql://paksa@db/hidden-database',
      torn: 'postgresql://paksa:hidden%@db/paksa',
    };
    await stage.apply(secret('unfit', unfit));
    for (const key of Object.keys(unfit)) {
      for (const call of [readLogin, actuator.rotatePassword]) {
        const error = await failureOf(call({ name: 'unfit', key }, soon()));
        expect(error).toMatchObject({ fault: 'refused', message: expect.stringContaining('databaseSecret') });
        expect(`${error.message} ${String(error.cause)}`).not.toContain('hidden');
      }
    }
    expect(await held('unfit')).toEqual(unfit);
    const absent = await failureOf(actuator.rotatePassword({ name: 'unfit', key: 'absent' }, soon()));
    expect(absent).toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('has no key absent'),
    });
    await stage.apply(secret('fixed-db', { url: 'postgresql://a:hidden@b/c' }, { immutable: true }));
    expect(await failureOf(actuator.rotatePassword({ name: 'fixed-db', key: 'url' }, soon()))).toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('immutable'),
    });
  });

  async function put(certificate: string, key: string): Promise<void> {
    await writeFile(join(stage.folder, 'fullchain.pem'), certificate);
    await writeFile(join(stage.folder, 'privkey.pem'), key);
  }

  test('the certificate on disk is put into the TLS secret, and the old one back', async () => {
    const { probe, actuator } = adapter;
    const first = await authority.issue();
    const second = await authority.issue();
    await put(first.chain, first.key);
    await actuator.applyTlsSecret(soon());
    const before = await probe.tlsSecret(soon());
    expect(before).toMatchObject({ name: 'tls', namespace: stage.namespace });
    expect(await held('tls')).toEqual({ 'tls.crt': first.chain, 'tls.key': first.key });

    const kept = await actuator.keepTlsSecret('attempt-1', soon());
    await put(second.chain, second.key);
    await actuator.applyTlsSecret(soon());
    const after = await probe.tlsSecret(soon());
    expect(after.leaf.serial).not.toBe(before.leaf.serial);
    expect(after.resourceVersion).not.toBe(before.resourceVersion);

    await actuator.restoreTlsSecret(kept, soon());
    expect((await probe.tlsSecret(soon())).leaf.serial).toBe(before.leaf.serial);
    expect(await held('tls')).toEqual({ 'tls.crt': first.chain, 'tls.key': first.key });
  });

  test('one that kubectl made is taken over', async () => {
    const old = await authority.issue();
    const fresh = await authority.issue({ names: ['api.paksa.test'] });
    await stage.apply(
      secret('by-hand', { 'tls.crt': old.chain, 'tls.key': old.key }, { type: 'kubernetes.io/tls' }),
    );
    const { probe, actuator } = stage.adapter('backend', { tlsSecret: 'by-hand' });
    await put(fresh.chain, fresh.key);
    await actuator.applyTlsSecret(soon());
    expect(await held('by-hand')).toEqual({ 'tls.crt': fresh.chain, 'tls.key': fresh.key });
    expect((await probe.tlsSecret(soon())).leaf.names).toContain('api.paksa.test');
  });

  test('a certificate that is not fit is refused before anything is written', async () => {
    const { probe, actuator } = adapter;
    const good = await authority.issue();
    const other = await authority.issue();
    const expired = await authority.issue({
      from: daysFromNow(-20),
      until: daysFromNow(-1),
    });
    await put(good.chain, good.key);
    await actuator.applyTlsSecret(soon());
    const { resourceVersion } = await probe.tlsSecret(soon());
    const refusals: [string, string, string][] = [
      [good.chain, other.key, 'is not the key of'],
      [expired.chain, expired.key, 'expired on'],
      ['nothing', good.key, 'holds no PEM certificate'],
      [good.chain, 'nothing', 'holds no PEM private key'],
    ];
    for (const [certificate, key, says] of refusals) {
      await put(certificate, key);
      const error = await failureOf(actuator.applyTlsSecret(soon()));
      expect(error.message).toContain(says);
      expect(`${error.message} ${String(error.cause)}`).not.toContain('BEGIN');
    }
    expect((await probe.tlsSecret(soon())).resourceVersion).toBe(resourceVersion);
  });

  test('a secret that holds no certificate', async () => {
    const { probe } = stage.adapter('backend', { tlsSecret: 'app' });
    const error = await failureOf(probe.tlsSecret(soon()));
    expect(error.fault).toBe('failed');
    expect(error.message).toContain('has no tls.crt');
    await stage.apply(secret('garbage', { 'tls.crt': 'garbage', 'tls.key': 'hidden-key' }));
    const unread = await failureOf(
      stage.adapter('backend', { tlsSecret: 'garbage' }).probe.tlsSecret(soon()),
    );
    expect(unread.message).toContain('no readable certificate');
    expect(unread.message).not.toContain('hidden-key');
  });
});
