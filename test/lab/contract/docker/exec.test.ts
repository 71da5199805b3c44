/** Programs in a container: told, fed and read like those on this host, and ended when time is up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissingProgram } from '../../../../src/adapters/exec/missing-program.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { failureOf, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('programs in containers', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
    await (await project.run('exit 0')).wait();
    await project.run(IDLE);
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const exec = (command: readonly [string, ...string[]], more: { input?: string; maxBytes?: number } = {}) =>
    project.adapter().exec(command, { signal: soon(), ...more });

  test('in the first container that runs', async () => {
    const [, running] = await project.adapter().probe.replicas('backend', soon());
    const { stdout } = await exec(['hostname']);
    const [found] = await project.docker.listContainers({ filters: { name: [running?.name ?? '?'] } });
    expect(found?.Id.startsWith(stdout.trim())).toBe(true);
  });

  test('both streams apart, any exit code, no shell', async () => {
    expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect((await exec(['printf', '%s|', '$HOME', '; ls'])).stdout).toBe('$HOME|; ls|');
  });

  test('its input, which then ends; what is not read is no error', async () => {
    const input = 'ä line\n'.repeat(50_000);
    expect(await exec(['wc', '-l'], { input })).toMatchObject({ exitCode: 0, stdout: '50000\n' });
    expect(await exec(['true'], { input })).toMatchObject({ exitCode: 0 });
  });

  test('megabytes of output are read on and dropped', async () => {
    const script = 'echo first; head -c 30000000 /dev/zero | tr "\\0" x; echo; echo last; echo err >&2';
    const { stdout, stderr, truncated } = await exec(['sh', '-c', script], { maxBytes: 2_000 });
    expect(truncated).toBe(true);
    expect(stdout).toMatch(/^first\nx+\n…\nx+\nlast\n$/);
    expect(stdout.length).toBeLessThan(2_100);
    expect(stderr).toBe('err\n');
  });

  describe('what cannot be run', () => {
    test.each([['paksa-no-such-program'], ['/no/such/program']])(
      '%s is not in the image',
      async (program) => {
        const error = await failureOf(exec([program, '--version']));
        expect(error).toMatchObject({ system: 'docker', fault: 'not-found' });
        expect(error.message).toContain(`“${program}” in container ${project.name}-web-2`);
        expect(isMissingProgram(error)).toBe(true);
      },
    );

    test('a file that is no program', async () => {
      expect(await failureOf(exec(['/etc/passwd']))).toMatchObject({
        fault: 'forbidden',
        message: expect.stringContaining('/etc/passwd'),
      });
    });

    test('a program that itself ends with 127 has been run', async () => {
      expect(await exec(['sh', '-c', 'echo no such file or directory; exit 127'])).toMatchObject({
        exitCode: 127,
      });
    });

    test('anything, where no container runs', async () => {
      await (await project.run('exit 0', { service: 'ended' })).wait();
      const error = await failureOf(project.adapter('ended').exec(['true'], { signal: soon() }));
      expect(error).toMatchObject({
        fault: 'unreachable',
        message: expect.stringContaining('start one first'),
      });
      expect(isMissingProgram(error)).toBe(false);
    });

    test('anything, in a container that is paused', async () => {
      const container = await project.run(IDLE, { service: 'paused' });
      await container.pause();
      const error = await failureOf(project.adapter('paused').exec(['true'], { signal: soon() }));
      await container.unpause();
      expect(error).toMatchObject({ fault: 'unreachable', message: expect.stringContaining('is paused') });
    });
  });

  describe('when time is up', () => {
    const commandsIn = async (service: string) =>
      (await project.adapter(service).probe.processes('backend', soon())).map(({ command }) => command);

    test.each([
      ['politely', 'sleep 617 & sleep 617'],
      ['or not', `trap '' TERM; sleep 617 & sleep 617; sleep 617`],
    ])(
      'the program is ended, with what it has started, %s',
      { timeout: WAITING_MS },
      async (name, script) => {
        const service = name.replace(' ', '-');
        await project.run(IDLE, { service });
        const stop = new AbortController();
        const running = failureOf(
          project.adapter(service).exec(['sh', '-c', script], { signal: stop.signal }),
        );
        await expect
          .poll(async () => (await commandsIn(service)).filter((command) => command === 'sleep 617').length, {
            timeout: WAITING_MS,
          })
          .toBe(2);
        stop.abort();
        expect(await running).toMatchObject({
          system: 'docker',
          fault: 'timed-out',
          message: expect.stringContaining('sh in container'),
        });
        await expect
          .poll(async () => (await commandsIn(service)).filter((command) => command.includes('617')), {
            timeout: WAITING_MS,
          })
          .toEqual([]);
        // The container itself, and what else runs there, is left alone.
        expect(await project.adapter(service).probe.replicas('backend', soon())).toMatchObject([
          { state: 'running', restarts: 0 },
        ]);
      },
    );

    test('a call whose time is up does not begin', async () => {
      const call = project.adapter().exec(['touch', '/tmp/trace'], { signal: AbortSignal.abort() });
      expect(await failureOf(call)).toMatchObject({ fault: 'timed-out' });
      expect((await exec(['ls', '/tmp/trace'])).exitCode).not.toBe(0);
    });
  });
});
