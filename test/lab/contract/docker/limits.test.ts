/** Setting limits: those that are given, at once, without a restart, and the others left as they are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Limits } from '../../../../src/adapters/runtime/port.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { failureOf, IDLE, openProject, type Project, soon } from './project.ts';

describe.runIf(canRunLab())('limits of containers', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const MIB = 2 ** 20;

  const set = (service: string, limits: Limits) =>
    project.adapter(service).actuator.setLimits('backend', limits, soon());
  const first = async (service: string) =>
    (await project.adapter(service).probe.replicas('backend', soon()))[0];

  test('where there were none', async () => {
    const container = await project.run(IDLE, { service: 'free' });
    const before = await first('free');
    await set('free', { memoryBytes: 128 * MIB, cpuMillicores: 750 });
    const after = await first('free');
    expect(after).toEqual({ ...before, limits: { memoryBytes: 128 * MIB, cpuMillicores: 750 } });
    expect((await container.inspect()).HostConfig.MemorySwap).toBe(256 * MIB);
  });

  test('the kernel’s own figure is the new one', async () => {
    await project.run(IDLE, { service: 'kernel', HostConfig: { Memory: 64 * MIB } });
    await set('kernel', { memoryBytes: 96 * MIB });
    // cgroup v2, or v1.
    const files = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];
    const { stdout } = await project.adapter('kernel').exec(['cat', ...files], { signal: soon() });
    expect(stdout.trim()).toBe(String(96 * MIB));
  });

  test.each([
    ['more', 64, 128, 512, 576],
    ['less', 256, 512, 128, 384],
    ['without swap', 64, 64, 512, 512],
  ])('%s memory: swap keeps its distance', async (name, memory, swap, wanted, swapAfter) => {
    const service = name.replace(' ', '-');
    const HostConfig = { Memory: memory * MIB, MemorySwap: swap * MIB, NanoCpus: 5e8 };
    const container = await project.run(IDLE, { service, HostConfig });
    await set(service, { memoryBytes: wanted * MIB });
    const { HostConfig: after } = await container.inspect();
    expect(after).toMatchObject({ Memory: wanted * MIB, MemorySwap: swapAfter * MIB, NanoCpus: 5e8 });
  });

  test('swap without a limit stays without one', async () => {
    const container = await project.run(IDLE, {
      service: 'swapping',
      HostConfig: { Memory: 64 * MIB, MemorySwap: -1 },
    });
    await set('swapping', { memoryBytes: 128 * MIB });
    expect((await container.inspect()).HostConfig).toMatchObject({ Memory: 128 * MIB, MemorySwap: -1 });
  });

  test('a container that was made with a quota keeps its period', async () => {
    await project.run(IDLE, { service: 'quota', HostConfig: { CpuQuota: 10_000, CpuPeriod: 50_000 } });
    await set('quota', { cpuMillicores: 1_000 });
    expect((await first('quota'))?.limits).toEqual({ cpuMillicores: 1_000 });
  });

  test('of every replica, stopped ones too', async () => {
    await (await project.run('exit 0', { service: 'all' })).wait();
    await project.run(IDLE, { service: 'all' });
    await set('all', { cpuMillicores: 300 });
    const found = await project.adapter('all').probe.replicas('backend', soon());
    expect(found.map(({ limits }) => limits)).toEqual([{ cpuMillicores: 300 }, { cpuMillicores: 300 }]);
  });

  test('what the engine refuses is said in its words', async () => {
    await project.run(IDLE, { service: 'refused' });
    expect(await failureOf(set('refused', { memoryBytes: 1_000 }))).toMatchObject({
      system: 'docker',
      fault: 'failed',
      message: expect.stringMatching(/minimum/i),
    });
  });
});
