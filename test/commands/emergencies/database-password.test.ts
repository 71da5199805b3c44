/** The password of the backend's role: whether it is right and the pods have it, a new one, and the old one back. */
import { describe, expect, test } from 'vitest';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import type { HeldRole, PasswordTrial } from '../../../src/adapters/postgres/port.ts';
import { parseAddress } from '../../../src/adapters/runtime/address.ts';
import type { VariableFacts } from '../../../src/adapters/runtime/port.ts';
import { redactDeep } from '../../../src/redact.ts';
import type { Target } from '../../../src/runbook/target.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Case, faulty, healthy, inconclusive, problem } from '../topic.ts';
import { topic, workload } from './samples.ts';

const SECRET = { name: 'paksa-secrets', key: 'DATABASE_URL' };
const ALONE = { name: 'app-password', key: 'DB_PASSWORD', user: 'app' };

const targetWith = (databaseSecret: NonNullable<Target['kubernetes']>['databaseSecret']): Target => ({
  ...PRODUCTION,
  kubernetes: {
    namespace: 'paksa-financial',
    backendService: 'paksa-backend-service',
    tlsSecret: 'paksa-tls-secret',
    workloads: PRODUCTION.kubernetes?.workloads ?? {},
    databaseSecret,
  },
});
const TARGET = targetWith(SECRET);
const { look, fixCalled, undoOf, checkCalled, context } = topic(securityBreach, TARGET);

const fact = (fingerprint: string): VariableFacts => ({ present: true, length: 64, fingerprint });
const trial = (isLetIn: PasswordTrial['isLetIn'], why?: string): PasswordTrial => ({
  role: 'app',
  isLetIn,
  ...(why === undefined ? {} : { why }),
});

const pods = (
  tried: PasswordTrial,
  held: Readonly<Record<string, VariableFacts>>,
  secret: { name: string; key: string } = SECRET,
  variable = 'DATABASE_URL',
): Given => ({
  postgres: {
    tryPassword: async (asked) => {
      expect(asked).toEqual(secret);
      return tried;
    },
  },
  kubernetes: {
    secretFingerprint: async (name, key) => {
      expect({ name, key }).toEqual({ name: secret.name, key: secret.key });
      return 'new';
    },
    variables: async (service, names) => {
      expect([service, names]).toEqual(['backend', [variable]]);
      return Object.entries(held).map(([replica, facts]) => ({ replica, variables: { [variable]: facts } }));
    },
  },
});

const CASES: readonly Case[] = [
  [
    'right, and all pods have it',
    pods(trial('yes'), { a: fact('new'), b: fact('new') }),
    healthy('“app” is let in; 2 pods run with the one in paksa-secrets'),
  ],
  ['right, and no pod', pods(trial('yes'), {}), healthy('“app” is let in; no pod runs with any')],
  [
    'one pod with an old one',
    pods(trial('yes'), { a: fact('old'), b: fact('new') }),
    problem('“app” is let in; a runs with another one than paksa-secrets holds', ['rollout-restart']),
  ],
  [
    'in the secret, and not the role’s: it broke off between the two',
    pods(trial('no'), { a: fact('old') }),
    problem('what paksa-secrets holds does not let “app” in', ['rotate-database-password']),
  ],
  [
    'that nobody asks for',
    pods(trial('unknown', 'no password is asked for'), { a: fact('new') }),
    inconclusive('whether it is right cannot be seen: no password is asked for'),
  ],
  [
    'that pods take from elsewhere',
    pods(trial('yes'), { a: { present: false, length: 0, fingerprint: '' } }),
    inconclusive(/not every pod has DATABASE_URL/),
  ],
];

describe('database-password', () => {
  test.each(CASES)('%s', async (_, given, { summary, ...verdict }) => {
    expect(await look('database-password', given)).toMatchObject({
      ...verdict,
      summary: summary instanceof RegExp ? expect.stringMatching(summary) : summary,
    });
  });

  test('alone in a secret, it is looked for in the variable of that name', async () => {
    const given = pods(trial('yes'), { a: fact('new') }, ALONE, 'DB_PASSWORD');
    expect(await look('database-password', given, { target: targetWith(ALONE) })).toMatchObject(
      healthy('“app” is let in; 1 pod runs with the one in app-password'),
    );
  });

  test('a secret that cannot be read says nothing of the password', async () => {
    const postgres = { tryPassword: faulty('not-found') };
    await expect(look('database-password', { postgres })).rejects.toThrow('it said no');
  });

  test('is looked at only where it is configured, with the key that is missing', () => {
    const why =
      'no secret with the database’s password configured (environments.production.kubernetes.databaseSecret)';
    const { postgres: _, ...without } = TARGET;
    for (const lack of [
      checkCalled('database-password').skip,
      fixCalled('rotate-database-password').unavailable,
    ]) {
      expect(lack(PRODUCTION)).toBe(why);
      expect(lack(without)).toBe('no database configured (environments.production.postgres)');
      expect(lack(TARGET)).toBeUndefined();
    }
  });
});

describe('rotate-database-password', () => {
  const fix = fixCalled('rotate-database-password');
  const undo = undoOf('rotate-database-password');

  const at = (address: string) => {
    const parsed = parseAddress(address);
    return parsed ? { address: parsed } : {};
  };
  const role = (of: Partial<HeldRole> = {}): HeldRole => ({
    name: 'app',
    superuser: false,
    canBeGiven: true,
    sessions: 9,
    byClient: [
      { client: 'paksa-backend from 10.0.0.4', connections: 8 },
      { client: 'exporter from 10.0.0.9', connections: 1 },
    ],
    ...at('postgresql://app:pw@postgres/paksa_db'),
    ...of,
  });
  const seen = ({
    version = '7',
    tried = trial('yes'),
    held = role(),
    replicas = 2,
  }: {
    version?: string;
    tried?: PasswordTrial;
    held?: HeldRole;
    replicas?: number;
  } = {}): Given => ({
    kubernetes: { secretVersion: async () => version, workload: async () => workload({ replicas }) },
    postgres: { heldRole: async () => held, tryPassword: async () => tried },
  });
  const notes = async (...of: Parameters<typeof seen>) =>
    (await fix.preview(context(seen(...of)))).notes.join('\n');

  test('shows in numbers what it would do; bound to the version that every replica of Paksa sees', async () => {
    const preview = await fix.preview(context(seen()));
    expect(preview).toMatchObject({
      summary:
        'Give the role “app” a new random password, in paksa-secrets and in PostgreSQL at postgres:5432',
      changes: [
        { what: 'Password of “app”', after: '64 new random characters, shown to nobody' },
        { what: 'Sessions of “app”', before: '9 open', after: 'the same: they stay open' },
        { what: 'Pods', before: '2 with the old one', after: '2 new ones' },
      ],
      notes: [
        'Now: 8 × paksa-backend from 10.0.0.4; 1 × exporter from 10.0.0.9. What of this is not the backend needs the new password too.',
        expect.stringContaining('End every session'),
        expect.stringContaining('cannot open new connections'),
        expect.stringContaining('a copy with the old value'),
      ],
      boundTo: 'paksa-secrets/7',
    });
    // None of it reads like a secret to what is taken out of messages.
    expect(redactDeep(preview)).toEqual(preview);
    expect((await fix.preview(context(seen({ version: '8' })))).boundTo).not.toBe(preview.boundTo);
    const stopped = await fix.preview(
      context(seen({ replicas: 0, held: role({ sessions: 0, byClient: [] }) })),
    );
    expect(stopped.changes).toHaveLength(2);
    expect(stopped.notes).toHaveLength(1);
    expect(stopped.boundTo).toBe(preview.boundTo);
  });

  test('says what cannot be told from here, rather than guess', async () => {
    const elsewhere = role(at('postgresql://app:pw@db-rw:6432,db-ro/paksa_db'));
    expect(await notes({ held: elsewhere })).toContain(
      'paksa-secrets says db-rw:6432, db-ro:5432, Paksa uses postgres:5432: be sure that they are the same server.',
    );
    const { address: _, ...alone } = role();
    expect(await notes({ held: alone })).toContain('paksa-secrets does not say which server');
    expect(await notes()).not.toContain('server');
    expect(await notes({ tried: trial('no') })).toContain('The present one does not let “app” in here');
    expect(await notes({ tried: trial('unknown', 'trust') })).toContain(
      'cannot be seen, nor the new one: trust',
    );
    expect(await notes({ held: role({ canBeGiven: false }) })).toContain(
      'put back by people, not by the undo',
    );
    expect(await notes({ held: role({ superuser: true }) })).toContain('“app” is a superuser');
  });

  test('what the database refuses is refused before anybody can approve it, and again before anything is written', async () => {
    const heldRole = faulty('refused', 'Paksa itself logs in as “app”');
    const { kubernetes, postgres } = seen();
    const given = { kubernetes: kubernetes ?? {}, postgres: { ...postgres, heldRole } };
    await expect(fix.preview(context(given))).rejects.toThrow('Paksa itself logs in as “app”');
    await expect(fix.run(context({ postgres: { heldRole } }))).rejects.toThrow('Paksa itself logs in');
  });

  test('has acted once the secret is another one', async () => {
    const acted = (version: string) =>
      fix.hasActed?.(context(seen({ version })), { approved: 'paksa-secrets/7', finished: false });
    expect(await acted('7')).toBe(false);
    expect(await acted('8')).toBe(true);
  });

  const acting = (done: string[], replicas = 2): Given => ({
    kubernetes: {
      keepSecret: async (name, label) => {
        done.push(`keep ${name} for ${label}`);
        return 'copy';
      },
      rotatePassword: async ({ name, key }) => void done.push(`rotate in ${name} ${key}`),
      restoreSecret: async (name, kept) => void done.push(`restore ${name} from ${kept}`),
      restart: async (service) => void done.push(`restart ${service}`),
      workload: async () => workload({ replicas }),
    },
    postgres: {
      heldRole: async () => role(),
      setPassword: async ({ name, key }) => void done.push(`set from ${name} ${key}`),
    },
  });

  test('the secret first, then the role, then the pods; and all of it back', async () => {
    const done: string[] = [];
    const kept = await undo.capture(context(acting(done), { attempt: 'inc-7-rotate-1' }));
    expect(kept).toEqual({ ...SECRET, kept: 'copy' });
    expect(await fix.run(context(acting(done)))).toBe('“app” has a new password, and 2 pods run with it');
    expect(await undo.apply(context(acting(done)), kept)).toBe(
      'paksa-secrets is as it was (from copy), and so is the role’s password',
    );
    expect(done).toEqual([
      'keep paksa-secrets for inc-7-rotate-1',
      'rotate in paksa-secrets DATABASE_URL',
      'set from paksa-secrets DATABASE_URL',
      'restart backend',
      'restore paksa-secrets from copy',
      'set from paksa-secrets DATABASE_URL',
      'restart backend',
    ]);
    expect(await fix.run(context(acting([], 0)))).toBe('“app” has a new password, which waits for pods');
    // Out of a database, with the role where it was configured.
    const alone = await undo.capture(context(acting([]), { target: targetWith(ALONE) }));
    expect(alone).toEqual({ ...ALONE, kept: 'copy' });
    await expect(async () => undo.apply(context(acting([])), { name: 'x' })).rejects.toThrow();
  });

  test('nothing is put back that the role cannot be given', async () => {
    const asked: string[] = [];
    const heldRole = async ({ name }: { name: string }) => {
      asked.push(name);
      return role({ canBeGiven: false });
    };
    const kept = { ...SECRET, kept: 'copy' };
    await expect(undo.apply(context({ postgres: { heldRole } }), kept)).rejects.toThrow('\\password in psql');
    expect(asked).toEqual(['copy']);
  });

  test('is back when the secret holds what the copy holds, and the role lets it in', async () => {
    const kept = { ...SECRET, kept: 'copy' };
    const holding = (now: string, tried: PasswordTrial): Given => ({
      kubernetes: { secretFingerprint: async (name) => (name === 'copy' ? 'old' : now) },
      postgres: { tryPassword: async () => tried },
    });
    expect(await undo.isBack(context(holding('old', trial('yes'))), kept)).toBe(true);
    expect(await undo.isBack(context(holding('old', trial('no'))), kept)).toBe(false);
    expect(await undo.isBack(context(holding('old', trial('unknown'))), kept)).toBe(false);
    expect(await undo.isBack(context(holding('new', trial('yes'))), kept)).toBe(false);
    expect(await undo.startsFrom?.(context(seen({ version: '9' })), kept)).toBe('9');
  });
});
