/** What containers use, measured by the engine: a processor held back by its quota, memory without the page cache. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('what containers use', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const MIB = 2 ** 20;

  const usageOf = (service: string) => project.adapter(service).probe.usage('backend', soon());

  test('a busy container under a quota is held back', async () => {
    await project.run('while :; do :; done', { service: 'busy', HostConfig: { NanoCpus: 2e8 } });
    const [usage] = await usageOf('busy');
    expect(usage).toMatchObject({ source: 'docker', limits: { cpuMillicores: 200 } });
    expect(usage?.replica).toBe(`${project.name}-busy-1`);
    expect(usage?.throttled).toBeGreaterThan(0.3);
    expect(usage?.throttled).toBeLessThanOrEqual(1);
    expect(usage?.cpuMillicores).toBeGreaterThan(50);
    expect(usage?.cpuMillicores).toBeLessThan(400);
  });

  test('an idle one is not, and without a quota nothing is said of it', async () => {
    await project.run(IDLE, { service: 'idle', HostConfig: { NanoCpus: 1e9 } });
    await project.run(IDLE, { service: 'idle' });
    const [limited, free] = await usageOf('idle');
    expect(limited?.throttled).toBeLessThan(0.5);
    expect(limited?.cpuMillicores).toBeLessThan(500);
    expect(free).not.toHaveProperty('throttled');
    expect(free?.limits).toEqual({});
  });

  test('memory is what cannot be given back: not the cache of files', { timeout: WAITING_MS }, async () => {
    const script = `
    head -c ${100 * MIB} /dev/zero > /tmp/file; cat /tmp/file > /dev/null
    exec python3 -c "
import time
hoard = bytearray(b'x' * ${60 * MIB})
open('/tmp/ready', 'w')
while True: time.sleep(1)
"`;
    await project.run(script, { service: 'full', HostConfig: { Memory: 512 * MIB } });
    const { exec } = project.adapter('full');
    await expect
      .poll(async () => (await exec(['ls', '/tmp/ready'], { signal: soon() })).exitCode, {
        timeout: WAITING_MS,
      })
      .toBe(0);
    const [usage] = await usageOf('full');
    expect(usage?.memoryBytes).toBeGreaterThan(60 * MIB);
    expect(usage?.memoryBytes).toBeLessThan(110 * MIB);
    expect(usage?.limits).toEqual({ memoryBytes: 512 * MIB });
  });

  test('only those that run', async () => {
    const ended = await project.run('exit 0', { service: 'some' });
    await ended.wait();
    await project.run(IDLE, { service: 'some' });
    expect((await usageOf('some')).map(({ replica }) => replica)).toEqual([`${project.name}-some-2`]);
  });
});
