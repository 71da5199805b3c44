/** Restarting, stopping and starting: once, to the end, and no success where a container does not stay up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { failureOf, healthCheck, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('restart, stop and start of containers', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const replicasOf = (service: string) => project.adapter(service).probe.replicas('backend', soon());
  const restart = (service: string, signal = AbortSignal.timeout(WAITING_MS)) =>
    project.adapter(service).actuator.restart('backend', signal);

  const TIMES = { timeout: WAITING_MS };

  describe('restart', () => {
    test('every replica, stopped ones too', TIMES, async () => {
      await project.run(IDLE, { service: 'web' });
      const stopped = await project.run(IDLE, { service: 'web' });
      await stopped.stop();
      const before = await replicasOf('web');
      await restart('web');
      const after = await replicasOf('web');
      expect(after).toMatchObject([
        { state: 'running', ready: true },
        { state: 'running', ready: true },
      ]);
      for (const [index, { startedAt }] of after.entries()) {
        expect(startedAt?.getTime()).toBeGreaterThan(before[index]?.startedAt?.getTime() ?? Number.NaN);
      }
      // `docker restart` is no restart of the restart policy's.
      expect(after.map(({ restarts }) => restarts)).toEqual([0, 0]);
      expect(after[0]?.lastExit).toMatchObject({ code: 0, oomKilled: false });
    });

    test('is not over before the health check passes', TIMES, async () => {
      await project.run(`rm -f /tmp/well; (sleep 2; touch /tmp/well) & ${IDLE}`, {
        service: 'checked',
        Healthcheck: healthCheck('[ -e /tmp/well ]'),
      });
      await restart('checked');
      expect(await replicasOf('checked')).toMatchObject([{ ready: true }]);
    });

    test('of one that ends again has failed, with its last words', TIMES, async () => {
      const script = `[ -e /tmp/been ] && { { seq 1 50; echo "password missing"; } >&2; exit 9; }; touch /tmp/been; ${IDLE}`;
      await project.run(script, { service: 'breaking' });
      const ready = () => project.adapter('breaking').exec(['ls', '/tmp/been'], { signal: soon() });
      await expect.poll(async () => (await ready()).exitCode, TIMES).toBe(0);
      const error = await failureOf(restart('breaking'));
      expect(error).toMatchObject({ system: 'docker', fault: 'failed', retryable: false });
      expect(error.message).toContain(`${project.name}-breaking-1 was started and ended with exit code 9`);
      expect(error.message).toContain('password missing');
      expect(error.message).not.toContain('\n40\n');
    });

    test('of one that its restart policy starts over and over has failed', TIMES, async () => {
      await project.run('echo no luck; sleep 0.3; exit 4', {
        service: 'looping',
        HostConfig: { RestartPolicy: { Name: 'always' } },
      });
      const error = await failureOf(restart('looping'));
      expect(error.fault).toBe('failed');
      expect(error.message).toContain('no luck');
    });

    test('of one that never becomes healthy takes no longer than its time', TIMES, async () => {
      await project.run(IDLE, { service: 'sick', Healthcheck: healthCheck('exit 1') });
      const error = await failureOf(restart('sick', AbortSignal.timeout(20_000)));
      expect(error).toMatchObject({ fault: 'timed-out', message: expect.stringContaining('is unhealthy') });
    });

    test('that is called off before it begins touches nothing', async () => {
      await project.run(IDLE, { service: 'spared' });
      const [before] = await replicasOf('spared');
      expect(await failureOf(restart('spared', AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
      expect(await replicasOf('spared')).toEqual([before]);
    });
  });

  describe('stop and start', () => {
    test('there and back, and again without harm', TIMES, async () => {
      await project.run(IDLE, { service: 'back' });
      await project.run(IDLE, { service: 'back' });
      const { actuator } = project.adapter('back');
      for (const _ of ['first', 'second']) await actuator.stop('backend', soon());
      expect((await replicasOf('back')).map(({ state }) => state)).toEqual(['exited', 'exited']);
      for (const _ of ['first', 'second']) await actuator.start('backend', soon());
      expect((await replicasOf('back')).map(({ state }) => state)).toEqual(['running', 'running']);
    });

    test('stop ends a loop of restarts', TIMES, async () => {
      await project.run('exit 4', {
        service: 'loop',
        HostConfig: { RestartPolicy: { Name: 'always' } },
      });
      await project.adapter('loop').actuator.stop('backend', soon());
      await expect.poll(() => replicasOf('loop'), TIMES).toMatchObject([{ state: 'exited' }]);
    });

    test('start of one that does not stay up has failed, and has started the others', TIMES, async () => {
      const well = { service: 'mixed', start: false };
      await project.run('echo broken; exit 5', well);
      await project.run(IDLE, well);
      const error = await failureOf(project.adapter('mixed').actuator.start('backend', soon()));
      expect(error.message).toMatch(/mixed-1 was started and ended with exit code 5.*broken/s);
      expect(await replicasOf('mixed')).toMatchObject([{ state: 'exited' }, { state: 'running' }]);
    });

    test('start of one that cannot be started says the engine’s reason', async () => {
      await project.run(IDLE, { service: 'void', start: false, Entrypoint: ['/no/such/program'] });
      const error = await failureOf(project.adapter('void').actuator.start('backend', soon()));
      expect(error.message).toContain('/no/such/program');
    });
  });
});
