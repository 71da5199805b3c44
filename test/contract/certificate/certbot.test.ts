/** What is certbot's alone: its numbering after an undo, its failures in its own words, and stopping it. */
import { chmod, copyFile, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import { type Lineage, obtainLineage } from '../../harness/certbot.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { type Pebble, startPebble } from '../../harness/pebble.ts';
import { requirePrograms } from '../../harness/programs.ts';

const soon = () => AbortSignal.timeout(20_000);

describe.runIf(requirePrograms('certbot', 'pebble'))('certbot', () => {
  let folder: TemporaryFolder;
  let pebble: Pebble;
  let lineage: Lineage;

  beforeAll(async () => {
    folder = await temporaryFolder();
    pebble = await startPebble(folder.path);
    vi.stubEnv('REQUESTS_CA_BUNDLE', pebble.trust);
    vi.stubEnv('SLACK_BOT_TOKEN', 'xoxb-must-not-leak');
    lineage = await obtainLineage(folder.path, 'paksa', pebble);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await pebble.stop();
    await folder[Symbol.asyncDispose]();
  });

  const actuator = () =>
    createCertificateActuator(() => ({ files: lineage.files, authority: lineage.authority }));
  const version = async (): Promise<string> =>
    (await readlink(lineage.files.certificate)).split('/').at(-1) ?? '';

  test('after an undo certbot finds nothing to repair, and goes on counting', async () => {
    const backup = await actuator().backup('undo', soon());
    expect(await version()).toBe('fullchain1.pem');
    await actuator().renew(soon());
    expect(await version()).toBe('fullchain2.pem');
    await actuator().restore(backup, soon());
    expect(await version()).toBe('fullchain3.pem');

    // The cron job's run: not due, so it must leave the restored certificate in place.
    const restored = await readFile(lineage.files.certificate);
    expect(await lineage.certbot('renew', '--no-random-sleep-on-renew')).toContain('not yet due');
    expect(restored.equals(await readFile(lineage.files.certificate))).toBe(true);
    expect(await lineage.certbot('certificates')).toContain('Certificate Name: paksa');

    await actuator().renew(soon());
    expect(await version()).toBe('fullchain4.pem');
    expect(restored.equals(await readFile(lineage.files.certificate))).toBe(false);
    const left = await readdir(join(lineage.authority.configDir ?? '', 'live', 'paksa'));
    expect(left.sort()).toEqual(['README', 'cert.pem', 'chain.pem', 'fullchain.pem', 'privkey.pem']);
  });

  test('a name that could be an option or a path is refused', async () => {
    for (const name of ['--dry-run', '../etc', 'a/b', '', 'a b', 'a\nb']) {
      const authority = { ...lineage.authority, name };
      const failure = { name: 'AdapterError', fault: 'not-configured' };
      await expect(
        createCertificateActuator(() => ({ files: lineage.files, authority })).renew(soon()),
      ).rejects.toMatchObject(failure);
      await expect(
        createCertificateProbe(() => ({ files: lineage.files, authority })).plan(soon()),
      ).rejects.toMatchObject(failure);
    }
  });

  test('files that are copies of certbot’s own are refused before anything is renewed', async () => {
    const copies = { certificate: join(folder.path, 'copy.pem'), key: join(folder.path, 'copy.key') };
    await copyFile(lineage.files.certificate, copies.certificate);
    await copyFile(lineage.files.key, copies.key);
    const failure = { fault: 'not-configured', message: expect.stringContaining('copy.pem is not in') };
    const { authority } = lineage;
    await expect(
      createCertificateProbe(() => ({ files: copies, authority })).plan(soon()),
    ).rejects.toMatchObject(failure);
    await expect(
      createCertificateActuator(() => ({ files: copies, authority })).backup('copy', soon()),
    ).rejects.toMatchObject(failure);
    // Links to certbot's files are as good as the files.
    const links = { certificate: join(folder.path, 'link.pem'), key: join(folder.path, 'link.key') };
    await symlink(lineage.files.certificate, links.certificate);
    await symlink(lineage.files.key, links.key);
    await expect(
      createCertificateProbe(() => ({ files: links, authority })).plan(soon()),
    ).resolves.toBeDefined();
  });

  test('a lineage that certbot does not know', async () => {
    const authority = { ...lineage.authority, name: 'unknown' };
    await expect(
      createCertificateProbe(() => ({ files: lineage.files, authority })).plan(soon()),
    ).rejects.toMatchObject({
      fault: 'not-found',
    });
    await expect(
      createCertificateActuator(() => ({ files: lineage.files, authority })).renew(soon()),
    ).rejects.toMatchObject({
      system: 'certbot',
      message: expect.stringContaining('No certificate found with name unknown'),
    });
  });

  test('a certbot that is not installed', async () => {
    const authority = { ...lineage.authority, program: join(folder.path, 'no-certbot') };
    await expect(
      createCertificateActuator(() => ({ files: lineage.files, authority })).renew(soon()),
    ).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('install certbot'),
    });
  });

  test('an ACME server that has forgotten the account is quoted', async () => {
    await pebble.restart();
    await expect(actuator().renew(soon())).rejects.toMatchObject({
      system: 'certbot',
      operation: 'renew',
      fault: 'failed',
      message: expect.stringMatching(/could not renew paksa: .*(unable to find|account)/i),
    });
  });

  describe('with a program in its place', () => {
    /** A renewal by a script that stands in for certbot, to be stopped, or to say what it was told. */
    async function standIn(name: string, script: string) {
      const program = join(folder.path, name);
      await writeFile(program, `#!/bin/sh\n${script}\n`);
      await chmod(program, 0o755);
      return createCertificateActuator(() => ({
        files: lineage.files,
        authority: { ...lineage.authority, program },
      }));
    }

    test('it is told its arguments, and none of the secrets of Paksa', async () => {
      const told = join(folder.path, 'told');
      const renewing = await standIn('tell', `{ echo "$@"; env; } > ${told}`);
      await renewing.renew(soon());
      const text = await readFile(told, 'utf8');
      expect(text).toMatch(
        /^renew --cert-name paksa --force-renewal --non-interactive --no-random-sleep-on-renew /,
      );
      expect(text).toContain('REQUESTS_CA_BUNDLE=');
      expect(text).not.toContain('xoxb');
    });

    test('when time is up it is stopped, and what it has started too', async () => {
      const pids = join(folder.path, 'pids');
      const renewing = await standIn('hang', `sleep 600 & echo $$ $! > ${pids}; wait`);
      const stop = new AbortController();
      const renewal = renewing.renew(stop.signal);
      const started = await vi.waitUntil(async () => {
        const [shell, sleeper] = (await readFile(pids, 'utf8').catch(() => '')).trim().split(' ').map(Number);
        return shell && sleeper ? [shell, sleeper] : undefined;
      });
      stop.abort();
      await expect(renewal).rejects.toMatchObject({ fault: 'timed-out', retryable: false });
      for (const pid of started) await expect.poll(() => isRunning(pid)).toBe(false);
    });

    test('a daemon that one of its hooks has left behind is not waited for', async () => {
      const renewing = await standIn('daemon', 'sleep 20 &');
      await renewing.renew(AbortSignal.timeout(10_000));
    });

    test('megabytes of output are bounded', async () => {
      const renewing = await standIn(
        'noise',
        'yes "the same line" | head -c 5000000; echo; echo "Hint: at last"; exit 3',
      );
      const failure: unknown = await renewing.renew(soon()).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: 'certbot could not renew paksa: Hint: at last' });
    });
  });
});

/** A process that has ended but that nobody has collected yet runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !status.includes(') Z ');
}
