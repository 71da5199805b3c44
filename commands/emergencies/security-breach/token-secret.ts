/** The secret that the backend's tokens are signed with, where it is a secret of the cluster: whether the pods have it, and a new one. */
import { z } from 'zod';
import { check } from '../../../src/runbook/check.ts';
import type { Verdict } from '../../../src/runbook/finding.ts';
import { fix, undoWith } from '../../../src/runbook/fix.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { restartFix } from '../../parts/restart.ts';
import { all, noWorkload } from '../../parts/target.ts';
import { count } from '../../parts/words.ts';
import { podsWith } from './pods-with.ts';

const VARIABLE = 'JWT_SECRET_KEY';

const noSecret = all(noWorkload('backend'), ({ environment, kubernetes }) =>
  kubernetes?.jwtSecret
    ? undefined
    : `no secret of the tokens configured (environments.${environment}.kubernetes.jwtSecret)`,
);

const secretOf = ({ target }: CheckContext) => {
  const secret = target.kubernetes?.jwtSecret;
  if (!secret) throw new Error('a fix ran without what it needs');
  return secret;
};

const secret = check(
  'Secret of the tokens that the pods run with',
  async (context): Promise<Verdict> => podsWith(context, secretOf(context), VARIABLE),
  { skip: noSecret },
);

export const checks = { secret };

/** Every replica of Paksa sees the same version; the value is nobody's to see. */
export const stateOf = (name: string, version: string): string => `${name}/${version}`;

const Kept = z.object({ name: z.string(), key: z.string(), kept: z.string() });

export const fixes = {
  'rotate-secret': fix('Change the secret of the tokens', {
    risk: 'high',
    touches: ['backend'],
    unavailable: noSecret,
    preview: async (context) => {
      const { name, key } = secretOf(context);
      const { kubernetes, signal } = context;
      const [version, { replicas }] = await Promise.all([
        kubernetes.secretVersion(name, signal),
        kubernetes.workload('backend', signal),
      ]);
      return {
        summary: `Put a new random value under ${key} of the secret ${name}`,
        changes: [
          { what: key, before: 'the present one', after: '64 new random characters, shown to nobody' },
          ...(replicas > 0
            ? [{ what: 'Pods', before: `${replicas} with the old one`, after: `${replicas} new ones` }]
            : []),
        ],
        notes: [
          'Every token that is in use stops working: everybody has to log in again, and Paksa needs a new one (api.tokenEnv).',
          'For the undo, the cluster keeps a copy with the old value: delete it once the audit is done.',
        ],
        boundTo: stateOf(name, version),
      };
    },
    run: async (context) => {
      const { name, key } = secretOf(context);
      const { kubernetes, signal } = context;
      await kubernetes.rotateSecret(name, key, signal);
      await kubernetes.restart('backend', signal);
      const { replicas } = await kubernetes.workload('backend', signal);
      return `the secret is new, ${replicas > 0 ? `and ${count(replicas, 'pod runs', 'pods run')} with it` : 'and waits for pods'}`;
    },
    undo: undoWith({
      title: 'Put the old secret back, and replace the pods',
      capture: async (context) => {
        const { kubernetes, attempt, signal } = context;
        const { name, key } = secretOf(context);
        return { name, key, kept: await kubernetes.keepSecret(name, attempt, signal) };
      },
      parse: (data) => Kept.parse(data),
      apply: async ({ kubernetes, signal }, { name, kept }) => {
        await kubernetes.restoreSecret(name, kept, signal);
        await kubernetes.restart('backend', signal);
        return `${name} is as it was (from ${kept})`;
      },
      // By what both hold now: a fingerprint is of this process alone, and nothing to keep.
      isBack: async ({ kubernetes, signal }, { name, key, kept }) =>
        (await kubernetes.secretFingerprint(name, key, signal)) ===
        (await kubernetes.secretFingerprint(kept, key, signal)),
      startsFrom: ({ kubernetes, signal }, { name }) => kubernetes.secretVersion(name, signal),
    }),
    verifiedBy: ['secret'],
    hasActed: async (context, { approved }) => {
      const { name } = secretOf(context);
      return stateOf(name, await context.kubernetes.secretVersion(name, context.signal)) !== approved;
    },
    timeoutSeconds: 300,
  }),
  'rollout-restart': restartFix('kubernetes', 'backend', ['secret', 'database-password', 'backend-pods']),
};
