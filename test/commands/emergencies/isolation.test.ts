/** Cutting the backend's pods off, whether that holds, and letting them back in. */
import { describe, expect, test } from 'vitest';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import type { Reach, VariableFacts } from '../../../src/adapters/runtime/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Case, faulty, healthy, inconclusive, problem, warning } from '../topic.ts';
import { replica, topic, workload } from './samples.ts';

const { look, fixCalled, undoOf, checkCalled, context } = topic(securityBreach);

const policy = (isIsolated: boolean, more: Given['kubernetes'] = {}): Given => ({
  kubernetes: { isIsolated: async () => isIsolated, workload: async () => workload(), ...more },
});
const FACTS: VariableFacts = {
  present: true,
  length: 50,
  fingerprint: 'f',
  address: {
    scheme: 'postgresql',
    host: 'postgres',
    port: 5432,
    user: 'app',
    database: 'd',
    hasPassword: true,
  },
};
const { address: _, ...WITHOUT_ADDRESS } = FACTS;

/** Two pods, and how far they come. */
const reaching = (isIsolated: boolean, tried: readonly Partial<Reach>[], facts = FACTS): Given =>
  policy(isIsolated, {
    replicas: async () => [replica('a'), replica('b')],
    variables: async () => [{ replica: 'a', variables: { DATABASE_URL: facts } }],
    reach: async (service, host, port) => {
      expect([service, host, port]).toEqual(['backend', 'postgres', 5432]);
      return tried.map((of) => ({ replica: 'a', reached: false, detail: 'no answer within 5 s', ...of }));
    },
  });

const FINDINGS: Record<string, readonly Case[]> = {
  isolated: [
    ['a policy', policy(true), healthy('it denies all traffic to and from its pods')],
    ['none', policy(false), warning('none does, or another one allows some', ['isolate'])],
  ],
  joined: [
    ['no policy', policy(false), healthy('no policy of Paksa’s cuts it off')],
    ['a policy', policy(true), problem('Paksa’s network policy cuts it off', ['rejoin'])],
  ],
  'cut-off': [
    [
      'a policy that is obeyed',
      reaching(true, [{}, {}]),
      healthy('postgres:5432 cannot be reached from 2 pods'),
    ],
    [
      'a policy that nobody enforces',
      reaching(true, [{}, { replica: 'b', reached: true, detail: 'connected in 2 ms' }]),
      problem('b still reaches postgres:5432: the cluster’s network does not enforce the policy', [
        'stop-pods',
      ]),
    ],
    [
      'no policy',
      reaching(false, []),
      warning('2 pods run, and no policy cuts them off', ['isolate', 'stop-pods']),
    ],
    [
      'no pod',
      policy(false, { replicas: async () => [], workload: async () => workload({ replicas: 0 }) }),
      healthy('none of them runs'),
    ],
    [
      'nobody to try to reach',
      reaching(true, [], WITHOUT_ADDRESS),
      inconclusive('no pod says in its DATABASE_URL whom to try to reach'),
    ],
    ['pods that went meanwhile', reaching(true, []), inconclusive('no pod could be asked from inside')],
  ],
};

describe.each(Object.entries(FINDINGS))('%s', (id, cases) => {
  test.each(cases)('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('a cluster that cannot be asked', async () => {
    const away = {
      isIsolated: faulty('forbidden'),
      workload: faulty('forbidden'),
      replicas: faulty('forbidden'),
    };
    await expect(look(id, { kubernetes: away })).rejects.toThrow('it said no');
  });
});

test('pods that cannot be looked into are not known to be cut off', async () => {
  const given = reaching(true, []);
  const kubernetes = { ...given.kubernetes, reach: faulty('not-found', 'no usable python3, nc') };
  await expect(look('cut-off', { kubernetes })).rejects.toThrow('no usable python3');
});

describe.each([
  ['isolate', false, true, 'isolate', 'rejoin'],
  ['rejoin', true, false, 'rejoin', 'isolate'],
] as const)('%s', (id, before, after, act, actBack) => {
  const fix = fixCalled(id);
  const undo = undoOf(id);

  test('is shown while there is something to do; bound to whether it is cut off', async () => {
    expect(fix.risk).toBe('high');
    const { boundTo, notes } = await fix.preview(context(policy(before)));
    expect(boundTo).toBe(before ? 'cut off' : 'reachable');
    expect(notes.length).toBeGreaterThan(0);
    await expect(fix.preview(context(policy(after)))).rejects.toThrow('nothing to do');
  });

  test('acts once, and back', async () => {
    const done: string[] = [];
    const acting = policy(before, {
      isolate: async () => void done.push('isolate'),
      rejoin: async () => void done.push('rejoin'),
    });
    const kept = await undo.capture(context(policy(before)));
    expect(kept).toEqual({ isolated: before });
    await fix.run(context(acting));
    await undo.apply(context(acting), kept);
    expect(done).toEqual([act, actBack]);
    expect(await undo.isBack(context(policy(before)), kept)).toBe(true);
    expect(await undo.isBack(context(policy(after)), kept)).toBe(false);
    expect(await undo.startsFrom?.(context(policy(after)), kept)).not.toBe(
      await undo.startsFrom?.(context(policy(before)), kept),
    );
    await expect(async () => undo.isBack(context(policy(before)), { isolated: 1 })).rejects.toThrow();
  });

  test('needs a cluster', () => {
    const { kubernetes: _, ...without } = PRODUCTION;
    expect(fix.unavailable(without)).toMatch('no workload of backend configured');
  });
});

test('isolate shows how many are cut off, and warns of networks that do not care', async () => {
  const { summary, changes, notes } = await fixCalled('isolate').preview(context(policy(false)));
  expect(summary).toBe('Deny all traffic to and from the pods of paksa-financial/paksa-backend');
  expect(changes).toEqual([{ what: 'Pods', before: '2 of 2 reachable', after: 'none reachable' }]);
  expect(notes.join(' ')).toContain('Only a network plugin that enforces policies');
});

test('only what nobody has to have done is asked by a diagnosis', () => {
  expect(checkCalled('joined').isOnlyNamed).toBeUndefined();
  expect(checkCalled('isolated').isOnlyNamed).toBe(true);
  expect(checkCalled('cut-off').isOnlyNamed).toBe(true);
});
