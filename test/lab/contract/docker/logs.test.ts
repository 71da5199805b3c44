/** What containers have printed: both streams, all replicas, stopped ones too, and never more than is asked for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { failureOf, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('logs of containers', () => {
  let project: Project;

  beforeAll(async () => {
    project = await openProject();
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const logsOf = (service: string, request: { sinceSeconds?: number; maxLines?: number } = {}) =>
    project.adapter(service).probe.logs('backend', { sinceSeconds: 600, ...request }, soon());

  const textsOf = async (...asked: Parameters<typeof logsOf>) =>
    (await logsOf(...asked)).lines.map(({ text }) => text);

  test('both streams of every replica in time order, of one that ended too', async () => {
    const ended = await project.run('echo one; echo Köln >&2; printf "no line break"', {
      service: 'talking',
    });
    await ended.wait();
    const other = await project.run('echo two; exit 1', { service: 'talking' });
    await other.wait();
    const { lines, truncated } = await logsOf('talking');
    expect(truncated).toBe(false);
    expect(lines.map(({ text }) => text).toSorted()).toEqual(['Köln', 'no line break', 'one', 'two']);
    expect(new Set(lines.map(({ replica }) => replica))).toEqual(
      new Set([`${project.name}-talking-1`, `${project.name}-talking-2`]),
    );
    const times = lines.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((one, another) => one - another));
    expect(Math.abs(Date.now() - (times.at(-1) ?? 0))).toBeLessThan(60_000);
  });

  test('a terminal’s output is not in frames', async () => {
    const container = await project.run('echo first; printf "\\033[31mred\\033[0m\\n"', {
      service: 'terminal',
      Tty: true,
    });
    await container.wait();
    expect(await textsOf('terminal')).toEqual(['first', 'red']);
  });

  test('the newest lines, when there are more than asked for', async () => {
    const container = await project.run('seq 1 500', { service: 'counting' });
    await container.wait();
    expect(await logsOf('counting', { maxLines: 3 })).toMatchObject({
      lines: [{ text: '498' }, { text: '499' }, { text: '500' }],
      truncated: true,
    });
    const whole = await logsOf('counting', { maxLines: 500 });
    expect(whole.lines).toHaveLength(500);
    expect(whole.truncated).toBe(false);
  });

  test('only of the time asked for', async () => {
    const container = await project.run('echo before; sleep 4; echo after', { service: 'slow' });
    await container.wait();
    const { lines } = await logsOf('slow');
    const gap = (lines[1]?.at.getTime() ?? 0) - (lines[0]?.at.getTime() ?? 0);
    expect(gap).toBeGreaterThan(3_000);
    // However long ago that is now: the moment between the two.
    const between = (Date.now() - (lines[1]?.at.getTime() ?? 0)) / 1000 + 2;
    expect(await textsOf('slow', { sinceSeconds: between })).toEqual(['after']);
  });

  test('millions of lines: the newest, and no more', { timeout: 2 * WAITING_MS }, async () => {
    await project.run('seq 1 3000000; echo done; sleep infinity', { service: 'flood' });
    await expect
      .poll(async () => (await textsOf('flood', { maxLines: 1 })).at(-1), { timeout: 2 * WAITING_MS })
      .toBe('done');
    const { lines, truncated } = await logsOf('flood');
    expect(truncated).toBe(true);
    expect(lines).toHaveLength(2000);
    expect(lines.at(-2)?.text).toBe('3000000');
    // More than the adapter ever keeps is not kept.
    expect((await logsOf('flood', { maxLines: 1_000_000 })).lines).toHaveLength(20_000);
  });

  test('lines without end are cut, and together they are bounded', { timeout: WAITING_MS }, async () => {
    const script = 'for n in $(seq 1 700); do head -c 20000 /dev/zero | tr "\\0" x; echo; done; echo last';
    const container = await project.run(script, { service: 'long' });
    await container.wait();
    const { lines, truncated } = await logsOf('long', { maxLines: 2_000 });
    expect(truncated).toBe(true);
    expect(lines.at(-1)?.text).toBe('last');
    expect(lines.at(-2)?.text).toHaveLength(4000);
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  test('a container that prints while it is read', async () => {
    await project.run('while :; do echo noise; done', {
      service: 'noise',
      HostConfig: { NanoCpus: 2e8, LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } } },
    });
    await expect.poll(async () => (await logsOf('noise')).lines.length, { timeout: WAITING_MS }).toBe(2000);
  });

  test('a log driver that cannot be read is said, in the engine’s words', async () => {
    await project.run(IDLE, { service: 'silent', HostConfig: { LogConfig: { Type: 'none', Config: {} } } });
    expect(await failureOf(logsOf('silent'))).toMatchObject({
      fault: 'failed',
      message: expect.stringContaining('does not support reading'),
    });
  });
});
