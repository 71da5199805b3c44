/** The fixes of the topic `high-memory` that are its own: what they show, do and take back. */
import { describe, expect, test } from 'vitest';
import { highMemory } from '../../commands/high-memory.ts';
import type { Workload } from '../../src/adapters/kubernetes/port.ts';
import type { Given } from './context.ts';
import { replica, topic, workload } from './emergencies/samples.ts';
import { MIB } from './sample-system.ts';
import { minutesAgo } from './topic.ts';

const { fixCalled, undoOf, context } = topic(highMemory);

describe.each([
  ['raise-memory-limit', 'kubernetes', 'pod'],
  ['raise-container-memory', 'docker', 'container'],
] as const)('%s', (id, platform, noun) => {
  const fix = fixCalled(id);
  const undo = undoOf(id);
  const limited = (mib: number | undefined, ...more: number[]): Given => {
    const limits = (of: number | undefined) =>
      of === undefined ? {} : { memoryBytes: of * MIB, cpuMillicores: 500 };
    return platform === 'docker'
      ? {
          docker: {
            replicas: async () => [mib, ...more].map((of) => replica('backend-1', { limits: limits(of) })),
          },
        }
      : { kubernetes: { workload: async () => workload({ limits: limits(mib) }) } };
  };

  test.each([
    [256, '256 MiB', '384 MiB'],
    [40, '40 MiB', '128 MiB'],
    [1024, '1 GiB', '1.5 GiB'],
    [300, '300 MiB', '512 MiB'],
  ])('%i MiB: half as much again, in steps of 64 MiB', async (mib, before, after) => {
    expect(await fix.preview(context(limited(mib)))).toMatchObject({
      summary: `Raise the memory limit of backend to ${after}`,
      changes: [{ what: `Each ${noun}’s memory limit`, before, after }],
      boundTo: `memoryBytes/${mib * MIB}`,
    });
  });

  test('sets the memory alone, once; taken back, it is what it was', async () => {
    const set: unknown[] = [];
    const setLimits = async (service: string, limits: unknown) => {
      set.push([service, limits]);
    };
    const acting = (mib: number) => {
      const given = limited(mib);
      return context({ ...given, [platform]: { ...given[platform], setLimits } });
    };
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting(256))));
    expect(await fix.run(acting(256))).toBe('the memory limit is 384 MiB');
    expect(await undo.startsFrom?.(acting(384), kept)).not.toBe(await undo.startsFrom?.(acting(512), kept));
    expect(await undo.isBack(acting(384), kept)).toBe(false);
    expect(await undo.apply(acting(384), kept)).toBe('the memory limit is 256 MiB again');
    expect(await undo.isBack(acting(256), kept)).toBe(true);
    expect(set).toEqual([
      ['backend', { memoryBytes: 384 * MIB }],
      ['backend', { memoryBytes: 256 * MIB }],
    ]);
    for (const broken of [{}, { limit: '256' }, { limit: -1 }])
      await expect(async () => undo.apply(acting(384), broken)).rejects.toThrow();
  });

  test('without a limit there is none to raise', async () => {
    await expect(fix.preview(context(limited(undefined)))).rejects.toThrow('nothing to raise');
  });
});

test('unlike limits cannot be put back, and are not touched', async () => {
  const limits = [{ memoryBytes: 256 * MIB }, { memoryBytes: 512 * MIB }, {}];
  const given: Given = {
    docker: { replicas: async () => limits.map((of, n) => replica(`backend-${n}`, { limits: of })) },
  };
  await expect(fixCalled('raise-container-memory').preview(context(given))).rejects.toThrow(
    'unlike memory limits (256 MiB, 512 MiB, none): make them the same first',
  );
});

describe('scale-down', () => {
  const fix = fixCalled('scale-down');
  const undo = undoOf('scale-down');
  const of = (wanted: Partial<Workload>, more: Given['kubernetes'] = {}): Given => ({
    kubernetes: { workload: async () => workload(wanted), autoscaler: async () => undefined, ...more },
  });

  test('to one, from as many as there are', async () => {
    expect(await fix.preview(context(of({ replicas: 3, ready: 2 })))).toMatchObject({
      summary: 'Scale paksa-financial/paksa-backend to 1 replica',
      changes: [{ what: 'Replicas', before: '3 (2 ready)', after: '1' }],
      notes: [
        'The remaining replica gets all requests that 3 get now.',
        expect.stringContaining('Scale it back'),
      ],
    });
  });

  test('is bound to what is wanted, and not to who is ready', async () => {
    const bound = async (wanted: Partial<Workload>) => (await fix.preview(context(of(wanted)))).boundTo;
    const now = await bound({ replicas: 3, generation: 4 });
    expect(await bound({ replicas: 3, generation: 4, ready: 1, resourceVersion: '99' })).toBe(now);
    expect(await bound({ replicas: 4, generation: 5 })).not.toBe(now);
  });

  test.each([
    [1, 'one replica: nothing to scale down'],
    [0, 'none: nothing to scale down'],
  ])('is refused with %i', async (replicas, why) => {
    await expect(fix.preview(context(of({ replicas })))).rejects.toThrow(why);
  });

  test('scales once, and back to as many as there were', async () => {
    const scaled: unknown[] = [];
    const scale = async (...[service, replicas]: [string, number, AbortSignal]) => {
      scaled.push([service, replicas]);
    };
    const acting = (replicas: number) => context(of({ replicas }, { scale }));
    const kept = await undo.capture(acting(3));
    await fix.run(acting(3));
    expect(await undo.startsFrom?.(acting(1), kept)).toBe('1 replicas');
    expect(await undo.apply(acting(1), kept)).toBe('3 replicas again');
    expect([await undo.isBack(acting(3), kept), await undo.isBack(acting(1), kept)]).toEqual([true, false]);
    expect(scaled).toEqual([
      ['backend', 1],
      ['backend', 3],
    ]);
    await expect(async () => undo.apply(acting(1), { replicas: 1.5 })).rejects.toThrow();
  });
});

describe('scale-back', () => {
  const fix = fixCalled('scale-back');
  const of = (wanted: Partial<Workload>, more: Given['kubernetes'] = {}): Given => ({
    kubernetes: { workload: async () => workload(wanted), autoscaler: async () => undefined, ...more },
  });

  test('to as many as there were when Paksa scaled it down', async () => {
    const scaled: unknown[] = [];
    const scale = async (...asked: [string, number, AbortSignal]) => {
      scaled.push(asked.slice(0, 2));
    };
    const down = of({ replicas: 1, ready: 1, scaledDown: { from: 4, at: minutesAgo(9) } }, { scale });
    expect(await fix.preview(context(down))).toMatchObject({
      changes: [{ before: '1 (1 ready)', after: '4' }],
    });
    await fix.run(context(down));
    expect(scaled).toEqual([['backend', 4]]);
    expect(fix.verifiedBy).toEqual(['scaled-down']);
  });

  test('is refused where Paksa did not', async () => {
    await expect(fix.preview(context(of({ replicas: 1 })))).rejects.toThrow('nothing to scale back');
  });
});
