/** Files as people leave them: several certificates, text between them, a stranger's key, DER, halves. */
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CertificateFiles } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import {
  type InstalledCertificateFixture,
  installedCertificate,
} from '../../harness/installed-certificate.ts';
import { openssl, selfSigned } from '../../harness/openssl.ts';
import { requirePrograms } from '../../harness/programs.ts';

const soon = () => AbortSignal.timeout(10_000);
const installed = installedCertificate();

let given: InstalledCertificateFixture;
let files: CertificateFiles;
beforeEach(() => {
  given = installed();
  ({ files } = given);
});

const probe = () => createCertificateProbe(() => ({ files, authority: given.localCa }));

describe('reading', () => {
  test('several certificates with text, Windows line ends and blank lines between them', async () => {
    const bag = `Bag Attributes\n    friendlyName: paksa\n${given.good.leaf}\n\nsubject=CN = x\n${given.authority.intermediate}# end`;
    await writeFile(files.certificate, bag.replaceAll('\n', '\r\n'));
    const installed = await probe().installed(soon());
    expect(installed.chain.map(({ subject }) => subject)).toEqual(['api.paksa.test', 'Test Intermediate']);
    expect(installed).toMatchObject({ keyMatches: true, chainInOrder: true, keyMode: '600' });
  });

  test('a chain out of order, and a key that everybody can read', async () => {
    await writeFile(files.certificate, given.good.leaf + given.authority.root + given.authority.intermediate);
    await chmod(files.key, 0o644);
    expect(await probe().installed(soon())).toMatchObject({ chainInOrder: false, keyMode: '644' });
  });

  test('a chain that ends before an authority that is trusted', async () => {
    const trust = join(dirname(files.certificate), 'root.pem');
    await writeFile(trust, given.authority.root);
    const trusting = createCertificateProbe(
      () => ({ files, authority: given.localCa }),
      () => trust,
    );
    expect(await trusting.installed(soon())).not.toHaveProperty('missingIssuer');
    expect(await probe().installed(soon())).toMatchObject({ missingIssuer: 'Test Root' });
    await writeFile(files.certificate, given.good.leaf);
    expect(await trusting.installed(soon())).toMatchObject({ missingIssuer: 'Test Intermediate' });
    await writeFile(files.certificate, given.good.chain + given.authority.root);
    expect(await probe().installed(soon())).not.toHaveProperty('missingIssuer');
  });

  test('a key that does not belong', async () => {
    await writeFile(files.key, (await given.authority.issue()).key);
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: false });
  });

  test('certificate and key in one file', async () => {
    files = { certificate: files.certificate, key: files.certificate };
    await writeFile(files.certificate, given.good.chain + given.good.key);
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: true });
  });

  test.each([
    ['an empty file', () => '', /server\.pem is empty/],
    ['no PEM at all', () => 'hello', /holds no PEM certificate/],
    ['the key', () => given.good.key, /holds a private key and no certificate: are the two files swapped\?/],
    ['half a certificate', () => given.good.leaf.slice(0, 600), /ends in the middle of a certificate/],
    [
      'half an intermediate',
      () => given.good.leaf + given.authority.intermediate.slice(0, 600),
      /ends in the middle of a certificate/,
    ],
    [
      'a malformed second certificate',
      () => `${given.good.leaf}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      /Certificate 2 in .*server\.pem is malformed/,
    ],
    ['DER', () => der(given.good.leaf), /is DER, not PEM: convert it/],
    ['a whole bundle of authorities', () => given.authority.root.repeat(150), /holds 150 certificates/],
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
    ['the certificate', () => given.good.leaf, /holds a certificate and no key/],
    ['half a key', () => given.good.key.slice(0, 400), /ends in the middle of the key/],
    ['DER', () => der(given.good.key), /is DER, not PEM/],
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
      join(given.folder, 'locked.key'),
    );
    const locked = createCertificateProbe(() => ({
      files: { ...files, key: join(given.folder, 'locked.key') },
      authority: given.localCa,
    }));
    await expect(locked.installed(soon())).rejects.toMatchObject({
      message: expect.stringMatching(/locked\.key is encrypted/),
    });
    const ec = await selfSigned(given.folder, 'ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const elliptic = createCertificateProbe(() => ({
      files: { certificate: ec.certificatePath, key: ec.keyPath },
      authority: given.localCa,
    }));
    expect(await elliptic.installed(soon())).toMatchObject({ leaf: { keyType: 'ec' }, keyMatches: true });
  });

  test('missing files are named', async () => {
    const key = join(given.folder, 'missing.key');
    await expect(
      createCertificateProbe(() => ({ files: { ...files, key }, authority: given.localCa })).installed(
        soon(),
      ),
    ).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('missing.key'),
    });
  });
});

const der = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
