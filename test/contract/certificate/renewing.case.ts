/** What everything that renews does, wherever its files are: one suite for the local CA and for certbot. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import type { CertificateSettings } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import type { Everywhere } from '../../../src/adapters/exec/port.ts';
import type { PlaceFiles } from '../../harness/place-files.ts';

/** A certificate for api.paksa.test and www.paksa.test. */
export interface Installed extends AsyncDisposable {
  readonly settings: CertificateSettings;
  /** The replicas of the settings' place; this host when unset. */
  readonly everywhere?: Everywhere;
  /** That place's files. */
  readonly there: PlaceFiles;
  /** A folder of its. */
  readonly folder: string;
  /** Makes every renewal fail from now on. */
  breakAuthority(): Promise<void>;
  /** What its failure must say. */
  readonly reason: RegExp;
}

/** Long enough for certbot on a busy machine. */
export const soon = () => AbortSignal.timeout(60_000);

export function renewing(
  kind: CertificateSettings['authority']['kind'],
  install: () => Promise<Installed>,
  within?: number,
): void {
  describe('renews, keeps and puts back', () => {
    let installed: Installed;

    beforeAll(async () => {
      installed = await install();
    }, within);
    afterAll(() => installed?.[Symbol.asyncDispose]());

    const probeOf = (settings: CertificateSettings) =>
      createCertificateProbe(() => settings, undefined, installed.everywhere);
    const probe = () => probeOf(installed.settings);
    const actuator = () => createCertificateActuator(() => installed.settings, installed.everywhere);
    const content = (file: 'certificate' | 'key') => installed.there.read(installed.settings.files[file]);
    const serial = async () => (await probe().installed(soon())).leaf.serial;

    /** What every reader may rely on after every change. */
    async function expectWhole() {
      const now = await probe().installed(soon());
      expect(now).toMatchObject({ keyMatches: true, chainInOrder: true, keyMode: '600' });
      expect(now.chain.length).toBeGreaterThan(1);
      expect(now.leaf.names).toEqual(expect.arrayContaining(['api.paksa.test', 'www.paksa.test']));
      createSecureContext({ cert: await content('certificate'), key: await content('key') });
    }

    test('what is installed', expectWhole);

    test('the plan names the authority and the names, and asks nobody', async () => {
      const before = await serial();
      const plan = await probe().plan(soon());
      expect(plan.authority).toMatch(
        kind === 'certbot' ? /^certbot( in \S+)?, lineage paksa \(https:/ : /local CA/,
      );
      expect([...plan.names].sort()).toEqual(['api.paksa.test', 'www.paksa.test']);
      expect(plan.days).toBe(kind === 'certbot' ? undefined : 30);
      expect(await serial()).toBe(before);
    });

    test('a renewal, though nothing is due: a new certificate with a new key for the same names', async () => {
      const before = await content('certificate');
      const oldKey = await content('key');
      await actuator().renew(soon());
      expect(await serial()).not.toBe(new X509Certificate(before).serialNumber);
      expect(oldKey.equals(await content('key'))).toBe(false);
      await expectWhole();
    });

    test('a restore puts the very same files back, once or twice', async () => {
      const before = await content('certificate');
      const oldKey = await content('key');
      const backup = await actuator().backup('restore', soon());
      expect(backup).toMatchObject({ kind, serial: new X509Certificate(before).serialNumber });
      expect(JSON.stringify(backup)).not.toContain('PRIVATE KEY');
      for (const { keptAt } of backup.files.filter(({ path }) => path === installed.settings.files.key)) {
        expect(await installed.there.mode(keptAt)).toBe('600');
      }

      await actuator().renew(soon());
      expect(await serial()).not.toBe(backup.serial);
      for (const _ of ['once', 'twice']) {
        // What is kept outlives a restart of Paksa: it goes through the store as JSON.
        await actuator().restore(JSON.parse(JSON.stringify(backup)), soon());
        expect(before.equals(await content('certificate'))).toBe(true);
        expect(oldKey.equals(await content('key'))).toBe(true);
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
      const stolen = join(installed.folder, 'elsewhere.pem');
      const other = { ...backup, files: backup.files.map((file) => ({ ...file, path: stolen })) };
      await expect(actuator().restore(other, soon())).rejects.toMatchObject({ name: 'AdapterError' });
      expect(await installed.there.exists(stolen)).toBe(false);
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
      const nowhere = {
        certificate: join(installed.folder, 'no.pem'),
        key: join(installed.folder, 'no.key'),
      };
      const lost = probeOf({ ...installed.settings, files: nowhere });
      await expect(lost.installed(soon())).rejects.toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining('no.pem'),
      });
      await installed.there.makeFolder(nowhere.certificate);
      await expect(lost.plan(soon())).rejects.toMatchObject({
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
}
