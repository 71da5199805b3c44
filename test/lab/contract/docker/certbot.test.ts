/** certbot in a container: renewals from a real ACME server, and the files by the programs of Debian and of busybox. */
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createCertificateActuator } from '../../../../src/adapters/certificate/actuator.ts';
import { createCertificateProbe } from '../../../../src/adapters/certificate/probe.ts';
import { runningContainers } from '../../../../src/adapters/docker/exec.ts';
import type { Everywhere, Exec } from '../../../../src/adapters/exec/port.ts';
import { createEstate } from '../../../../src/estate.ts';
import { inside, type Surroundings } from '../../../contract/certificate/inside.case.ts';
import { type Installed, renewing } from '../../../contract/certificate/renewing.case.ts';
import { obtainLineage } from '../../../harness/certbot.ts';
import { testAuthority } from '../../../harness/certificates.ts';
import { temporaryFolder } from '../../../harness/folder.ts';
import { startPebble } from '../../../harness/pebble.ts';
import { placeFiles } from '../../../harness/place-files.ts';
import { requirePrograms } from '../../../harness/programs.ts';
import { load } from '../../../unit/written-config.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { type ContainerOptions, failureOf, IDLE, openProject, type Project, soon } from './project.ts';

const SERVICE = 'certbot';
const PLACE = { on: 'container', service: SERVICE } as const;

/** What certbot's own image has from busybox, as Alpine's. */
const OF_BUSYBOX = new Set(['base64', 'cp', 'grep', 'head', 'ln', 'ls', 'mv', 'readlink', 'rm', 'stat']);

const everywhereOf =
  (project: Project): Everywhere =>
  (signal) =>
    runningContainers(
      () => ({ ...project.settings(), services: { certbot: { service: SERVICE } } }),
      SERVICE,
    )(signal);

const execOf =
  (everywhere: Everywhere): Exec =>
  async (command, options) =>
    (await everywhere(options.signal))[0].exec(command, options);

async function openCertbot(options: ContainerOptions = {}) {
  const project = await openProject();
  await project.run(IDLE, { service: SERVICE, User: 'root', ...options });
  return { project, everywhere: everywhereOf(project) };
}

async function installCertbot(): Promise<Installed> {
  const local = await temporaryFolder();
  const pebble = await startPebble(local.path);
  const trust = '/etc/pebble.pem';
  const { project, everywhere } = await openCertbot({
    Env: [`REQUESTS_CA_BUNDLE=${trust}`],
    // Where pebble listens.
    HostConfig: { NetworkMode: 'host', Binds: [`${pebble.trust}:${trust}:ro`] },
  });
  const exec = execOf(everywhere);
  const folder = '/srv/certbot';
  const { authority, files } = await obtainLineage(folder, 'paksa', pebble, undefined, async (args) => {
    const { exitCode, stdout, stderr } = await exec(['certbot', ...args], {
      signal: AbortSignal.timeout(60_000),
    });
    if (exitCode !== 0) throw new Error(stdout + stderr);
    return stdout + stderr;
  });
  return {
    settings: { place: PLACE, files, authority },
    everywhere,
    there: placeFiles(exec),
    folder,
    breakAuthority: pebble.stop,
    reason: /Connection refused/,
    async [Symbol.asyncDispose]() {
      await pebble.stop();
      await project[Symbol.asyncDispose]();
      await local[Symbol.asyncDispose]();
    },
  };
}

async function surroundings(through: (exec: Exec) => Exec = (exec) => exec): Promise<Surroundings> {
  const { project, everywhere } = await openCertbot();
  return {
    everywhere: async (signal) => {
      const [first] = await everywhere(signal);
      return [{ ...first, exec: through(first.exec) }];
    },
    folder: '/srv',
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

const byBusybox =
  (exec: Exec): Exec =>
  ([program, ...args], options) =>
    OF_BUSYBOX.has(program)
      ? exec(['busybox', program, ...args], options)
      : exec([program, ...args], options);

describe.runIf(canRunLab())('certbot in a container', () => {
  describe.runIf(requirePrograms('pebble'))('against a pebble', () =>
    renewing('certbot', installCertbot, LAB_MS),
  );
  describe('by the programs of Debian', () => inside(surroundings, LAB_MS));
  describe('by those of busybox', () => inside(() => surroundings(byBusybox), LAB_MS));

  test('as paksa.yaml names it', { timeout: LAB_MS }, async () => {
    const { project, everywhere } = await openCertbot();
    await using _ = project;
    await using folder = await temporaryFolder();
    const { chain, key } = await (await testAuthority(folder.path)).issue();
    await placeFiles(execOf(everywhere)).lay([
      { path: '/live/fullchain.pem', content: chain },
      { path: '/live/privkey.pem', content: key },
    ]);
    const { environments } = load(`
environments:
  production:
    docker: { socketPath: ${project.settings().socketPath}, project: ${project.name} }
    certificate:
      place: { on: container, service: certbot }
      files: { certificate: /live/fullchain.pem, key: /live/privkey.pem }
      authority: { kind: certbot, name: paksa }
`);
    const estate = createEstate(environments);
    expect(await estate.probes('production').certificate.installed(soon())).toMatchObject({
      leaf: { names: ['localhost', '127.0.0.1'] },
      keyMatches: true,
    });
    await estate.close();
  });

  test('when time is up it is stopped, and the error says so', { timeout: LAB_MS }, async () => {
    const { project, everywhere } = await openCertbot();
    await using _ = project;
    const exec = execOf(everywhere);
    const program = '/srv/certbot';
    await placeFiles(exec).put(program, '#!/bin/sh\ntouch /tmp/began\nsleep 613\n', '755');
    const files = { certificate: '/srv/c.pem', key: '/srv/k.pem' };
    const authority = { kind: 'certbot', name: 'paksa', program } as const;
    const actuator = createCertificateActuator(() => ({ place: PLACE, files, authority }), everywhere);
    const stop = new AbortController();
    const renewal = failureOf(actuator.renew(stop.signal));
    await vi.waitUntil(() => placeFiles(exec).exists('/tmp/began'), { timeout: 60_000 });
    stop.abort();
    const error = await renewal;
    expect(error).toMatchObject({ system: 'certbot', fault: 'timed-out', retryable: false });
    expect(error.message).toMatch(
      new RegExp(
        `^certbot took too long to renew paksa: .* in container ${project.name}-certbot-1 .* was stopped`,
      ),
    );
    await expect
      .poll(async () => (await exec(['pgrep', '-f', 'sleep 613'], { signal: soon() })).stdout)
      .toBe('');
  });

  test('a key that the container’s user may not read is named', { timeout: LAB_MS }, async () => {
    const { project, everywhere } = await openCertbot({ User: '65534:65534' });
    await using _ = project;
    const folder = '/etc/ssl/private'; // root's alone
    const files = { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') };
    const settings = {
      place: PLACE,
      files,
      authority: { kind: 'certbot', name: 'paksa', program: 'certbot' },
    } as const;
    const error = await failureOf(
      createCertificateProbe(() => settings, undefined, everywhere).installed(soon()),
    );
    expect(error).toMatchObject({
      fault: 'forbidden',
      message: `${project.name}-certbot-1 may not read ${files.certificate}: give its user the right to.`,
    });
  });

  test('where no certbot runs', { timeout: LAB_MS }, async () => {
    const project = await openProject();
    await using _ = project;
    await (await project.run('exit 0', { service: SERVICE })).wait();
    const files = { certificate: '/c.pem', key: '/k.pem' };
    const settings = {
      place: PLACE,
      files,
      authority: { kind: 'certbot', name: 'paksa', program: 'certbot' },
    } as const;
    const actuator = createCertificateActuator(() => settings, everywhereOf(project));
    expect(await failureOf(actuator.renew(soon()))).toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('No container of the service certbot runs'),
    });
  });
});
