/**
 * The password that the backend logs in to its database with, where it is a secret of the cluster: whether it is right, whether
 * the pods have it, and a new one. The secret gets it first: what is in it can be given to the role again, whoever broke off.
 */
import { z } from 'zod';
import { check } from '../../../src/runbook/check.ts';
import { inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { fix, type Preview, undoWith } from '../../../src/runbook/fix.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { databaseOf, placeOf } from '../../parts/database.ts';
import { all, noDatabase, noWorkload } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';
import { podsWith } from './pods-with.ts';
import { stateOf } from './token-secret.ts';

const VARIABLE = 'DATABASE_URL';
const CLIENTS_SHOWN = 5;

const UNGIVABLE = 'The old password has characters that programs read differently';

const noPassword = all(noWorkload('backend'), noDatabase, ({ environment, kubernetes }) =>
  kubernetes?.databaseSecret
    ? undefined
    : `no secret with the database’s password configured (environments.${environment}.kubernetes.databaseSecret)`,
);

const secretOf = ({ target }: CheckContext) => {
  const secret = target.kubernetes?.databaseSecret;
  if (!secret) throw new Error('a fix ran without what it needs');
  return secret;
};

type Role = Awaited<ReturnType<CheckContext['postgres']['heldRole']>>;
type Trial = Awaited<ReturnType<CheckContext['postgres']['tryPassword']>>;

const password = check(
  'Password that the backend logs in to the database with',
  async (context): Promise<Verdict> => {
    const secret = secretOf(context);
    const { role, isLetIn, why = '' } = await context.postgres.tryPassword(secret, context.signal);
    if (isLetIn === 'no')
      return problem(`what ${secret.name} holds does not let “${role}” in`, {
        suggests: ['rotate-database-password'],
      });
    if (isLetIn === 'unknown') return inconclusive(`whether it is right cannot be seen: ${why}`);
    // Alone, it is in a variable that nobody has told Paksa of: most call it as the secret does.
    const verdict = await podsWith(context, secret, secret.user === undefined ? VARIABLE : secret.key);
    return { ...verdict, summary: `“${role}” is let in; ${verdict.summary}` };
  },
  { skip: noPassword, timeoutSeconds: 30 },
);

export const checks = { 'database-password': password };

const Kept = z.object({ name: z.string(), key: z.string(), user: z.string().optional(), kept: z.string() });

async function preview(context: CheckContext): Promise<Preview> {
  const { kubernetes, postgres, signal } = context;
  const secret = secretOf(context);
  const [version, role, trial, { replicas }] = await Promise.all([
    kubernetes.secretVersion(secret.name, signal),
    postgres.heldRole(secret, signal),
    postgres.tryPassword(secret, signal),
    kubernetes.workload('backend', signal),
  ]);
  const { name, superuser, sessions, byClient } = role;
  const clients = byClient
    .slice(0, CLIENTS_SHOWN)
    .map(({ client, connections }) => short(`${connections} × ${client}`, 120));
  return {
    summary: `Give the role “${name}” a new random password, in ${secret.name} and in PostgreSQL at ${placeOf(databaseOf(context))}`,
    changes: [
      {
        what: `Password of “${name}”`,
        before: 'the present one',
        after: '64 new random characters, shown to nobody',
      },
      { what: `Sessions of “${name}”`, before: `${sessions} open`, after: 'the same: they stay open' },
      ...(replicas > 0
        ? [{ what: 'Pods', before: `${replicas} with the old one`, after: `${replicas} new ones` }]
        : []),
    ],
    notes: [
      ...(clients.length > 0
        ? [`Now: ${clients.join('; ')}. What of this is not the backend needs the new password too.`]
        : []),
      ...(sessions > 0
        ? ['A new password throws nobody out: “End every session of the database” does.']
        : []),
      ...(replicas > 0 ? ['Until they are replaced, the pods cannot open new connections.'] : []),
      ...(superuser ? [`“${name}” is a superuser: who had its password could change everybody’s.`] : []),
      ...whereNotes(context, role),
      ...triedNotes(trial),
      'For the undo, the cluster keeps a copy with the old value: delete it once the audit is done.',
      ...(role.canBeGiven ? [] : [`${UNGIVABLE}: it is put back by people, not by the undo.`]),
    ],
    boundTo: stateOf(secret.name, version),
  };
}

/** Names and ports do not tell whether two addresses are one server: a person knows. */
function whereNotes(context: CheckContext, { address }: Role): readonly string[] {
  const { name } = secretOf(context);
  const here = placeOf(databaseOf(context));
  if (!address)
    return [`${name} does not say which server its password is for: Paksa takes it for that of ${here}.`];
  const there = [address, ...(address.others ?? [])].map(placeOf);
  return there.length === 1 && there[0] === here
    ? []
    : [
        `${name} says ${short(there.join(', '), 120)}, Paksa uses ${here}: be sure that they are the same server. A pooler between, such as PgBouncer, may keep the password too.`,
      ];
}

function triedNotes({ role, isLetIn, why = '' }: Trial): readonly string[] {
  switch (isLetIn) {
    case 'yes':
      return [];
    case 'no':
      return [
        `The present one does not let “${role}” in here: it was changed elsewhere, a change broke off half-way, or this is another server.`,
      ];
    case 'unknown':
      return [`Whether the present one is right cannot be seen, nor the new one: ${short(why, 300)}`];
  }
}

export const fixes = {
  'rotate-database-password': fix('Change the password of the backend’s role', {
    risk: 'high',
    touches: ['backend', 'postgres'],
    unavailable: noPassword,
    preview,
    run: async (context) => {
      const { kubernetes, postgres, signal } = context;
      const secret = secretOf(context);
      // What would be refused is refused before the secret is written.
      const { name } = await postgres.heldRole(secret, signal);
      await kubernetes.rotatePassword(secret, signal);
      await postgres.setPassword(secret, signal);
      await kubernetes.restart('backend', signal);
      const { replicas } = await kubernetes.workload('backend', signal);
      return `“${name}” has a new password, ${replicas > 0 ? `and ${count(replicas, 'pod runs', 'pods run')} with it` : 'which waits for pods'}`;
    },
    undo: undoWith({
      title: 'Put the old password back, in the secret and for the role, and replace the pods',
      capture: async (context) => {
        const { kubernetes, attempt, signal } = context;
        const secret = secretOf(context);
        return { ...secret, kept: await kubernetes.keepSecret(secret.name, attempt, signal) };
      },
      parse: (data) => Kept.parse(data),
      apply: async ({ kubernetes, postgres, signal }, { kept, ...secret }) => {
        const { canBeGiven } = await postgres.heldRole({ ...secret, name: kept }, signal);
        if (!canBeGiven)
          throw new Error(`${UNGIVABLE}: put it back by \\password in psql, and in the secret.`);
        await kubernetes.restoreSecret(secret.name, kept, signal);
        await postgres.setPassword(secret, signal);
        await kubernetes.restart('backend', signal);
        return `${secret.name} is as it was (from ${kept}), and so is the role’s password`;
      },
      // By what both hold now: a fingerprint is of this process alone, and nothing to keep.
      isBack: async ({ kubernetes, postgres, signal }, { kept, ...secret }) =>
        (await kubernetes.secretFingerprint(secret.name, secret.key, signal)) ===
          (await kubernetes.secretFingerprint(kept, secret.key, signal)) &&
        (await postgres.tryPassword(secret, signal)).isLetIn === 'yes',
      startsFrom: ({ kubernetes, signal }, { name }) => kubernetes.secretVersion(name, signal),
    }),
    verifiedBy: ['database-password'],
    hasActed: async (context, { approved }) => {
      const { name } = secretOf(context);
      return stateOf(name, await context.kubernetes.secretVersion(name, context.signal)) !== approved;
    },
    timeoutSeconds: 300,
  }),
};
