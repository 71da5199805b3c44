/** Stopping the backend, and starting it again, in the cluster and in containers. */
import { describe, expect, test } from 'vitest';
import { dataLoss } from '../../../commands/emergencies/data-loss.ts';
import type { Replica } from '../../../commands/parts/replicas.ts';
import type { Workload } from '../../../src/adapters/kubernetes/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Case, faulty, healthy, minutesAgo, warning } from '../topic.ts';
import { crashing, replica, stopped, topic, workload } from './samples.ts';

const { look, fixCalled, undoOf, checkCalled, context } = topic(dataLoss);

const cluster = (of: Partial<Workload>, ...pods: readonly Replica[]): Given => ({
  kubernetes: {
    workload: async () => workload(of),
    replicas: async () => pods,
    autoscaler: async () => undefined,
  },
});
const containers = (...all: readonly Replica[]): Given => ({ docker: { replicas: async () => all } });
const NONE = { replicas: 0, ready: 0 };

const FINDINGS: Record<string, readonly Case[]> = {
  'pods-stopped': [
    ['none', cluster(NONE), healthy('none is wanted, and none runs')],
    [
      'one that has ended and is still listed',
      cluster(NONE, stopped('old')),
      healthy('none is wanted, and none runs'),
    ],
    [
      'one that is still ending',
      cluster(NONE, replica('a')),
      warning('a still runs, though none is wanted', ['stop-pods']),
    ],
    [
      'two wanted',
      cluster({}, replica('a'), replica('b')),
      warning('2 pods are wanted, 2 run', ['stop-pods']),
    ],
  ],
  'pods-wanted': [
    ['two', cluster({}), healthy('2 pods are wanted')],
    ['none', cluster(NONE), warning('it is scaled to nothing', ['start-pods'])],
  ],
  'containers-stopped': [
    ['all', containers(stopped('a'), stopped('b')), healthy('none runs')],
    ['one of two', containers(stopped('a'), replica('b')), warning('b runs', ['stop-containers'])],
    [
      'one that crashes and is started again and again',
      containers(replica('a'), crashing('b')),
      warning('a, b run', ['stop-containers']),
    ],
  ],
  'containers-started': [
    ['all', containers(replica('a'), replica('b')), healthy('2 containers, none of them stopped')],
    ['one of two', containers(stopped('a'), replica('b')), warning('a is stopped', ['start-containers'])],
  ],
};

describe.each(Object.entries(FINDINGS))('%s', (id, cases) => {
  test.each(cases)('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('who cannot be asked is not known to have stopped', async () => {
    const away = { replicas: faulty('unreachable'), workload: faulty('unreachable') };
    await expect(look(id, { docker: away, kubernetes: away })).rejects.toThrow('it said no');
  });

  test('is asked only where it is named, and where there is a backend', () => {
    expect(checkCalled(id).isOnlyNamed).toBe(true);
    expect(checkCalled(id).skip({ environment: 'x' })).toMatch(
      /^no (workload|container) of backend configured/,
    );
    expect(checkCalled(id).skip(PRODUCTION)).toBeUndefined();
  });
});

describe('stop-pods', () => {
  const fix = fixCalled('stop-pods');
  const undo = undoOf('stop-pods');
  const bound = async (of: Partial<Workload>) => (await fix.preview(context(cluster(of)))).boundTo;

  test('shows how many go; bound to what is wanted, not to how many are ready', async () => {
    expect(fix.risk).toBe('high');
    expect(await fix.preview(context(cluster({})))).toMatchObject({
      summary: 'Scale paksa-financial/paksa-backend to 0 replicas',
      changes: [{ what: 'Replicas', before: '2 (2 ready)', after: '0' }],
      notes: expect.arrayContaining([expect.stringContaining('Nobody can use the system')]),
    });
    expect(await bound({ replicas: 3, generation: 4 })).not.toBe(await bound({}));
    expect(await bound({ ready: 1, updated: 1, resourceVersion: '71' })).toBe(await bound({}));
  });

  test('is refused when it is stopped', async () => {
    await expect(fix.preview(context(cluster(NONE)))).rejects.toThrow('it is stopped already');
  });

  test('scales once, and back to as many as there were', async () => {
    const scaled: number[] = [];
    const acting = (of: Partial<Workload> = {}): Given => ({
      kubernetes: {
        workload: async () => workload(of),
        scale: async (_, replicas) => {
          scaled.push(replicas);
        },
      },
    });
    const kept = await undo.capture(context(acting({ replicas: 5 })));
    expect(await fix.run(context(acting()))).toBe('no pod is left');
    expect(await undo.apply(context(acting()), kept)).toBe('5 replicas again');
    expect(scaled).toEqual([0, 5]);
    expect(await undo.isBack(context(cluster({ replicas: 5 })), kept)).toBe(true);
    expect(await undo.isBack(context(cluster(NONE)), kept)).toBe(false);
    expect(await undo.startsFrom?.(context(cluster(NONE)), kept)).not.toBe(
      await undo.startsFrom?.(context(cluster({ replicas: 1 })), kept),
    );
    await expect(async () => undo.apply(context(acting()), { replicas: -1 })).rejects.toThrow();
  });
});

describe('with an autoscaler', () => {
  const autoscaled = (replicas: number, minReplicas = 2): Given => ({
    kubernetes: {
      ...cluster({ replicas, ready: replicas }).kubernetes,
      autoscaler: async () => ({ name: 'backend-hpa', minReplicas, maxReplicas: 9 }),
    },
  });

  test('they are stopped and started all the same: it rests at none', async () => {
    const { notes } = await fixCalled('stop-pods').preview(context(autoscaled(4)));
    expect(notes).toContain('The autoscaler backend-hpa rests while there is none.');
    expect((await fixCalled('start-pods').preview(context(autoscaled(0)))).notes).toContain(
      'From then on the autoscaler backend-hpa decides how many there are (2 to 9).',
    );
    const undo = undoOf('stop-pods');
    expect(await undo.isBack(context(autoscaled(3)), { replicas: 5 })).toBe(true);
    expect(await undo.isBack(context(autoscaled(0)), { replicas: 5 })).toBe(false);
  });

  test('one that may go down to none by itself does not rest there', async () => {
    await expect(fixCalled('stop-pods').preview(context(autoscaled(4, 0)))).rejects.toThrow(
      'The autoscaler backend-hpa decides how many replicas there are (0 to 9)',
    );
  });
});

describe('start-pods', () => {
  const fix = fixCalled('start-pods');

  test('as many as Paksa stopped, else as many as the guide’s deployment has', async () => {
    const scaledDown = { from: 5, at: minutesAgo(20) };
    expect(await fix.preview(context(cluster({ ...NONE, scaledDown })))).toMatchObject({
      changes: [{ before: '0 (0 ready)', after: '5' }],
      notes: expect.arrayContaining(['There were 5 when Paksa scaled it down.']),
    });
    expect(await fix.preview(context(cluster(NONE)))).toMatchObject({
      changes: [{ before: '0 (0 ready)', after: '2' }],
      notes: expect.arrayContaining([expect.stringContaining('does not know how many there were')]),
    });
    const scaled: unknown[] = [];
    const scale = async (...asked: readonly unknown[]) => {
      scaled.push(asked.slice(0, 2));
    };
    const acting = (of: Partial<Workload>) =>
      context({ kubernetes: { workload: async () => workload({ ...NONE, ...of }), scale } });
    expect(await fix.run(acting({}))).toBe('2 replicas, ready');
    expect(await fix.run(acting({ scaledDown }))).toBe('5 replicas, ready');
    expect(scaled).toEqual([
      ['backend', 2],
      ['backend', 5],
    ]);
  });

  test('is refused where some are wanted', async () => {
    await expect(fix.preview(context(cluster({ ready: 0 })))).rejects.toThrow('nothing to start');
  });
});

describe('stop-containers', () => {
  const fix = fixCalled('stop-containers');
  const undo = undoOf('stop-containers');
  const bound = async (...all: readonly Replica[]) =>
    (await fix.preview(context(containers(...all)))).boundTo;

  test('shows which; bound to which there are and run, and not to their crashes', async () => {
    expect(await fix.preview(context(containers(replica('a'), stopped('b'))))).toMatchObject({
      summary: 'Stop a',
      changes: [{ what: 'Containers', before: '1 of 2 run', after: 'none runs' }],
      boundTo: 'a/at work b/stopped',
    });
    expect(await bound(replica('b'), replica('a'))).toBe(await bound(crashing('a'), replica('b')));
    expect(await bound(replica('a'), stopped('b'))).not.toBe(await bound(replica('a'), replica('b')));
  });

  test('is refused when none runs', async () => {
    await expect(fix.preview(context(containers(stopped('a'))))).rejects.toThrow('nothing to stop');
  });

  test('stops once, and starts those that ran', async () => {
    const done: string[] = [];
    const acting: Given = {
      docker: {
        replicas: async () => [replica('a'), stopped('b')],
        stop: async (service) => void done.push(`stop ${service}`),
        start: async (service) => void done.push(`start ${service}`),
      },
    };
    const kept = await undo.capture(context(acting));
    expect(kept).toEqual({ names: ['a'] });
    expect(await fix.run(context(acting))).toBe('stopped a');
    expect(await undo.apply(context(acting), kept)).toBe('started a');
    expect(done).toEqual(['stop backend', 'start backend']);
    expect(await undo.isBack(context(containers(replica('a'), stopped('b'))), kept)).toBe(true);
    expect(await undo.isBack(context(containers(stopped('a'), replica('b'))), kept)).toBe(false);
    await expect(async () => undo.apply(context(acting), { names: 'a' })).rejects.toThrow();
  });

  test('an undo starts from what it left: a container that somebody started, or removed, is another state', async () => {
    const from = (...all: readonly Replica[]) =>
      undo.startsFrom?.(context(containers(...all)), { names: ['a'] });
    expect(await from(stopped('a'), stopped('b'))).toBe(await from(stopped('b'), stopped('a')));
    expect(await from(stopped('a'))).not.toBe(await from(stopped('a'), stopped('b')));
    expect(await from(replica('a'), stopped('b'))).not.toBe(await from(stopped('a'), stopped('b')));
  });
});

describe('start-containers', () => {
  const fix = fixCalled('start-containers');

  test('shows which, and says what environment they start with', async () => {
    expect(await fix.preview(context(containers(stopped('a'), replica('b'))))).toMatchObject({
      summary: 'Start a',
      changes: [{ before: '1 of 2 run', after: 'all 2 run' }],
      notes: expect.arrayContaining([expect.stringContaining('up --no-start')]),
    });
    await expect(fix.preview(context(containers(replica('a'))))).rejects.toThrow('nothing to start');
  });

  test('starts once; what stops them again is a fix', async () => {
    const started: string[] = [];
    await fix.run(context({ docker: { start: async (service) => void started.push(service) } }));
    expect(started).toEqual(['backend']);
    expect(fix.undo).toMatchObject({ reversible: false });
  });
});
