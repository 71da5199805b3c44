/** nginx in two replicas, each with files of its own under the same names: both are tested, and both are changed. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import type { Everywhere, Exec } from '../../../src/adapters/exec/port.ts';
import { actuatorEverywhere, probeEverywhere } from '../../../src/adapters/nginx/everywhere.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import type { RunningProcess } from '../../harness/process.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { type NginxFiles, startPaksaNginx, writeNginx } from './paksa-nginx.ts';

const soon = () => AbortSignal.timeout(20_000);
const host = createHostExec();

describe.runIf(requirePrograms('nginx'))('two replicas', () => {
  const folders: TemporaryFolder[] = [];
  const running: RunningProcess[] = [];
  let one: NginxFiles;
  let two: NginxFiles;
  beforeAll(async () => {
    const start = async (): Promise<NginxFiles> => {
      const folder = await temporaryFolder();
      const files = await writeNginx(folder.path);
      folders.push(folder);
      running.push(await startPaksaNginx(files));
      return files;
    };
    [one, two] = [await start(), await start()];
  });
  afterAll(async () => {
    for (const process of running) await process.stop();
    for (const folder of folders) await folder[Symbol.asyncDispose]();
  });

  /** In the second replica the first one's names stand for its own files, as in another container. */
  const inSecond: Exec = async (command, options) => {
    const [here, there] = [folders[0]?.path ?? '', folders[1]?.path ?? ''];
    const [program, ...args] = command;
    const result = await host([program, ...args.map((arg) => arg.replaceAll(here, there))], options);
    return {
      ...result,
      stdout: result.stdout.replaceAll(there, here),
      stderr: result.stderr.replaceAll(there, here),
    };
  };
  const everywhere: Everywhere = async () => [
    { replica: 'nginx-1', exec: host },
    { replica: 'nginx-2', exec: inSecond },
  ];
  const logs = async () => ({ lines: [], truncated: false });
  const probe = () => probeEverywhere(() => one.settings, { everywhere, logs });
  const actuator = () => actuatorEverywhere(() => one.settings, everywhere);
  const contents = () => Promise.all([one, two].map(({ site }) => readFile(site, 'utf8')));

  test('both get the figures, and both get their own file back', async () => {
    const before = await contents();
    const kept = await actuator().keep(one.site, 'attempt-1', soon());
    await actuator().setHealthChecks(one.site, { maxFails: 5, failTimeoutSeconds: 7 }, soon());
    for (const content of await contents()) expect(content).toContain('max_fails=5   fail_timeout=7s');
    await actuator().restore(kept, soon());
    expect(await contents()).toEqual(before);
    await actuator().reload(soon());
  });

  test('what one of them refuses is told, with its name', async () => {
    const [, original = ''] = await contents();
    expect(await probe().test(soon())).toMatchObject({ ok: true });
    await writeFile(two.site, `${original}servr;`);
    try {
      const { ok, output } = await probe().test(soon());
      expect(ok).toBe(false);
      expect(output).toMatch(/unknown directive "servr"[\s\S]*\(in nginx-2\)$/);
      await expect(actuator().reload(soon())).rejects.toMatchObject({
        message: expect.stringMatching(/^In nginx-2: .*servr.* Done already in nginx-1: look at both\.$/s),
      });
    } finally {
      await writeFile(two.site, original);
    }
  });

  test('a server that stands in each is told once, one that stands in a single one too', async () => {
    const addresses = (await probe().upstreams(soon())).map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses).toEqual(expect.arrayContaining([`127.0.0.1:${one.dead}`, `127.0.0.1:${two.dead}`]));
  });
});
