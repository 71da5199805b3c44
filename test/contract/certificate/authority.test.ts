/** One suite for everything that renews: the local CA, and Debian's certbot against a real ACME server. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAuthority } from '../../../sandbox/stack/authority.ts';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import type { CertificateAuthority, CertificateFiles } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import { obtainLineage } from '../../harness/certbot.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { startPebble } from '../../harness/pebble.ts';
import { requirePrograms } from '../../harness/programs.ts';

interface Installed {
  readonly authority: CertificateAuthority;
  readonly files: CertificateFiles;
  /** Makes every renewal fail from now on. */
  breakAuthority(): Promise<void>;
  /** What its failure must say. */
  readonly reason: RegExp;
}

async function installLocalCa(folder: string): Promise<Installed> {
  const directory = join(folder, 'authority');
  await createAuthority(directory);
  const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  const authority = { kind: 'local-ca', directory, days: 30 } as const;
  const first = { ...authority, names: ['api.paksa.test', 'www.paksa.test'] };
  await createCertificateActuator(() => ({ files, authority: first })).renew(soon());
  const key = join(directory, 'intermediate.key');
  return { authority, files, breakAuthority: () => rm(key), reason: /intermediate\.key is not there/ };
}

async function installCertbot(folder: string): Promise<Installed> {
  const pebble = await startPebble(folder);
  stopLater.push(pebble.stop);
  vi.stubEnv('REQUESTS_CA_BUNDLE', pebble.trust);
  const { authority, files } = await obtainLineage(folder, 'paksa', pebble);
  return { authority, files, breakAuthority: pebble.stop, reason: /Connection refused/ };
}

const soon = () => AbortSignal.timeout(20_000);
const stopLater: (() => Promise<void>)[] = [];

describe.each([
  { kind: 'local-ca', install: installLocalCa, there: true },
  { kind: 'certbot', install: installCertbot, there: requirePrograms('certbot', 'pebble') },
] as const)('$kind', ({ kind, install, there }) => {
  describe.runIf(there)('renews, keeps and puts back', () => {
    let folder: TemporaryFolder;
    let installed: Installed;

    beforeAll(async () => {
      folder = await temporaryFolder();
      installed = await install(folder.path);
    });
    afterAll(async () => {
      for (const stop of stopLater.splice(0)) await stop();
      vi.unstubAllEnvs();
      await folder[Symbol.asyncDispose]();
    });

    const probe = () =>
      createCertificateProbe(() => ({ files: installed.files, authority: installed.authority }));
    const actuator = () =>
      createCertificateActuator(() => ({ files: installed.files, authority: installed.authority }));
    const serial = async () => (await probe().installed(soon())).leaf.serial;

    /** What every reader may rely on after every change. */
    async function expectWhole() {
      const { certificate, key } = installed.files;
      const now = await probe().installed(soon());
      expect(now).toMatchObject({ keyMatches: true, chainInOrder: true, keyMode: '600' });
      expect(now.chain.length).toBeGreaterThan(1);
      expect(now.leaf.names).toEqual(expect.arrayContaining(['api.paksa.test', 'www.paksa.test']));
      createSecureContext({ cert: await readFile(certificate), key: await readFile(key) });
    }

    test('what is installed', expectWhole);

    test('the plan names the authority and the names, and asks nobody', async () => {
      const before = await serial();
      const plan = await probe().plan(soon());
      expect(plan.authority).toMatch(kind === 'certbot' ? /certbot, lineage paksa \(https:/ : /local CA/);
      expect([...plan.names].sort()).toEqual(['api.paksa.test', 'www.paksa.test']);
      expect(plan.days).toBe(kind === 'certbot' ? undefined : 30);
      expect(await serial()).toBe(before);
    });

    test('a renewal, though nothing is due: a new certificate with a new key for the same names', async () => {
      const before = await readFile(installed.files.certificate);
      const oldKey = await readFile(installed.files.key);
      await actuator().renew(soon());
      expect(await serial()).not.toBe(new X509Certificate(before).serialNumber);
      expect(oldKey.equals(await readFile(installed.files.key))).toBe(false);
      await expectWhole();
    });

    test('a restore puts the very same files back, once or twice', async () => {
      const before = await readFile(installed.files.certificate);
      const oldKey = await readFile(installed.files.key);
      const backup = await actuator().backup('restore', soon());
      expect(backup).toMatchObject({ kind, serial: new X509Certificate(before).serialNumber });
      expect(JSON.stringify(backup)).not.toContain('PRIVATE KEY');
      for (const { keptAt } of backup.files.filter(({ path }) => path === installed.files.key)) {
        expect((await stat(keptAt)).mode & 0o777).toBe(0o600);
      }

      await actuator().renew(soon());
      expect(await serial()).not.toBe(backup.serial);
      for (const _ of ['once', 'twice']) {
        // What is kept outlives a restart of Paksa: it goes through the store as JSON.
        await actuator().restore(JSON.parse(JSON.stringify(backup)), soon());
        expect(before.equals(await readFile(installed.files.certificate))).toBe(true);
        expect(oldKey.equals(await readFile(installed.files.key))).toBe(true);
        await expectWhole();
      }
    });

    test('the renewal after a restore', async () => {
      const restored = await serial();
      await actuator().renew(soon());
      expect(await serial()).not.toBe(restored);
      await expectWhole();
    });

    test('a backup that is gone is an error, and nothing has changed', async () => {
      const backup = await actuator().backup('gone', soon());
      const broken = {
        ...backup,
        files: backup.files.map((file) => ({ ...file, keptAt: `${file.keptAt}.gone` })),
      };
      await actuator().renew(soon());
      const renewed = await serial();
      await expect(actuator().restore(broken, soon())).rejects.toMatchObject({ fault: 'not-found' });
      expect(await serial()).toBe(renewed);
      await expectWhole();
    });

    test('a backup of other files is refused', async () => {
      const backup = await actuator().backup('other', soon());
      const stolen = join(folder.path, 'elsewhere.pem');
      const other = { ...backup, files: backup.files.map((file) => ({ ...file, path: stolen })) };
      await expect(actuator().restore(other, soon())).rejects.toMatchObject({ name: 'AdapterError' });
      await expect(stat(stolen)).rejects.toMatchObject({ code: 'ENOENT' });
      const foreign = kind === 'certbot' ? ('local-ca' as const) : ('certbot' as const);
      await expect(actuator().restore({ ...backup, kind: foreign }, soon())).rejects.toMatchObject({
        name: 'AdapterError',
      });
    });

    test('a call whose time is up changes nothing', async () => {
      const before = await serial();
      const backup = await actuator().backup('late', soon());
      for (const call of [
        () => actuator().renew(AbortSignal.abort()),
        () => actuator().backup('later', AbortSignal.abort()),
        () => actuator().restore(backup, AbortSignal.abort()),
        () => probe().plan(AbortSignal.abort()),
        () => probe().installed(AbortSignal.abort()),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: 'AdapterError', fault: 'timed-out' });
      }
      expect(await serial()).toBe(before);
    });

    test('files that are missing are named', async () => {
      const nowhere = { certificate: join(folder.path, 'no.pem'), key: join(folder.path, 'no.key') };
      const { authority } = installed;
      await expect(
        createCertificateProbe(() => ({ files: nowhere, authority })).installed(soon()),
      ).rejects.toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining('no.pem'),
      });
      await mkdir(nowhere.certificate);
      await expect(
        createCertificateProbe(() => ({ files: nowhere, authority })).plan(soon()),
      ).rejects.toMatchObject({
        fault: 'failed',
        message: expect.stringContaining('is a folder'),
      });
    });

    test("a renewal that fails says the authority's own reason, and leaves everything as it was", async () => {
      const before = await serial();
      await installed.breakAuthority();
      await expect(actuator().renew(soon())).rejects.toMatchObject({
        name: 'AdapterError',
        message: expect.stringMatching(installed.reason),
      });
      expect(await serial()).toBe(before);
      await expectWhole();
      // A plan signs nothing, so it needs no authority that works.
      await expect(probe().plan(soon())).resolves.toMatchObject({ names: expect.anything() });
    });
  });
});
