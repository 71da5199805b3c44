/** What pods print: of all of them in time order, of the one that died too, and never more than is asked for. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { deployment, IDLE, script } from './manifests.ts';
import { openStage, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('what pods print', { concurrent: true }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const WAITING_MS = 90_000;

  const logsOf = (name: string, request: { sinceSeconds?: number; maxLines?: number } = {}) =>
    stage.adapter(name).probe.logs('backend', { sinceSeconds: 600, ...request }, soon());

  test('of all replicas, in time order', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('talking', {
        replicas: 2,
        command: script(
          'for n in 1 2 3; do echo "line $n of $HOSTNAME"; sleep 0.2; done; echo Köln >&2; sleep infinity',
        ),
      }),
    );
    await expect.poll(async () => (await logsOf('talking')).lines.length, { timeout: WAITING_MS }).toBe(8);
    const { lines, truncated } = await logsOf('talking');
    expect(truncated).toBe(false);
    expect(new Set(lines.map(({ replica }) => replica)).size).toBe(2);
    for (const { replica, text } of lines) if (text.startsWith('line')) expect(text).toContain(replica);
    expect(lines.filter(({ text }) => text === 'Köln')).toHaveLength(2);
    const times = lines.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(Math.abs(Date.now() - (times.at(-1) ?? 0))).toBeLessThan(10 * 60_000);
  });

  test('the newest lines, when there are more than asked for', { timeout: WAITING_MS }, async ({
    expect,
  }) => {
    await stage.apply(deployment('counting', { command: script('seq 1 500; sleep infinity') }));
    await expect
      .poll(async () => (await logsOf('counting')).lines.at(-1)?.text, { timeout: WAITING_MS })
      .toBe('500');
    const { lines, truncated } = await logsOf('counting', { maxLines: 10 });
    expect(lines.map(({ text }) => text)).toEqual([
      '491',
      '492',
      '493',
      '494',
      '495',
      '496',
      '497',
      '498',
      '499',
      '500',
    ]);
    expect(truncated).toBe(true);
    expect((await logsOf('counting', { maxLines: 500 })).truncated).toBe(false);
  });

  test('of the container that died, beside the one that took its place', {
    timeout: WAITING_MS,
  }, async ({ expect }) => {
    await stage.apply(
      deployment('revived', {
        command: script(
          'if [ -e /kept/seen ]; then echo second life; sleep infinity; fi; touch /kept/seen; echo last words; exit 1',
        ),
        container: { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] },
        pod: { volumes: [{ name: 'kept', emptyDir: {} }] },
      }),
    );
    await expect
      .poll(async () => (await logsOf('revived')).lines.map(({ text }) => text), { timeout: WAITING_MS })
      .toEqual(['last words', 'second life']);
  });

  test('of one that crashes again and again, each line once', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(deployment('crashing', { command: script('echo why it died; exit 1') }));
    const { probe } = stage.adapter('crashing');
    await expect
      .poll(async () => (await probe.replicas('backend', soon()))[0]?.why, { timeout: WAITING_MS })
      .toBe('CrashLoopBackOff');
    expect((await logsOf('crashing')).lines.map(({ text }) => text)).toEqual(['why it died']);
  });

  test('of one that has not started', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('unstarted', { command: IDLE, container: { image: '127.0.0.1:1/paksa/absent:1' } }),
    );
    await expect.poll(async () => (await stage.pods('unstarted')).length, { timeout: WAITING_MS }).toBe(1);
    expect(await logsOf('unstarted')).toEqual({ lines: [], truncated: false });
  });

  test('of one that prints without end', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(
      deployment('endless', { command: script('exec yes "$(head -c 3000 /dev/zero | tr "\\0" x)"') }),
    );
    await expect.poll(async () => (await logsOf('endless')).truncated, { timeout: WAITING_MS }).toBe(true);
    const { lines } = await logsOf('endless');
    expect(lines.length).toBeLessThanOrEqual(2000);
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(2 * 1024 * 1024);
    await stage.apply(deployment('endless', { command: IDLE, replicas: 0 }));
  });

  test('only of the time asked for', { timeout: WAITING_MS }, async ({ expect }) => {
    await stage.apply(deployment('once', { command: script('echo once; sleep infinity') }));
    await expect.poll(async () => (await logsOf('once')).lines.length, { timeout: WAITING_MS }).toBe(1);
    await expect
      .poll(async () => (await logsOf('once', { sinceSeconds: 1 })).lines, { timeout: WAITING_MS })
      .toEqual([]);
  });
});
