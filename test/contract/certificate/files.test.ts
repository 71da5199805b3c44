/** Files as people leave them: several certificates, text between them, a stranger's key, DER, halves, links. */
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../sandbox/stack/authority.ts';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import { replaceFiles } from '../../../src/adapters/certificate/files.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import { daysFromNow, type TestAuthority, testAuthority } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { openssl, selfSigned } from '../../harness/openssl.ts';
import { requirePrograms } from '../../harness/programs.ts';

const soon = () => AbortSignal.timeout(10_000);

let folder: TemporaryFolder;
let authority: TestAuthority;
let good: { leaf: string; chain: string; key: string };
/** A fresh folder for each test, and the two files in it. */
let own: string;
let files: { certificate: string; key: string };

beforeAll(async () => {
  folder = await temporaryFolder();
  authority = await testAuthority(join(folder.path, 'authority'));
  good = await authority.issue({ names: ['api.paksa.test'] });
});
afterAll(() => folder[Symbol.asyncDispose]());

let count = 0;
beforeEach(async () => {
  own = join(folder.path, `test-${(count += 1)}`);
  await mkdir(own);
  files = { certificate: join(own, 'server.pem'), key: join(own, 'server.key') };
  await writeFile(files.certificate, good.chain);
  await writeFile(files.key, good.key, { mode: 0o600 });
});

const localCa = () => ({ kind: 'local-ca', directory: join(folder.path, 'authority'), days: 30 }) as const;
const probe = () => createCertificateProbe(files, localCa());
const actuator = () => createCertificateActuator(files, localCa());

describe('reading', () => {
  test('several certificates with text, Windows line ends and blank lines between them', async () => {
    const bag = `Bag Attributes\n    friendlyName: paksa\n${good.leaf}\n\nsubject=CN = x\n${authority.intermediate}# end`;
    await writeFile(files.certificate, bag.replaceAll('\n', '\r\n'));
    const installed = await probe().installed(soon());
    expect(installed.chain.map(({ subject }) => subject)).toEqual(['api.paksa.test', 'Test Intermediate']);
    expect(installed).toMatchObject({ keyMatches: true, chainInOrder: true, keyMode: '600' });
  });

  test('a chain out of order, and a key that everybody can read', async () => {
    await writeFile(files.certificate, good.leaf + authority.root + authority.intermediate);
    await chmod(files.key, 0o644);
    expect(await probe().installed(soon())).toMatchObject({ chainInOrder: false, keyMode: '644' });
  });

  test('a key that does not belong', async () => {
    await writeFile(files.key, (await authority.issue()).key);
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: false });
  });

  test('certificate and key in one file', async () => {
    files = { certificate: files.certificate, key: files.certificate };
    await writeFile(files.certificate, good.chain + good.key);
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: true });
  });

  test.each([
    ['an empty file', () => '', /server\.pem is empty/],
    ['no PEM at all', () => 'hello', /holds no PEM certificate/],
    ['the key', () => good.key, /holds a private key and no certificate: are the two files swapped\?/],
    ['half a certificate', () => good.leaf.slice(0, 600), /ends in the middle of a certificate/],
    [
      'half an intermediate',
      () => good.leaf + authority.intermediate.slice(0, 600),
      /ends in the middle of a certificate/,
    ],
    [
      'a malformed second certificate',
      () => `${good.leaf}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      /Certificate 2 in .*server\.pem is malformed/,
    ],
    ['DER', () => der(good.leaf), /is DER, not PEM: convert it/],
    ['a whole bundle of authorities', () => authority.root.repeat(150), /holds 150 certificates/],
    ['something huge', () => Buffer.alloc(2_000_000, 'x'), /larger than 1 MiB/],
    [
      'a request',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
      /holds a certificate request/,
    ],
  ])('%s where the certificate belongs', async (_, content, says) => {
    await writeFile(files.certificate, content());
    await expect(probe().installed(soon())).rejects.toMatchObject({
      name: 'AdapterError',
      fault: 'failed',
      message: expect.stringMatching(says),
    });
  });

  test.each([
    ['an empty file', () => '', /server\.key is empty/],
    ['no PEM at all', () => 'hello', /holds no PEM private key/],
    ['the certificate', () => good.leaf, /holds a certificate and no key/],
    ['half a key', () => good.key.slice(0, 400), /ends in the middle of the key/],
    ['DER', () => der(good.key), /is DER, not PEM/],
    [
      'a malformed key',
      () => '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n',
      /The key in .*server\.key is malformed/,
    ],
  ])('%s where the key belongs', async (_, content, says) => {
    await writeFile(files.key, content());
    const failure: unknown = await probe()
      .installed(soon())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ fault: 'failed', message: expect.stringMatching(says) });
    expect(String(failure)).not.toContain('secret');
  });

  test.runIf(requirePrograms('openssl'))('an encrypted key, and keys that are not RSA', async () => {
    await openssl(
      'pkey',
      '-in',
      files.key,
      '-aes256',
      '-passout',
      'pass:hush',
      '-out',
      join(own, 'locked.key'),
    );
    const locked = createCertificateProbe({ ...files, key: join(own, 'locked.key') }, localCa());
    await expect(locked.installed(soon())).rejects.toMatchObject({
      message: expect.stringMatching(/locked\.key is encrypted/),
    });
    const ec = await selfSigned(own, 'ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const elliptic = createCertificateProbe({ certificate: ec.certificatePath, key: ec.keyPath }, localCa());
    expect(await elliptic.installed(soon())).toMatchObject({ leaf: { keyType: 'ec' }, keyMatches: true });
  });

  test('missing files are named', async () => {
    const key = join(own, 'missing.key');
    await expect(
      createCertificateProbe({ ...files, key }, localCa()).installed(soon()),
    ).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('missing.key'),
    });
  });
});

describe('writing', () => {
  test('links stay links, modes and owners stay, and nothing is left behind', async () => {
    const real = join(own, 'real');
    await mkdir(real);
    const linked = { certificate: join(real, 'v1.pem'), key: join(real, 'v1.key') };
    await writeFile(linked.certificate, good.chain, { mode: 0o604 });
    await writeFile(linked.key, good.key);
    await chmod(linked.key, 0o640);
    if (process.getuid?.() === 0) await chown(linked.key, 65_534, 65_534);
    files = { certificate: join(own, 'link.pem'), key: join(own, 'link.key') };
    await symlink('real/v1.pem', files.certificate);
    await symlink('real/v1.key', files.key);

    await actuator().renew(soon());
    expect((await lstat(files.certificate)).isSymbolicLink()).toBe(true);
    expect(await readlink(files.key)).toBe('real/v1.key');
    expect((await stat(linked.certificate)).mode & 0o777).toBe(0o604);
    expect((await stat(linked.key)).mode & 0o777).toBe(0o640);
    if (process.getuid?.() === 0) expect((await stat(linked.key)).uid).toBe(65_534);
    expect((await readdir(real)).sort()).toEqual(['v1.key', 'v1.pem']);
    expect((await probe().installed(soon())).keyMatches).toBe(true);
  });

  test('a key that everybody could read is its owner’s alone afterwards', async () => {
    await chmod(files.key, 0o644);
    await actuator().renew(soon());
    expect((await probe().installed(soon())).keyMode).toBe('600');
  });

  test('certificate and key in one file, and back again', async () => {
    files = { certificate: files.certificate, key: files.certificate };
    await writeFile(files.certificate, good.chain + good.key);
    const backup = await actuator().backup('one', soon());
    await actuator().renew(soon());
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: true, keyMode: '600' });
    await actuator().restore(backup, soon());
    expect(await readFile(files.certificate, 'utf8')).toBe(good.chain + good.key);
  });

  test('a second backup under the same label keeps the first', async () => {
    const before = await readFile(files.certificate, 'utf8');
    const first = await actuator().backup('once', soon());
    await actuator().renew(soon());
    expect(await actuator().backup('once', soon())).toEqual(first);
    await actuator().restore(first, soon());
    expect(await readFile(files.certificate, 'utf8')).toBe(before);
  });

  test('a label that would leave the folder is a bug, and is not used', async () => {
    await expect(actuator().backup('../../etc/x', soon())).rejects.toThrow(TypeError);
    expect((await readdir(own)).sort()).toEqual(['server.key', 'server.pem']);
  });

  test('when one file cannot be written, neither is', async () => {
    const nowhere = join(own, 'nowhere', 'server.pem');
    await expect(
      replaceFiles([
        { path: files.key, content: 'new', secret: true },
        { path: nowhere, content: 'new', secret: false },
      ]),
    ).rejects.toMatchObject({ fault: 'not-found', message: expect.stringContaining(nowhere) });
    expect(await readFile(files.key, 'utf8')).toBe(good.key);
    expect((await readdir(own)).sort()).toEqual(['server.key', 'server.pem']);
  });
});

describe('issuing', () => {
  test('every kind of name, an end before the intermediate’s, and a chain that openssl verifies', async () => {
    const names = [
      '*.paksa.test',
      'münchen.paksa.test',
      '127.0.0.1',
      '::1',
      `${'long.'.repeat(13)}paksa.test`,
    ];
    await createCertificateActuator(files, { ...localCa(), names }).renew(soon());
    const { leaf, chain, chainInOrder } = await probe().installed(soon());
    expect(leaf.names).toEqual(['*.paksa.test', 'xn--mnchen-3ya.paksa.test', '127.0.0.1', '::1', names[4]]);
    expect(chain).toHaveLength(2);
    expect(chainInOrder).toBe(true);
    expect(Date.now() - leaf.notBefore.getTime()).toBeGreaterThan(4 * 60_000);
    if (!requirePrograms('openssl')) return;
    const purpose = ['-purpose', 'sslserver', '-x509_strict'];
    const verified = ['verify', ...purpose, '-CAfile', authority.trust, '-untrusted', files.certificate];
    expect(await openssl(...verified, files.certificate)).toContain('OK');
  });

  test('never beyond the intermediate’s own end', async () => {
    const directory = join(own, 'short');
    await createAuthority(directory, { intermediateEnds: daysFromNow(10.5) });
    const short = { kind: 'local-ca', directory, days: 90 } as const;
    expect(await createCertificateProbe(files, short).plan(soon())).toMatchObject({ days: 10 });
    await createCertificateActuator(files, short).renew(soon());
    expect((await probe().installed(soon())).leaf.notAfter.getTime()).toBeLessThan(daysFromNow(11).getTime());
  });

  test.each([
    [
      'an intermediate that has expired',
      (directory: string) => createAuthority(directory, { intermediateEnds: daysFromNow(-1) }),
      /expired on \d{4}-\d\d-\d\d/,
    ],
    [
      'the key of another',
      async (directory: string) => {
        await createAuthority(directory);
        await writeFile(join(directory, 'intermediate.key'), good.key);
      },
      /is not the key of/,
    ],
    ['no authority at all', () => Promise.resolve(), /intermediate\.pem is not there/],
  ])('%s', async (_, prepare, says) => {
    const directory = join(own, 'authority');
    await prepare(directory);
    const before = await readFile(files.certificate, 'utf8');
    const broken = createCertificateActuator(files, { kind: 'local-ca', directory, days: 90 });
    await expect(broken.renew(soon())).rejects.toMatchObject({
      name: 'AdapterError',
      message: expect.stringMatching(says),
    });
    expect(await readFile(files.certificate, 'utf8')).toBe(before);
  });

  test.runIf(requirePrograms('openssl'))('an intermediate that is not RSA', async () => {
    const ec = await selfSigned(own, 'intermediate', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const renewing = createCertificateActuator(files, { kind: 'local-ca', directory: own, days: 90 });
    expect(ec.keyPath).toBe(join(own, 'intermediate.key'));
    await expect(renewing.renew(soon())).rejects.toMatchObject({
      message: expect.stringContaining('must be an RSA one'),
    });
  });
});

const der = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
