/** What Paksa writes: both files or neither, links and owners kept, and a clear no where it may not. */
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
import { beforeEach, describe, expect, test } from 'vitest';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import { replaceFiles } from '../../../src/adapters/certificate/files.ts';
import type { CertificateFiles } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import {
  type InstalledCertificateFixture,
  installedCertificate,
} from '../../harness/installed-certificate.ts';

const soon = () => AbortSignal.timeout(10_000);
const installed = installedCertificate();

let given: InstalledCertificateFixture;
let files: CertificateFiles;
beforeEach(() => {
  given = installed();
  ({ files } = given);
});

const probe = () => createCertificateProbe(() => ({ files, authority: given.localCa }));
const actuator = () => createCertificateActuator(() => ({ files, authority: given.localCa }));

describe('writing', () => {
  test('links stay links, modes and owners stay, and nothing is left behind', async () => {
    const real = join(given.folder, 'real');
    await mkdir(real);
    const linked = { certificate: join(real, 'v1.pem'), key: join(real, 'v1.key') };
    await writeFile(linked.certificate, given.good.chain, { mode: 0o604 });
    await writeFile(linked.key, given.good.key);
    await chmod(linked.key, 0o640);
    if (process.getuid?.() === 0) await chown(linked.key, 65_534, 65_534);
    files = { certificate: join(given.folder, 'link.pem'), key: join(given.folder, 'link.key') };
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
    await writeFile(files.certificate, given.good.chain + given.good.key);
    const backup = await actuator().backup('one', soon());
    await actuator().renew(soon());
    expect(await probe().installed(soon())).toMatchObject({ keyMatches: true, keyMode: '600' });
    await actuator().restore(backup, soon());
    expect(await readFile(files.certificate, 'utf8')).toBe(given.good.chain + given.good.key);
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
    expect((await readdir(given.folder)).sort()).toEqual(['server.key', 'server.pem']);
  });

  test('when one file cannot be written, neither is', async () => {
    const nowhere = join(given.folder, 'nowhere', 'server.pem');
    await expect(
      replaceFiles([
        { path: files.key, content: 'new', secret: true },
        { path: nowhere, content: 'new', secret: false },
      ]),
    ).rejects.toMatchObject({ fault: 'not-found', message: expect.stringContaining(nowhere) });
    expect(await readFile(files.key, 'utf8')).toBe(given.good.key);
    expect((await readdir(given.folder)).sort()).toEqual(['server.key', 'server.pem']);
  });
});

describe.runIf(process.getuid?.() === 0)('as a user who may not', () => {
  const NOBODY = 65_534;

  /** Runs with the rights of nobody. Root itself is refused nothing, so the tests of everybody else start here. */
  async function asNobody<T>(act: () => Promise<T>): Promise<T> {
    await chmod(given.shared, 0o755);
    process.setegid?.(NOBODY);
    process.seteuid?.(NOBODY);
    try {
      return await act();
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  }

  test('a key that may not be read is named', async () => {
    await expect(asNobody(() => probe().installed(soon()))).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining(files.key),
    });
  });

  test('a folder that may not be written into is named, and nothing has changed', async () => {
    const replacing = asNobody(() =>
      replaceFiles([{ path: files.certificate, content: 'x', secret: false }]),
    );
    await expect(replacing).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining(files.certificate),
    });
    expect(await readFile(files.certificate, 'utf8')).toBe(given.good.chain);
  });

  test('a backup of a key that may not be read is an error', async () => {
    await chmod(given.folder, 0o777);
    await expect(asNobody(() => actuator().backup('no', soon()))).rejects.toMatchObject({
      fault: 'forbidden',
    });
  });
});
