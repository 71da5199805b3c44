/** What is changed in a running nginx: tested before it is used, put back when it is refused, and undone to the byte. */
import { access, chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import { createNginxActuator } from '../../../src/adapters/nginx/actuator.ts';
import { createNginxProbe } from '../../../src/adapters/nginx/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import type { RunningProcess } from '../../harness/process.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { asNobody, type NginxFiles, startPaksaNginx, writeNginx } from './paksa-nginx.ts';

const soon = () => AbortSignal.timeout(20_000);
const host = createHostExec();
const figures = { maxFails: 5, failTimeoutSeconds: 7 };

describe.runIf(requirePrograms('nginx'))('a running nginx', () => {
  let folder: TemporaryFolder;
  let files: NginxFiles;
  let nginx: RunningProcess;
  let original: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    files = await writeNginx(folder.path);
    original = await readFile(files.site, 'utf8');
    nginx = await startPaksaNginx(files);
  });
  afterEach(async () => {
    await nginx.stop();
    await folder[Symbol.asyncDispose]();
  });

  const actuator = (exec: Exec = host) => createNginxActuator(() => files.settings, exec);
  const probe = () =>
    createNginxProbe(() => files.settings, {
      exec: host,
      logs: async () => ({ lines: [], truncated: false }),
    });
  const content = () => readFile(files.site, 'utf8');
  const reloads = async () =>
    (await readFile(files.errorLog, 'utf8')).match(/SIGHUP\) received/g)?.length ?? 0;

  test('figures are written, tested, loaded, and undone', async () => {
    const kept = await actuator().keep(files.site, 'attempt-1', soon());
    expect(kept.file).toBe(files.site);
    expect(await readFile(kept.keptAt, 'utf8')).toBe(original);

    await actuator().setHealthChecks(files.site, figures, soon());
    expect(await content()).toBe(
      original
        .replace('max_fails=2   fail_timeout=1m', 'max_fails=5   fail_timeout=7s')
        .replace(' backup;', ' backup max_fails=5 fail_timeout=7s;'),
    );
    await expect.poll(reloads).toBe(1);
    expect(await probe().upstreams(soon())).toMatchObject([
      { maxFails: 5, failTimeoutSeconds: 7 },
      { maxFails: 5, failTimeoutSeconds: 7 },
    ]);

    await actuator().restore(kept, soon());
    expect(await content()).toBe(original);
    await expect.poll(reloads).toBe(2);
    expect(await readdir(join(folder.path, 'sites'))).toEqual(['paksa']);
    expect((await fetch(`http://127.0.0.1:${files.port}/ok`)).status).toBe(204);
    await expect(actuator().restore(kept, soon())).rejects.toMatchObject({ fault: 'not-found' });
  });

  test('a reload by itself; not of a configuration that nginx refuses', async () => {
    await actuator().reload(soon());
    await expect.poll(reloads).toBe(1);
    await writeFile(files.site, `${original}servr;`);
    await expect(actuator().reload(soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('unknown directive "servr"'),
    });
    expect(await reloads()).toBe(1);
  });

  test('a copy is hidden from an include of everything, and a second one does not replace it', async () => {
    const kept = await actuator().keep(files.site, 'one', soon());
    await writeFile(files.site, `${original}# later\n`);
    expect(await actuator().keep(files.site, 'one', soon())).toEqual(kept);
    expect(await readFile(kept.keptAt, 'utf8')).toBe(original);
    expect(await probe().test(soon())).toMatchObject({ ok: true });
  });

  test('the file is written in place: a mount cannot be renamed over', async () => {
    await chmod(files.site, 0o640);
    const before = await stat(files.site);
    await actuator().setHealthChecks(files.site, figures, soon());
    const after = await stat(files.site);
    expect([after.ino, after.mode]).toEqual([before.ino, before.mode]);
  });

  test('what nginx refuses is put back, and nothing is reloaded', async () => {
    // The file is fine by itself; what is wrong is another one.
    await writeFile(join(folder.path, 'sites', 'zz-broken'), 'sever;');
    await expect(actuator().setHealthChecks(files.site, figures, soon())).rejects.toMatchObject({
      system: 'nginx',
      fault: 'refused',
      message: expect.stringMatching(/put back: .*unknown directive "sever"/),
    });
    expect(await content()).toBe(original);
    expect(await reloads()).toBe(0);
  });

  test('an undo that nginx refuses changes nothing, and keeps the copy', async () => {
    const kept = await actuator().keep(files.site, 'two', soon());
    await actuator().setHealthChecks(files.site, figures, soon());
    await expect.poll(reloads).toBe(1);
    const changed = await content();
    await writeFile(join(folder.path, 'sites', 'zz-broken'), 'sever;');
    await expect(actuator().restore(kept, soon())).rejects.toMatchObject({ fault: 'refused' });
    expect(await content()).toBe(changed);
    expect(await readFile(kept.keptAt, 'utf8')).toBe(original);
  });

  test('when nginx does not run it cannot reload: nothing has changed', async () => {
    await nginx.stop();
    await expect(actuator().setHealthChecks(files.site, figures, soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(/could not be told to reload.*pid/),
    });
    expect(await content()).toBe(original);
  });

  test('when the time is up after the file was written, it is put back', async () => {
    const stop = new AbortController();
    const exec: Exec = async (command, options) => {
      const result = await host(command, options);
      if (command[0] === 'tee') stop.abort();
      return result;
    };
    await expect(actuator(exec).setHealthChecks(files.site, figures, stop.signal)).rejects.toMatchObject({
      fault: 'timed-out',
    });
    expect(await content()).toBe(original);
  });

  test('a reload that nobody knows the end of leaves the tested file', async () => {
    const exec: Exec = async (command, options) => {
      if (command.includes('reload'))
        throw new AdapterError('gone', {
          system: 'x',
          operation: 'run',
          fault: 'unreachable',
          retryable: true,
        });
      return host(command, options);
    };
    await expect(actuator(exec).setHealthChecks(files.site, figures, soon())).rejects.toMatchObject({
      fault: 'unreachable',
    });
    expect(await content()).not.toBe(original);
  });

  test('a file that cannot be put back is named', async () => {
    let writes = 0;
    const exec: Exec = async (command, options) => {
      if (command[0] === 'tee') writes += 1;
      return writes > 1 && command[0] === 'tee'
        ? host(['tee', '--', '/nowhere/x'], options)
        : host(command, options);
    };
    await writeFile(join(folder.path, 'sites', 'zz-broken'), 'sever;');
    await expect(actuator(exec).setHealthChecks(files.site, figures, soon())).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringMatching(/could not be put back.*by hand.*First: nginx refused/s),
    });
  });

  test('files that are none of its business are left alone', async () => {
    const latin1 = join(folder.path, 'latin1.conf');
    await writeFile(latin1, Buffer.from('# \xfc\nupstream x { server 127.0.0.1:1; }', 'latin1'));
    await expect(actuator().setHealthChecks(latin1, figures, soon())).rejects.toMatchObject({
      fault: 'refused',
    });
    expect((await readFile(latin1))[2]).toBe(0xfc);

    await expect(actuator().setHealthChecks(files.main, figures, soon())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('no upstream server'),
    });
    await expect(actuator().setHealthChecks('/nowhere/x.conf', figures, soon())).rejects.toMatchObject({
      fault: 'not-found',
    });
    await expect(actuator().setHealthChecks('sites/paksa', figures, soon())).rejects.toThrow(TypeError);
    await expect(
      actuator().setHealthChecks(files.site, { maxFails: -1, failTimeoutSeconds: 1 }, soon()),
    ).rejects.toThrow(TypeError);
    await expect(actuator().keep(files.site, '../x', soon())).rejects.toThrow(TypeError);

    const other = join(folder.path, 'other');
    await writeFile(other, 'mine');
    await expect(actuator().restore({ file: files.site, keptAt: other }, soon())).rejects.toMatchObject({
      fault: 'refused',
    });
    await access(other);
    expect(await content()).toBe(original);
  });

  test.runIf(process.getuid?.() === 0)('a file that may not be written is named', async () => {
    await chmod(folder.path, 0o755);
    await expect(actuator(asNobody).setHealthChecks(files.site, figures, soon())).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining(files.site),
    });
    expect(await content()).toBe(original);
  });

  test('a second setting of the same figures is as good as the first', async () => {
    await actuator().setHealthChecks(files.site, figures, soon());
    const once = await content();
    await actuator().setHealthChecks(files.site, figures, soon());
    expect(await content()).toBe(once);
    await vi.waitUntil(async () => (await reloads()) >= 1, { timeout: 60_000 });
  });
});
