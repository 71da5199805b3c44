/** What the emergency `security-breach` can do: shut the doors, change the locks, and open again. */
import { z } from 'zod';
import { fix, irreversible, undoWith } from '../../../src/runbook/fix.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { restartFix } from '../../parts/restart.ts';
import { scaleToZero, scaleUp } from '../../parts/scale.ts';
import { noDatabase, noRedis, noWorkload } from '../../parts/target.ts';
import { count } from '../../parts/words.ts';
import { noJwtSecret } from './jwt-secret.ts';

const Isolation = z.object({ isolated: z.boolean() });
const KeptSecret = z.object({ name: z.string(), kept: z.string(), fingerprint: z.string() });

const secretOf = ({ target }: CheckContext) => {
  const secret = target.kubernetes?.jwtSecret;
  if (!secret) throw new Error('a fix ran without what it needs');
  return secret;
};

const isolationOf = async ({ kubernetes, signal }: CheckContext): Promise<string> =>
  (await kubernetes.isIsolated(signal)) ? 'cut off' : 'reachable';

const toggled = {
  capture: async ({ kubernetes, signal }: CheckContext) => ({
    isolated: await kubernetes.isIsolated(signal),
  }),
  parse: (data: unknown) => Isolation.parse(data),
  isBack: async ({ kubernetes, signal }: CheckContext, { isolated }: z.infer<typeof Isolation>) =>
    (await kubernetes.isIsolated(signal)) === isolated,
  startsFrom: isolationOf,
};

export const fixes = {
  isolate: fix('Cut the backend off by a network policy', {
    risk: 'high',
    unavailable: noWorkload('backend'),
    preview: async ({ kubernetes, signal }) => {
      if (await kubernetes.isIsolated(signal)) throw new Error('It is cut off already: nothing to do.');
      const { name, namespace, replicas, ready } = await kubernetes.workload('backend', signal);
      return {
        summary: `Deny all traffic to and from the pods of ${namespace}/${name}`,
        changes: [{ what: 'Pods', before: `${ready} of ${replicas} reachable`, after: 'none reachable' }],
        notes: [
          'Nobody can use the system until this is taken back.',
          'The pods go on running: what they hold in memory can still be looked at.',
          'Only a network plugin that enforces policies does so: look whether requests really stop.',
        ],
        boundTo: 'reachable',
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.isolate(signal);
      return 'the network policy is in place';
    },
    undo: undoWith({
      title: 'Let traffic through again',
      ...toggled,
      apply: async ({ kubernetes, signal }) => {
        await kubernetes.rejoin(signal);
        return 'the network policy is removed';
      },
    }),
    verifiedBy: ['isolated'],
  }),
  rejoin: fix('Let traffic through to the backend again', {
    risk: 'high',
    unavailable: noWorkload('backend'),
    preview: async ({ kubernetes, signal }) => {
      if (!(await kubernetes.isIsolated(signal))) throw new Error('It is not cut off: nothing to do.');
      return {
        summary: 'Remove the network policy that cuts the backend off',
        changes: [{ what: 'Network policy', before: 'denies all traffic', after: 'gone' }],
        notes: ['Only once the audit is done.'],
        boundTo: 'cut off',
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.rejoin(signal);
      return 'the network policy is removed';
    },
    undo: undoWith({
      title: 'Cut the backend off again',
      ...toggled,
      apply: async ({ kubernetes, signal }) => {
        await kubernetes.isolate(signal);
        return 'the network policy is in place';
      },
    }),
    verifiedBy: ['serving'],
  }),
  'scale-to-zero': scaleToZero(['stopped']),
  'scale-up': scaleUp(['serving']),
  'cut-sessions': fix('End every session of the database', {
    risk: 'high',
    unavailable: noDatabase,
    preview: async ({ postgres, target, signal }) => {
      const { used, byClient } = await postgres.connections(signal);
      return {
        summary: `End all ${count(used, 'session')} but Paksa’s own`,
        changes: byClient.slice(0, 5).map(({ client, connections }) => ({
          what: client,
          before: count(connections, 'session'),
          after: 'none',
        })),
        notes: [
          'Their transactions are rolled back.',
          'Whoever still has a password can come back: change those too.',
        ],
        boundTo: `sessions of ${target.postgres?.database}`,
      };
    },
    run: async ({ postgres, signal }) => `${count(await postgres.terminateAll(signal), 'session')} ended`,
    undo: irreversible('a session that has ended cannot be brought back'),
    verifiedBy: ['sessions'],
  }),
  'rotate-secret': fix('Change the secret of the tokens', {
    risk: 'high',
    unavailable: noJwtSecret,
    preview: async (context) => {
      const { name, key } = secretOf(context);
      const { kubernetes, signal } = context;
      const [fingerprint, { replicas }] = await Promise.all([
        kubernetes.secretFingerprint(name, key, signal),
        kubernetes.workload('backend', signal),
      ]);
      return {
        summary: `Put a new random value under ${key} of the secret ${name}`,
        changes: [
          { what: key, before: 'the present one', after: '64 new random characters, shown to nobody' },
          { what: 'Pods', before: String(replicas), after: `${replicas} new ones that read it` },
        ],
        notes: ['Every token that is in use stops working: everybody has to log in again.'],
        boundTo: `${name}/${key}/${fingerprint}`,
      };
    },
    run: async (context) => {
      const { name, key } = secretOf(context);
      await context.kubernetes.rotateSecret(name, key, context.signal);
      await context.kubernetes.restart('backend', context.signal);
      return 'the secret is new, and the pods run with it';
    },
    undo: undoWith({
      title: 'Put the old secret back, and replace the pods',
      capture: async (context) => {
        const { name, key } = secretOf(context);
        const { kubernetes, attempt, signal } = context;
        return {
          name,
          kept: await kubernetes.keepSecret(name, attempt, signal),
          fingerprint: await kubernetes.secretFingerprint(name, key, signal),
        };
      },
      parse: (data) => KeptSecret.parse(data),
      apply: async ({ kubernetes, signal }, { name, kept }) => {
        await kubernetes.restoreSecret(name, kept, signal);
        await kubernetes.restart('backend', signal);
        return `${name} is as it was (from ${kept})`;
      },
      isBack: async (context, { name, fingerprint }) =>
        (await context.kubernetes.secretFingerprint(name, secretOf(context).key, context.signal)) ===
        fingerprint,
    }),
    verifiedBy: ['secret'],
    timeoutSeconds: 300,
  }),
  'drop-sessions': fix('Have everybody log in again', {
    risk: 'medium',
    unavailable: noRedis,
    preview: async ({ redis, target, signal }) => {
      const { counts, sampled } = await redis.keyspace(signal);
      const sessions = counts.find(({ kind }) => kind === 'session')?.keys ?? 0;
      return {
        summary: `Remove ${count(sessions, 'session')} from Redis`,
        changes: [{ what: 'Sessions', before: String(sessions), after: 'none' }],
        notes: ['Cache and queues stay.', ...(sampled ? ['The figure is an estimate.'] : [])],
        boundTo: `sessions of ${target.redis?.host}:${target.redis?.port}/${target.redis?.database}`,
      };
    },
    run: async ({ redis, signal }) => `${count(await redis.dropSessions(signal), 'session')} removed`,
    undo: irreversible('a session that has ended cannot be brought back'),
    verifiedBy: ['logins'],
  }),
  'rollout-restart': restartFix('kubernetes', 'backend', ['secret']),
};
