/** Replicas in each state that a container can be in: the engine's word, readiness, exits, limits. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { healthCheck, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('replicas that are containers', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const replicasOf = (service: string) => project.adapter(service).probe.replicas('backend', soon());
  const first = async (service: string) => (await replicasOf(service))[0];

  test('running, without limits', async () => {
    const before = Date.now();
    const container = await project.run(IDLE, { service: 'running' });
    const { Config } = await container.inspect();
    const [replica, ...others] = await replicasOf('running');
    expect(others).toEqual([]);
    expect(replica).toEqual({
      name: `${project.name}-running-1`,
      image: Config.Image,
      state: 'running',
      ready: true,
      restarts: 0,
      startedAt: expect.any(Date),
      limits: {},
    });
    expect(Math.abs((replica?.startedAt?.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  test('every replica of the service, and no other container of the project', async () => {
    await project.run(IDLE, { service: 'several' });
    await project.run('exit 0', { service: 'several' });
    await project.run(IDLE, { service: 'several', start: false });
    await project.run(IDLE, { service: 'several-more' });
    await project.run(IDLE, { service: 'several', Labels: { 'com.docker.compose.oneoff': 'True' } });
    await expect
      .poll(
        async () => (await replicasOf('several')).map(({ name, state }) => [name.split('-').at(-1), state]),
        {
          timeout: WAITING_MS,
        },
      )
      .toEqual([
        ['1', 'running'],
        ['2', 'exited'],
        ['3', 'waiting'],
      ]);
  });

  test('limits, by nanocpus or by a quota', async () => {
    await project.run(IDLE, { service: 'limits', HostConfig: { Memory: 64 * 2 ** 20, NanoCpus: 25e7 } });
    await project.run(IDLE, { service: 'limits', HostConfig: { CpuQuota: 30_000, CpuPeriod: 20_000 } });
    const [one, other] = await replicasOf('limits');
    expect(one?.limits).toEqual({ memoryBytes: 64 * 2 ** 20, cpuMillicores: 250 });
    expect(other?.limits).toEqual({ cpuMillicores: 1500 });
  });

  describe('not running', () => {
    test('created, and never started', async () => {
      await project.run(IDLE, { service: 'created', start: false });
      const replica = await first('created');
      expect(replica).toMatchObject({ state: 'waiting', ready: false, why: 'created', restarts: 0 });
      expect(replica).not.toHaveProperty('startedAt');
      expect(replica).not.toHaveProperty('lastExit');
    });

    test('created, and could not be started', async () => {
      const broken = project.run(IDLE, { service: 'broken', Entrypoint: ['/no/such/program'] });
      await expect(broken).rejects.toThrow('no such file');
      const replica = await first('broken');
      expect(replica).toMatchObject({ state: 'waiting', ready: false });
      expect(replica).not.toHaveProperty('lastExit');
      expect(replica?.why).toMatch(/^created: .*\/no\/such\/program/);
    });

    test('exited with a code', async () => {
      const container = await project.run('exit 42', { service: 'exited' });
      await container.wait();
      expect(await first('exited')).toMatchObject({
        state: 'exited',
        ready: false,
        why: 'exited',
        lastExit: { code: 42, oomKilled: false, at: expect.any(Date) },
      });
    });

    test('killed because it ran out of memory', async () => {
      const container = await project.run(HUNGRY, {
        service: 'hungry',
        HostConfig: { Memory: 32 * 2 ** 20, MemorySwap: 32 * 2 ** 20 },
      });
      await container.wait();
      await expect
        .poll(() => first('hungry'), { timeout: WAITING_MS })
        .toMatchObject({ state: 'exited', why: 'OOMKilled', lastExit: { code: 137, oomKilled: true } });
    });

    test('about to be started again', async () => {
      await project.run('exit 7', {
        service: 'restarting',
        HostConfig: { RestartPolicy: { Name: 'always' } },
      });
      // The engine waits longer each time: sooner or later a look meets the pause.
      await expect
        .poll(() => first('restarting'), { timeout: WAITING_MS, interval: 20 })
        .toMatchObject({
          state: 'restarting',
          ready: false,
          why: 'restarting',
          lastExit: { code: 7, oomKilled: false, at: expect.any(Date) },
        });
      expect((await first('restarting'))?.restarts).toBeGreaterThan(0);
    });
  });

  describe('running again', () => {
    test('the engine’s events still know how it ended', async () => {
      const container = await project.run(
        '[ -e /tmp/been ] || { touch /tmp/been; exit 3; }; sleep infinity',
        {
          service: 'again',
          HostConfig: { RestartPolicy: { Name: 'on-failure' } },
        },
      );
      await expect
        .poll(() => first('again'), { timeout: WAITING_MS })
        .toMatchObject({ state: 'running', restarts: 1, lastExit: { code: 3, oomKilled: false } });
      const { State } = await container.inspect();
      expect((await first('again'))?.lastExit?.at).toEqual(new Date(State.FinishedAt));
    });

    test('and that it had run out of memory', async () => {
      const eaten = `[ -e /tmp/been ] && exec sleep infinity; touch /tmp/been; ${HUNGRY}`;
      await project.run(eaten, {
        service: 'fed',
        HostConfig: {
          Memory: 32 * 2 ** 20,
          MemorySwap: 32 * 2 ** 20,
          RestartPolicy: { Name: 'always' },
        },
      });
      await expect
        .poll(() => first('fed'), { timeout: WAITING_MS })
        .toMatchObject({ state: 'running', restarts: 1, lastExit: { code: 137, oomKilled: true } });
    });
  });

  describe('running, but', () => {
    test('unhealthy', async () => {
      await project.run(IDLE, { service: 'unhealthy', Healthcheck: healthCheck('exit 1') });
      await expect
        .poll(() => first('unhealthy'), { timeout: WAITING_MS })
        .toMatchObject({ state: 'running', ready: false, why: 'unhealthy' });
    });

    test('not checked yet, then healthy', async () => {
      const Healthcheck = { ...healthCheck('[ -e /tmp/well ]'), StartPeriod: 600e9 };
      await project.run(IDLE, { service: 'starting', Healthcheck });
      expect(await first('starting')).toMatchObject({ state: 'running', ready: false, why: 'starting' });
      await project.adapter('starting').exec(['touch', '/tmp/well'], { signal: soon() });
      await expect.poll(() => first('starting'), { timeout: WAITING_MS }).toMatchObject({ ready: true });
      expect(await first('starting')).not.toHaveProperty('why');
    });

    test('paused', async () => {
      const container = await project.run(IDLE, { service: 'paused' });
      await container.pause();
      expect(await first('paused')).toMatchObject({ state: 'running', ready: false, why: 'paused' });
      await container.unpause();
    });
  });

  /** Fills the memory. */
  const HUNGRY = `exec python3 -c "
hoard = []
while True:
    hoard.append(bytearray(4_000_000))
"`;
});
