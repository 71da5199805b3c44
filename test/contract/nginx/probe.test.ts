/** What a real nginx is asked: its verdict, its upstreams, and the errors of requests to an upstream that is dead. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import type { NginxSettings } from '../../../src/adapters/nginx/port.ts';
import { createNginxProbe } from '../../../src/adapters/nginx/probe.ts';
import type { LogTail } from '../../../src/adapters/runtime/port.ts';
import { AdapterError } from '../../../src/errors.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import type { RunningProcess } from '../../harness/process.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { asNobody, type NginxFiles, startPaksaNginx, writeNginx } from './paksa-nginx.ts';

const soon = () => AbortSignal.timeout(20_000);
const host = createHostExec();

const noLogs = async (): Promise<LogTail> => {
  throw new AdapterError('no logs', {
    system: 'x',
    operation: 'logs',
    fault: 'not-configured',
    retryable: false,
  });
};

const probeOf = (settings: NginxSettings, exec: Exec = host) =>
  createNginxProbe(() => settings, { exec, logs: noLogs });

describe.runIf(requirePrograms('nginx'))('nginx that is not running', () => {
  let folder: TemporaryFolder;
  let files: NginxFiles;
  beforeEach(async () => {
    folder = await temporaryFolder();
    files = await writeNginx(folder.path);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  test('a good configuration', async () => {
    const { ok, output } = await probeOf(files.settings).test(soon());
    expect(ok).toBe(true);
    expect(output).toContain('test is successful');
  });

  test.each([
    [
      'a directive that nginx does not know',
      'upstream x { sever 10.0.0.1; }',
      /unknown directive "sever" in .*sites\/broken:1/,
    ],
    [
      'an upstream whose name does not resolve',
      'upstream x { server no-such-host.invalid; }',
      /host not found in upstream "no-such-host\.invalid"/,
    ],
    ['a block that is not closed', 'server {', /unexpected end of file, expecting "}"/],
  ])('%s is a bad configuration, in nginx’s words', async (_, content, words) => {
    await writeFile(join(folder.path, 'sites', 'broken'), content);
    const { ok, output } = await probeOf(files.settings).test(soon());
    expect(ok).toBe(false);
    expect(output).toMatch(words);
    expect(output.length).toBeLessThanOrEqual(2_000);
    await expect(probeOf(files.settings).upstreams(soon())).rejects.toMatchObject({
      system: 'nginx',
      fault: 'failed',
      message: expect.stringMatching(words),
    });
  });

  test('upstreams come with their file; a proxy_pass to an address has none', async () => {
    const { site, dead } = files;
    expect(await probeOf(files.settings).upstreams(soon())).toEqual([
      {
        upstream: 'backend',
        address: `127.0.0.1:${dead}`,
        maxFails: 2,
        failTimeoutSeconds: 60,
        file: site,
        line: `server 127.0.0.1:${dead} weight=2 max_fails=2   fail_timeout=1m;`,
      },
      {
        upstream: 'backend',
        address: `localhost:${dead}`,
        maxFails: 1,
        failTimeoutSeconds: 10,
        file: site,
        line: `server 'localhost:${dead}' backup;`,
      },
    ]);
  });

  test('no program, no configuration, no time', async () => {
    const missing = probeOf({ ...files.settings, program: '/nowhere/nginx' });
    await expect(missing.test(soon())).rejects.toMatchObject({ name: 'AdapterError', fault: 'not-found' });
    const unconfigured = createNginxProbe(
      () => {
        throw new AdapterError('add it', {
          system: 'nginx',
          operation: 'read',
          fault: 'not-configured',
          retryable: false,
        });
      },
      { exec: host, logs: noLogs },
    );
    await expect(unconfigured.test(soon())).rejects.toMatchObject({ fault: 'not-configured' });
    await expect(probeOf(files.settings).test(AbortSignal.abort())).rejects.toMatchObject({
      fault: 'timed-out',
    });
    await expect(probeOf(files.settings).errors(60, soon())).rejects.toMatchObject({
      fault: 'not-configured',
    });
    await expect(
      probeOf({ ...files.settings, errorLog: '/nowhere/error.log' }).errors(60, soon()),
    ).rejects.toMatchObject({
      system: 'nginx',
      fault: 'not-found',
      message: expect.stringContaining('/nowhere'),
    });
  });

  describe.runIf(process.getuid?.() === 0)('asked by a user who may not open its log and pid file', () => {
    beforeEach(async () => {
      // Its folder is root's alone otherwise.
      await host(['chmod', '755', folder.path], { signal: soon() });
    });

    test('a good configuration is good all the same', async () => {
      expect((await asNobody(['id', '-u'], { signal: soon() })).stdout.trim()).toBe('65534');
      expect(await probeOf(files.settings, asNobody).test(soon())).toMatchObject({ ok: true });
    });

    test('a bad one is bad', async () => {
      await writeFile(join(folder.path, 'sites', 'broken'), 'sever;');
      expect(await probeOf(files.settings, asNobody).test(soon())).toMatchObject({
        ok: false,
        output: expect.stringContaining('unknown directive "sever"'),
      });
    });

    test('one that may not be read is no verdict', async () => {
      await host(['chmod', '600', files.site], { signal: soon() });
      await expect(probeOf(files.settings, asNobody).test(soon())).rejects.toMatchObject({
        fault: 'forbidden',
        message: expect.stringContaining('Permission denied'),
      });
    });
  });
});

describe.runIf(requirePrograms('nginx'))('nginx before a dead upstream', () => {
  let folder: TemporaryFolder;
  let files: NginxFiles;
  let nginx: RunningProcess;
  beforeAll(async () => {
    folder = await temporaryFolder();
    files = await writeNginx(folder.path);
    nginx = await startPaksaNginx(files);
    const statuses = ['/invoices?token=hidden', '/alone', '/ok'].map(async (path) => {
      const { status } = await fetch(`http://127.0.0.1:${files.port}${path}`);
      return status;
    });
    expect(await Promise.all(statuses)).toEqual([502, 502, 204]);
  });
  afterAll(async () => {
    await nginx.stop();
    await folder[Symbol.asyncDispose]();
  });

  const refusedBy = (path: string) =>
    expect.stringMatching(
      new RegExp(`connect\\(\\) failed \\(111: .*upstream: "http://127\\.0\\.0\\.1:${files.dead}${path}`),
    );

  test('its errors, from its log file, in any time zone', async () => {
    for (const zone of ['UTC', 'Asia/Kathmandu', 'America/New_York']) {
      vi.stubEnv('TZ', zone);
      const file = join(folder.path, `error-${zone.replace('/', '-')}.log`);
      // The same moment, as a server in that zone writes it.
      const { stdout } = await host(['date', '+%Y/%m/%d %H:%M:%S'], { signal: soon() });
      const log = await host(['cat', files.errorLog], { signal: soon() });
      const text = log.stdout.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/gm, stdout.trim());
      await writeFile(file, `${text}2020/01/01 00:00:00 [error] 1#1: long ago\nGET / 200\n`);
      const { lines, truncated } = await probeOf({ ...files.settings, errorLog: file }).errors(300, soon());
      vi.unstubAllEnvs();
      expect(truncated).toBe(false);
      expect(lines.map(({ text }) => text)).toContainEqual(refusedBy('/invoices\\?…"'));
      expect(lines.map(({ text }) => text)).toContainEqual(refusedBy('/alone"'));
      expect(lines.filter(({ text }) => /long ago|GET \/ 200|hidden/.test(text))).toEqual([]);
      for (const { at } of lines) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(120_000);
    }
  });

  test('more lines than are read are said to be left out', async () => {
    const file = join(folder.path, 'long.log');
    const line = `${(await host(['tail', '-n', '1', files.errorLog], { signal: soon() })).stdout}`;
    await writeFile(file, line.repeat(2_500));
    const { lines, truncated } = await probeOf({ ...files.settings, errorLog: file }).errors(3_600, soon());
    expect(truncated).toBe(true);
    expect(lines).toHaveLength(2_000);
  });

  test('its errors, from what the container prints', async () => {
    const at = new Date('2026-11-23T10:00:00Z');
    const [log, access] = await Promise.all(
      [files.errorLog, join(folder.path, 'access.log')].map((file) =>
        host(['cat', file], { signal: soon() }),
      ),
    );
    const lines = `${access?.stdout}${log?.stdout}`
      .split('\n')
      .map((text) => ({ replica: 'nginx-1', at, text }));
    const asked = vi.fn(async () => ({ lines, truncated: true }));
    const probe = createNginxProbe(() => files.settings, { exec: host, logs: asked });
    const answer = await probe.errors(60, soon());
    expect(asked).toHaveBeenCalledWith({ sinceSeconds: 60, maxLines: 2_000 }, expect.anything());
    expect(answer.truncated).toBe(true);
    expect(answer.lines).toContainEqual({ at, text: refusedBy('/alone"') });
    expect(answer.lines.every(({ text }) => /^\d{4}\//.test(text))).toBe(true);
    expect(answer.lines.length).toBeGreaterThan(1);
  });
});

describe.runIf(requirePrograms('nginx'))('an odd layout', () => {
  test('an upstream in a linked file, and servers in a file of their own', async () => {
    await using folder = await temporaryFolder();
    const { settings } = await writeNginx(folder.path);
    await mkdir(join(folder.path, 'available'));
    await mkdir(join(folder.path, 'pools'));
    await writeFile(join(folder.path, 'available', 'pool'), 'upstream pool { include pools/*.conf; }');
    await writeFile(join(folder.path, 'pools', 'one.conf'), 'server 127.0.0.1:1 fail_timeout=5;\n');
    await symlink('../available/pool', join(folder.path, 'sites', 'pool'));
    expect(await probeOf(settings).upstreams(soon())).toContainEqual({
      upstream: 'pool',
      address: '127.0.0.1:1',
      maxFails: 1,
      failTimeoutSeconds: 5,
      file: join(folder.path, 'pools', 'one.conf'),
      line: 'server 127.0.0.1:1 fail_timeout=5;',
    });
  });
});
