/** The topic `load-balancer`, a deploy that does not come up: when it is blamed, and what taking it back shows and does. */
import { describe, expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { RolloutHistory } from '../../src/adapters/kubernetes/port.ts';
import type { Given } from './context.ts';
import { crashing, replica, topic } from './emergencies/samples.ts';
import { history, revision } from './revisions.ts';
import { faulty, minutesAgo } from './topic.ts';

const { look, fixCalled, undoOf, context } = topic(loadBalancer);
const CHANGES = history().earlier[0]?.changes ?? [];

describe('pod-health, of a pod that crashes', () => {
  const seen = (kept: Given['kubernetes'], broken = 'c'): Given => ({
    kubernetes: {
      replicas: async () => [replica('a'), crashing(broken)],
      ask: async () => [{ replica: 'a', status: 200, detail: '' }],
      ...kept,
    },
  });
  const of = (rollouts: Partial<RolloutHistory>, broken?: string) =>
    seen({ history: async () => history(rollouts) }, broken);

  test('blames the newest deploy where the one before it runs', async () => {
    expect(await look('pod-health', of({}))).toMatchObject({
      status: 'problem',
      summary:
        'c ends and is started again and again: 7 restarts. Revision 5, rolled out 4 min ago, has no ready pod, ' +
        'revision 4 has 2: the deploy can be rolled back',
      suggests: ['roll-back'],
    });
  });

  const OTHERWISE: readonly (readonly [string, Given, string])[] = [
    ['there was none before', of({ earlier: [] }), 'revision 5 is the only one that is kept'],
    [
      'a pod of the one before crashes, while the new one starts',
      of({}, 'a'),
      'the broken pods are not of the newest revision, 5',
    ],
    [
      'another pod of it runs',
      of({ current: revision(5, { pods: ['c', 'd'], ready: 1 }) }),
      'other pods of the newest revision, 5, are ready',
    ],
    [
      'the one before fails, too',
      of({ earlier: [revision(4, { pods: ['a'], changes: CHANGES })] }),
      'no pod of an earlier revision is ready either: the cause may be elsewhere',
    ],
    [
      'it was only a restart',
      of({ earlier: [revision(4, { pods: ['a'], ready: 1 })] }),
      'revision 5 differs from the one before in nothing but its start: look at what it is given, such as a secret',
    ],
    [
      'nobody may ask',
      seen({ history: faulty('forbidden', 'Paksa may not list replicasets (apps) in x.') }),
      'its revisions could not be looked at: Paksa may not list replicasets (apps) in x.',
    ],
  ];
  test.each(OTHERWISE)('does not, when %s, and says so', async (_, given, why) => {
    expect(await look('pod-health', given)).toMatchObject({
      status: 'problem',
      summary: expect.stringMatching(/: 7 restarts$/),
      suggests: ['rollout-restart'],
      evidence: { 'no roll-back': why },
    });
  });
});

describe('roll-back', () => {
  const fix = fixCalled('roll-back');
  const undo = undoOf('roll-back');
  const cluster = (of: Partial<RolloutHistory> = {}, more: Given['kubernetes'] = {}): Given => ({
    kubernetes: { history: async () => history(of), rehearseRollBack: async () => {}, ...more },
  });
  const previewOf = (of: Partial<RolloutHistory> = {}) => fix.preview(context(cluster(of)));

  test('shows from which revision to which, and what differs', async () => {
    expect(await previewOf()).toEqual({
      summary: 'Roll paksa-financial/paksa-backend back from revision 5 to 4',
      changes: [
        {
          what: 'Revision',
          before: '5, first rolled out 2026-10-01 11:56:00Z (4 min ago)',
          after: '4, first rolled out 2026-10-01 02:40:00Z (9 h ago)',
        },
        { what: 'Command', before: 'sh -c exit 3', after: 'the image’s own' },
        { what: 'Pods', before: '0 of revision 5 ready, 2 of 4', after: '2 of revision 4' },
      ],
      notes: [
        '2 pods of revision 4 run, and stay.',
        expect.stringContaining('in the database stays'),
        expect.stringContaining('Secrets and config maps'),
        expect.stringContaining('The manifest in the repository still says what revision 5 does'),
      ],
      boundTo: 'paksa-financial/paksa-backend/5/hash5 to hash4',
    });
  });

  test('goes to the newest that is proven, else to the newest that differs', async () => {
    const proven = revision(2, { ready: 1, pods: ['a'], changes: CHANGES });
    const differs = revision(3, { changes: CHANGES });
    const restarted = revision(4, { ready: 1, pods: ['b'] });
    const to = async (...earlier: RolloutHistory['earlier']) => {
      const { summary, notes } = await previewOf({ earlier });
      return [summary.split(' ').at(-1), notes[0]];
    };
    expect(await to(restarted, differs, proven)).toEqual([
      '2',
      '1 pod of revision 2 run, and stay; the others are made anew.',
    ]);
    expect(await to(restarted, differs)).toEqual([
      '3',
      'No pod of revision 3 is ready: whether it comes up is not known.',
    ]);
  });

  test('is bound to both revisions, and not to how the pods are', async () => {
    const bound = async (of: Partial<RolloutHistory>) => (await previewOf(of)).boundTo;
    const [four] = history().earlier;
    const now = await bound({});
    expect(await bound({ replicas: 3, current: revision(5, { pods: ['x'], ready: 1 }) })).toBe(now);
    expect(await bound({ current: revision(6, { template: 'hash5' }) })).not.toBe(now);
    expect(await bound({ current: revision(5, { template: 'other' }) })).not.toBe(now);
    expect(await bound({ earlier: four ? [{ ...four, template: 'other' }] : [] })).not.toBe(now);
  });

  test.each([
    [
      'there is none before',
      { earlier: [] },
      /keeps no earlier revision of .*: deploy an earlier version anew/,
    ],
    [
      'those before are the same',
      { earlier: [revision(4, { ready: 2 })] },
      /differ from 5 in nothing but their start: look at what the pods are given/,
    ],
    [
      'it is paused',
      { paused: true },
      /is paused.*“kubectl rollout resume deployment\/paksa-backend” it first/,
    ],
    [
      'it has come up',
      { current: revision(5, { pods: ['c', 'd'], ready: 2 }) },
      /Revision 5 of .* is rolled out, and 2 pods of it are ready: there is nothing to roll back/,
    ],
    ['no pod is wanted', { replicas: 0 }, /scaled to nothing: start its pods first/],
  ] as const)('is refused when %s', async (_, of, why) => {
    await expect(previewOf(of)).rejects.toThrow(why);
  });

  test('is refused where the cluster would not take it', async () => {
    const rehearsed: unknown[] = [];
    const rehearseRollBack = async (...[service, template]: [string, string, AbortSignal]) => {
      rehearsed.push([service, template]);
      throw new Error('Paksa may not patch deployments (apps) in x.');
    };
    await expect(fix.preview(context(cluster({}, { rehearseRollBack })))).rejects.toThrow('may not patch');
    expect(rehearsed).toEqual([['backend', 'hash4']]);
  });

  test('rolls back once, and forward again without waiting for what did not come up', async () => {
    const rolled: unknown[] = [];
    const rollBack = async (...[service, template, options]: [string, string, object, AbortSignal]) => {
      rolled.push([service, template, options]);
    };
    const back = {
      current: revision(6, { template: 'hash4', ready: 2, since: minutesAgo(600) }),
      earlier: [revision(5, { changes: CHANGES })],
    };
    const before = context(cluster({}, { rollBack }));
    const after = context(cluster(back, { rollBack }));
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(before)));
    expect(await fix.run(before)).toBe('revision 4 is back: 2 pods, ready');
    expect(await undo.startsFrom?.(after, kept)).toBe('paksa-financial/paksa-backend/6/hash4');
    expect(await undo.isBack(after, kept)).toBe(false);
    expect(await undo.apply(after, kept)).toMatch(
      /revision 5 is rolled out again, whether it comes up or not/,
    );
    expect(await undo.isBack(before, kept)).toBe(true);
    expect(rolled).toEqual([
      ['backend', 'hash4', { untilReady: true }],
      ['backend', 'hash5', { untilReady: false }],
    ]);
    await expect(async () => undo.apply(after, { template: '' })).rejects.toThrow();
  });

  test('is verified by the checks that find it', () => {
    expect(fix.verifiedBy).toEqual(['pod-health', 'endpoints']);
  });
});
