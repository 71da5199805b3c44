/** The proxy of deploy/docker/proxy.conf before a real engine: what each of its parts lets Paksa do, and what none does. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../harness/folder.ts';
import { startProcess } from '../../../harness/process.ts';
import { programPath } from '../../../harness/programs.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { ROOT } from '../../paths.ts';
import { adapterOf, failureOf, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

type Part = 'inside' | 'fixes';

describe.runIf(canRunLab())('the proxy before the engine', () => {
  let project: Project;
  beforeAll(async () => {
    project = await openProject();
    await project.run(`echo ready; ${IDLE}`);
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  /** With these of its parts switched on. @returns its socket */
  async function proxy(...parts: readonly Part[]): Promise<string> {
    const temporary = await temporaryFolder();
    onTestFinished(() => temporary[Symbol.asyncDispose]());
    const folder = temporary.path;
    const run = join(folder, 'run');
    await mkdir(run);
    const written = parts.reduce(
      (text, part) => text.replaceAll(`#${part} `, ''),
      await readFile(join(ROOT, 'deploy/docker/proxy.conf'), 'utf8'),
    );
    const file = join(folder, 'proxy.conf');
    const socket = join(run, 'docker.sock');
    const here = written
      .replaceAll('/run/paksa', run)
      .replace('/var/run/docker.sock', project.settings().socketPath);
    await writeFile(file, `daemon off; user root;\n${here.replace('stderr warn', 'stderr notice')}`);
    const running = await startProcess(programPath('nginx'), ['-e', 'stderr', '-c', file], {
      ready: /start worker process \d+/,
    });
    onTestFinished(async () => {
      await running.stop();
      await rm(run, { recursive: true, force: true });
    });
    return socket;
  }
  const through = (socketPath: string) => adapterOf({ ...project.settings(), socketPath });

  test('as it is, it lets Paksa look, and nothing else', { timeout: WAITING_MS }, async () => {
    const { probe, actuator, exec } = through(await proxy());
    expect(await probe.replicas('backend', soon())).toMatchObject([{ state: 'running' }]);
    expect(await probe.logs('backend', { sinceSeconds: 3600 }, soon())).toMatchObject({
      lines: [expect.objectContaining({ text: 'ready' })],
    });
    await probe.usage('backend', soon());
    for (const change of [
      () => actuator.restart('backend', soon()),
      () => actuator.stop('backend', soon()),
      () => exec(['id'], { signal: soon() }),
    ]) {
      const error = await failureOf(change());
      expect(error.fault).toBe('forbidden');
      expect(error.message).toContain('the proxy lets POST');
    }
  });

  test('with a look from inside, programs run in containers', { timeout: WAITING_MS }, async () => {
    const { actuator, exec } = through(await proxy('inside'));
    expect(await exec(['echo', 'inside'], { signal: soon() })).toMatchObject({
      stdout: 'inside\n',
      exitCode: 0,
    });
    expect((await failureOf(actuator.restart('backend', soon()))).fault).toBe('forbidden');
  });

  test('with fixes, containers are restarted, stopped and started', { timeout: WAITING_MS }, async () => {
    const { probe, actuator } = through(await proxy('fixes'));
    await actuator.restart('backend', AbortSignal.timeout(WAITING_MS));
    await actuator.stop('backend', soon());
    expect(await probe.replicas('backend', soon())).toMatchObject([{ state: 'exited' }]);
    await actuator.start('backend', soon());
    expect(await probe.replicas('backend', soon())).toMatchObject([{ state: 'running' }]);
  });

  test.each([
    ['a container made, with the machine’s disk in it', 'POST', '/v1.41/containers/create'],
    ['one removed', 'DELETE', '/v1.41/containers/x'],
    ['a file put into one', 'PUT', '/v1.41/containers/x/archive?path=/'],
    ['an image pulled', 'POST', '/v1.41/images/create?fromImage=evil'],
    ['all secrets of a swarm', 'GET', '/v1.41/secrets'],
    ['a way around by dots', 'POST', '/v1.41/containers/x/restart/../../create'],
    ['a way around by an encoded slash', 'POST', '/v1.41/containers/x%2F..%2Fcreate/restart%2F..'],
  ])('no part lets through: %s', async (_, method, path) => {
    const socketPath = await proxy('inside', 'fixes');
    const status = await new Promise<number | undefined>((resolve, reject) =>
      request({ socketPath, method, path }, (answer) => resolve(answer.resume().statusCode))
        .once('error', reject)
        .end(),
    );
    expect(status).toBe(403);
  });
});
