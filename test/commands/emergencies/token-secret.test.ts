/** The secret of the tokens: whether the pods run with it, a new one, and the old one back. */
import { describe, expect, test } from 'vitest';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import type { VariableFacts } from '../../../src/adapters/runtime/port.ts';
import type { Target } from '../../../src/runbook/target.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Case, faulty, healthy, inconclusive, problem } from '../topic.ts';
import { topic, workload } from './samples.ts';

const SECRET = { name: 'paksa-secrets', key: 'JWT_SECRET_KEY' };
const TARGET: Target = {
  ...PRODUCTION,
  kubernetes: {
    namespace: 'paksa-financial',
    backendService: 'paksa-backend-service',
    tlsSecret: 'paksa-tls-secret',
    workloads: PRODUCTION.kubernetes?.workloads ?? {},
    jwtSecret: SECRET,
  },
};
const { look, fixCalled, undoOf, checkCalled, context } = topic(securityBreach, TARGET);

const fact = (fingerprint: string): VariableFacts => ({ present: true, length: 64, fingerprint });
const UNSET: VariableFacts = { present: false, length: 0, fingerprint: '' };

const pods = (held: Readonly<Record<string, VariableFacts>>): Given => ({
  kubernetes: {
    secretFingerprint: async (name, key) => {
      expect({ name, key }).toEqual(SECRET);
      return 'new';
    },
    variables: async () =>
      Object.entries(held).map(([name, facts]) => ({ replica: name, variables: { JWT_SECRET_KEY: facts } })),
  },
});

const CASES: readonly Case[] = [
  [
    'all with the present one',
    pods({ a: fact('new'), b: fact('new') }),
    healthy('2 pods run with the one in paksa-secrets'),
  ],
  ['no pod', pods({}), healthy('no pod runs with any')],
  [
    'one with an old one',
    pods({ a: fact('old'), b: fact('new') }),
    problem('a runs with another one than paksa-secrets holds', ['rollout-restart']),
  ],
  [
    'all with an old one',
    pods({ a: fact('old'), b: fact('old') }),
    problem('a, b run with another one than paksa-secrets holds', ['rollout-restart']),
  ],
  [
    'one that takes it from elsewhere',
    pods({ a: UNSET, b: fact('new') }),
    inconclusive(/^not every pod has JWT_SECRET_KEY/),
  ],
];

describe('secret', () => {
  test.each(CASES)('%s', async (_, given, { summary, ...verdict }) => {
    expect(await look('secret', given)).toMatchObject({
      ...verdict,
      summary: summary instanceof RegExp ? expect.stringMatching(summary) : summary,
    });
  });

  test('that is not there is not known to be the one they run with', async () => {
    const kubernetes = { secretFingerprint: faulty('not-found'), variables: async () => [] };
    await expect(look('secret', { kubernetes })).rejects.toThrow('it said no');
  });

  test('is looked at only where it is configured', () => {
    const why = 'no secret of the tokens configured (environments.production.kubernetes.jwtSecret)';
    expect(checkCalled('secret').skip(PRODUCTION)).toBe(why);
    expect(fixCalled('rotate-secret').unavailable(PRODUCTION)).toBe(why);
    expect(checkCalled('secret').skip(TARGET)).toBeUndefined();
  });
});

describe('rotate-secret', () => {
  const fix = fixCalled('rotate-secret');
  const undo = undoOf('rotate-secret');
  const at = (version: string, of: Parameters<typeof workload>[0] = {}): Given => ({
    kubernetes: { secretVersion: async () => version, workload: async () => workload(of) },
  });

  test('shows what becomes of the value and the pods; bound to the version that every replica of Paksa sees', async () => {
    const preview = await fix.preview(context(at('7')));
    expect(preview).toMatchObject({
      summary: 'Put a new random value under JWT_SECRET_KEY of the secret paksa-secrets',
      changes: [
        { what: 'JWT_SECRET_KEY', after: '64 new random characters, shown to nobody' },
        { what: 'Pods', before: '2 with the old one', after: '2 new ones' },
      ],
      boundTo: 'paksa-secrets/7',
    });
    expect((await fix.preview(context(at('8')))).boundTo).not.toBe(preview.boundTo);
    expect((await fix.preview(context(at('7', { ready: 0, generation: 9 })))).boundTo).toBe(preview.boundTo);
    expect((await fix.preview(context(at('7', { replicas: 0 })))).changes).toHaveLength(1);
  });

  test('has acted once the secret is another one: pods that hold the old one are healthy without it', async () => {
    const acted = (version: string) =>
      fix.hasActed?.(context(at(version)), { approved: 'paksa-secrets/7', finished: false });
    expect(await acted('7')).toBe(false);
    expect(await acted('8')).toBe(true);
  });

  const acting = (done: string[], replicas = 2): Given => ({
    kubernetes: {
      keepSecret: async (name, label) => {
        done.push(`keep ${name} for ${label}`);
        return 'paksa-secrets-kept-1';
      },
      rotateSecret: async (name, key) => void done.push(`rotate ${name} ${key}`),
      restoreSecret: async (name, kept) => void done.push(`restore ${name} from ${kept}`),
      restart: async (service) => void done.push(`restart ${service}`),
      workload: async () => workload({ replicas }),
    },
  });

  test('keeps the old one, changes it, and replaces the pods; and all of it back', async () => {
    const done: string[] = [];
    const kept = await undo.capture(context(acting(done), { attempt: 'inc-7-rotate-1' }));
    expect(kept).toEqual({ ...SECRET, kept: 'paksa-secrets-kept-1' });
    expect(await fix.run(context(acting(done)))).toBe('the secret is new, and 2 pods run with it');
    expect(await undo.apply(context(acting(done)), kept)).toBe(
      'paksa-secrets is as it was (from paksa-secrets-kept-1)',
    );
    expect(done).toEqual([
      'keep paksa-secrets for inc-7-rotate-1',
      'rotate paksa-secrets JWT_SECRET_KEY',
      'restart backend',
      'restore paksa-secrets from paksa-secrets-kept-1',
      'restart backend',
    ]);
    expect(await fix.run(context(acting([], 0)))).toBe('the secret is new, and waits for pods');
  });

  test('is back when the secret holds what the copy holds, whoever looks', async () => {
    const kept = { ...SECRET, kept: 'copy' };
    const holding = (now: string): Given => ({
      kubernetes: { secretFingerprint: async (name) => (name === 'copy' ? 'old' : now) },
    });
    expect(await undo.isBack(context(holding('old')), kept)).toBe(true);
    expect(await undo.isBack(context(holding('new')), kept)).toBe(false);
    expect(await undo.startsFrom?.(context(at('9')), kept)).toBe('9');
    await expect(async () => undo.apply(context(acting([])), { name: 'x' })).rejects.toThrow();
  });
});

test('rollout-restart is verified by the secrets that the new pods run with, and by the pods', () => {
  expect(fixCalled('rollout-restart').verifiedBy).toEqual(['secret', 'database-password', 'backend-pods']);
});
