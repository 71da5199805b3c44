/** What the local CA issues, and when it cannot. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../sandbox/stack/authority.ts';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import type { CertificateFiles } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import { daysFromNow } from '../../harness/certificates.ts';
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

describe('issuing', () => {
  test('every kind of name, an end before the intermediate’s, and a chain that openssl verifies', async () => {
    const names = [
      '*.paksa.test',
      'münchen.paksa.test',
      '127.0.0.1',
      '::1',
      `${'long.'.repeat(13)}paksa.test`,
    ];
    await createCertificateActuator(() => ({ files, authority: { ...given.localCa, names } })).renew(soon());
    const { leaf, chain, chainInOrder } = await probe().installed(soon());
    expect(leaf.names).toEqual(['*.paksa.test', 'xn--mnchen-3ya.paksa.test', '127.0.0.1', '::1', names[4]]);
    expect(chain).toHaveLength(2);
    expect(chainInOrder).toBe(true);
    expect(Date.now() - leaf.notBefore.getTime()).toBeGreaterThan(4 * 60_000);
    if (!requirePrograms('openssl')) return;
    const purpose = ['-purpose', 'sslserver', '-x509_strict'];
    const verified = [
      'verify',
      ...purpose,
      '-CAfile',
      given.authority.trust,
      '-untrusted',
      files.certificate,
    ];
    expect(await openssl(...verified, files.certificate)).toContain('OK');
  });

  test('never beyond the intermediate’s own end', async () => {
    const directory = join(given.folder, 'short');
    await createAuthority(directory, { intermediateEnds: daysFromNow(10.5) });
    const short = { kind: 'local-ca', directory, days: 90 } as const;
    expect(await createCertificateProbe(() => ({ files, authority: short })).plan(soon())).toMatchObject({
      days: 10,
    });
    await createCertificateActuator(() => ({ files, authority: short })).renew(soon());
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
        await writeFile(join(directory, 'intermediate.key'), given.good.key);
      },
      /is not the key of/,
    ],
    ['no authority at all', () => Promise.resolve(), /intermediate\.pem is not there/],
  ])('%s', async (_, prepare, says) => {
    const directory = join(given.folder, 'authority');
    await prepare(directory);
    const before = await readFile(files.certificate, 'utf8');
    const broken = createCertificateActuator(() => ({
      files,
      authority: { kind: 'local-ca', directory, days: 90 },
    }));
    await expect(broken.renew(soon())).rejects.toMatchObject({
      name: 'AdapterError',
      message: expect.stringMatching(says),
    });
    expect(await readFile(files.certificate, 'utf8')).toBe(before);
  });

  test.runIf(requirePrograms('openssl'))('an intermediate that is not RSA', async () => {
    const ec = await selfSigned(given.folder, 'intermediate', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const renewing = createCertificateActuator(() => ({
      files,
      authority: {
        kind: 'local-ca',
        directory: given.folder,
        days: 90,
      },
    }));
    expect(ec.keyPath).toBe(join(given.folder, 'intermediate.key'));
    await expect(renewing.renew(soon())).rejects.toMatchObject({
      message: expect.stringContaining('must be an RSA one'),
    });
  });
});
