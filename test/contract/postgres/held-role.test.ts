/**
 * A role's password that a secret holds, on every version in use: who may change it, a verifier that the server takes for its
 * own, and nothing of the password in its log or its statistics.
 */
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ownName } from '../../../src/adapters/postgres/own-name.ts';
import type { RoleLogin } from '../../../src/adapters/postgres/port.ts';
import { isPrepared, scramVerifier } from '../../../src/adapters/postgres/scram.ts';
import { parseAddress } from '../../../src/adapters/runtime/address.ts';
import { serverAccount } from '../../../src/store/embedded/account.ts';
import { findBinaries } from '../../../src/store/embedded/binaries.ts';
import {
  execute,
  loginRole,
  PASSWORD,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { programsOf, requireVersions } from '../../harness/postgres-versions.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { failureOf, openSession, openSystem, soon } from './system.ts';

const OTHERS = [12, 13, 14, 16, 17] as const;
const VERSIONS = [
  ...(requireVersions(...OTHERS) ? OTHERS : []),
  ...(requirePrograms(POSTGRES) ? [15 as const] : []),
  18 as const,
].toSorted();

const SECRET = { name: 'paksa-secrets', key: 'DATABASE_URL' };
const NEW = 'a-new-one-that-nobody-is-to-see';

async function programsFor(version: number): Promise<string> {
  if (version === 18) return dirname((await findBinaries(await serverAccount())).postgres);
  return version === 15 ? dirname(POSTGRES) : programsOf(version);
}

test('the verifier of RFC 7677’s example', async () => {
  // Its client's proof is that of `pencil` with this salt: the keys are checked against PostgreSQL's own for the same.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(await scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
  expect((await scramVerifier('pencil')).length).toBe(133);
  expect(await scramVerifier('pencil')).not.toBe(await scramVerifier('pencil'));
});

test.each([
  ['correct horse', true],
  ['Grüße, 東京 ✓ 😀', true],
  ['a\u0308', false],
  ['ﬁ', false],
  ['no\u00a0break', false],
  ['soft\u00adhyphen', false],
])('%j is as every program prepares it: %s', (password, expected) => {
  expect(isPrepared(password)).toBe(expected);
});

test('refused: a standby, which takes no changes', async () => {
  const standby = await startPostgres({ programs: await programsFor(18), files: { 'standby.signal': '' } });
  onTestFinished(() => standby[Symbol.asyncDispose]());
  const { db, probe } = openSystem(standby.url(), [], async () => ({ user: 'postgres', password: PASSWORD }));
  onTestFinished(() => db.close());
  await expect
    .poll(async () => (await failureOf(probe.heldRole(SECRET, soon()))).message)
    .toContain('is a standby, which takes no changes: point postgres.urlEnv to its primary');
});

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({
      programs: await programsFor(version),
      settings: {
        log_statement: 'all',
        shared_preload_libraries: 'pg_stat_statements',
      },
      hba: [
        'host all trusted 127.0.0.1/32 trust',
        'host all shut_out 127.0.0.1/32 reject',
        'host all aged 127.0.0.1/32 md5',
      ],
    });
    await execute(
      server.url(),
      'CREATE EXTENSION pg_stat_statements',
      'CREATE DATABASE app_db',
      'GRANT pg_monitor TO postgres',
      loginRole('"app\'s ""own"""'),
      ...['trusted', 'shut_out', 'other', 'stately'].map((name) => loginRole(name)),
      loginRole('admin', 'SUPERUSER'),
      loginRole('copier', 'REPLICATION'),
      loginRole('plain', 'IN ROLE pg_monitor'),
      loginRole('creator', 'CREATEROLE IN ROLE pg_monitor'),
      loginRole('blind', 'CREATEROLE'),
      'CREATE ROLE group_of_people NOLOGIN',
      `SET password_encryption = 'md5'`,
      loginRole('aged'),
    );
    if (version >= 16)
      await execute(server.url(), 'GRANT other, copier TO creator WITH ADMIN TRUE, INHERIT FALSE, SET FALSE');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  /** Paksa with a secret that holds this. */
  function paksa(
    held: Pick<RoleLogin, 'user'> & Partial<RoleLogin>,
    { as = 'postgres', state = [] as readonly string[] } = {},
  ) {
    const url = server.url({ user: as });
    const system = openSystem(url, state, async (secret) => {
      expect(secret).toEqual(SECRET);
      return { password: PASSWORD, ...held };
    });
    onTestFinished(() => system.db.close());
    return system;
  }
  const pointingTo = (database: string) => {
    const address = parseAddress(`postgresql://u:p@postgres/${database}`);
    return address ? { address } : {};
  };
  const tried = async (user: string, password: string, more: Partial<RoleLogin> = {}) =>
    (await paksa({ user, password, ...more }).probe.tryPassword(SECRET, soon())).isLetIn;

  test('a role gets the password of the secret, however often; the old one is refused, and the new one is nowhere', async () => {
    const user = 'app\'s "own"';
    expect(await tried(user, PASSWORD)).toBe('yes');
    expect(await tried(user, NEW)).toBe('no');
    const { actuator } = paksa({ user, password: NEW, ...pointingTo('app_db') });
    for (let time = 0; time < 2; time += 1) {
      await actuator.setPassword(SECRET, soon());
      expect(await tried(user, NEW, pointingTo('app_db'))).toBe('yes');
      expect(await tried(user, PASSWORD)).toBe('no');
    }
    expect(server.log()).toContain("PASSWORD 'SCRAM-SHA-256$4096:");
    expect(server.log()).not.toContain(NEW);
    const statements = await execute<{ query: string }>(server.url(), 'SELECT query FROM pg_stat_statements');
    expect(JSON.stringify(statements)).not.toContain(NEW);

    // And back, to one with characters beyond ASCII.
    const old = 'Grüße, 東京 ✓';
    await paksa({ user, password: old }).actuator.setPassword(SECRET, soon());
    expect(await tried(user, old)).toBe('yes');
    expect(await tried(user, NEW)).toBe('no');
  });

  test('the verifier is PostgreSQL’s own for the same password and salt', async () => {
    const url = server.url();
    await execute(url, `SET password_encryption = 'scram-sha-256'`, `ALTER ROLE other PASSWORD '${NEW}'`);
    await execute(url, `SET password_encryption = 'scram-sha-256'; ALTER ROLE other PASSWORD '${NEW}'`);
    const [row] = await execute<{ kept: string }>(
      url,
      `SELECT rolpassword AS kept FROM pg_authid WHERE rolname = 'other'`,
    );
    const kept = row?.kept ?? '';
    const salt = Buffer.from(/:([^$]+)\$/.exec(kept)?.[1] ?? '', 'base64');
    expect(await scramVerifier(NEW, salt)).toBe(kept);
  });

  test('one that has an MD5 password so far, and is asked for it so, is let in by the new one', async () => {
    expect(await tried('aged', PASSWORD)).toBe('yes');
    await paksa({ user: 'aged', password: NEW }).actuator.setPassword(SECRET, soon());
    expect(await tried('aged', NEW)).toBe('yes');
    expect(await tried('aged', PASSWORD)).toBe('no');
  });

  test('one that programs read differently is left to people, before anything is sent', async () => {
    const { probe, actuator } = paksa({ user: 'other', password: 'ﬁx' });
    expect(await probe.heldRole(SECRET, soon())).toMatchObject({ canBeGiven: false });
    const error = await failureOf(actuator.setPassword(SECRET, soon()));
    expect(error).toMatchObject({ fault: 'refused', message: expect.stringContaining('\\password "other"') });
  });

  test('who uses it, Paksa’s own looks not among them', async () => {
    const { probe } = paksa({ user: 'other', ...pointingTo('app_db') });
    const url = server.url({ user: 'other', password: NEW });
    await paksa({ user: 'other', password: NEW }).actuator.setPassword(SECRET, soon());
    const open = [await openSession(url), await openSession(url), await openSession(url, 'exporter')];
    expect(await probe.heldRole(SECRET, soon())).toMatchObject({
      name: 'other',
      superuser: false,
      canBeGiven: true,
      sessions: 3,
      byClient: [
        { client: 'paksa-backend from 127.0.0.1', connections: 2 },
        { client: 'exporter from 127.0.0.1', connections: 1 },
      ],
      address: { host: 'postgres', database: 'app_db' },
    });
    // They stay: a new password throws nobody out.
    await paksa({ user: 'other', password: PASSWORD }).actuator.setPassword(SECRET, soon());
    expect(open.map(({ gone }) => gone)).toEqual([false, false, false]);
    for (const session of open) await session.end();
  });

  test('where the server does not ask, or lets nobody in, nothing is known of the password', async () => {
    const trial = (user: string) => paksa({ user }).probe.tryPassword(SECRET, soon());
    expect(await trial('trusted')).toMatchObject({
      isLetIn: 'unknown',
      why: expect.stringContaining('without asking for a password (pg_hba.conf)'),
    });
    expect(await trial('shut_out')).toMatchObject({
      isLetIn: 'unknown',
      why: expect.stringContaining('28000'),
    });
    expect(
      await paksa({ user: 'other', ...pointingTo('gone_db') }).probe.tryPassword(SECRET, soon()),
    ).toMatchObject({ isLetIn: 'unknown', why: expect.stringContaining('3D000') });
  });

  const refused = async (...of: Parameters<typeof paksa>) => {
    const { probe, actuator } = paksa(...of);
    const error = await failureOf(probe.heldRole(SECRET, soon()));
    const again = await failureOf(actuator.setPassword(SECRET, soon()));
    expect(again.message).toBe(error.message);
    return `${error.fault}: ${error.message}`;
  };

  test('refused: another server’s, and a role that may not log in', async () => {
    expect(await refused({ user: 'nobody' })).toMatch(/^not-found: .* no role “nobody”.*postgres\.urlEnv/);
    expect(await refused({ user: 'other', ...pointingTo('gone_db') })).toMatch(
      /^not-found: .* no database “gone_db”/,
    );
    expect(await refused({ user: 'group_of_people' })).toMatch(
      /^refused: .*ALTER ROLE "group_of_people" LOGIN/,
    );
  });

  test('refused: what Paksa itself logs in with, for its looks or for its own state', async () => {
    expect(await refused({ user: 'postgres' })).toMatch(
      /^refused: Paksa itself logs in as “postgres” \(postgres\.urlEnv\)/,
    );
    const url = server.url({ user: 'stately' });
    const own = await openSession(url, ownName(url));
    expect(await refused({ user: 'stately' }, { state: [ownName(url)] })).toMatch(
      /^refused: Paksa itself logs in as “stately” \(DATABASE_URL\)/,
    );
    await own.end();
  });

  test('forbidden: names what is missing', async () => {
    expect(await refused({ user: 'admin' }, { as: 'creator' })).toMatch(
      /^forbidden: .*only a superuser.*\\password "admin"/,
    );
    const plain = await refused({ user: 'other' }, { as: 'plain' });
    expect(plain).toContain('ALTER ROLE "plain" CREATEROLE');
    expect(plain.includes('GRANT "other" TO "plain" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE')).toBe(
      version >= 16,
    );
    if (version >= 16)
      expect(await refused({ user: 'stately' }, { as: 'creator' })).toMatch(
        /^forbidden: .*not its to change\. GRANT "stately" TO "creator" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE\.$/,
      );
    else
      expect(await refused({ user: 'copier' }, { as: 'creator' })).toMatch(/^forbidden: .*only a superuser/);
    const seen = await openSession(server.url());
    if (version < 16)
      expect(await refused({ user: 'other' }, { as: 'blind' })).toContain('GRANT pg_monitor TO "blind"');
    await seen.end();
  });

  test('whoever has what was named may', async () => {
    await paksa({ user: 'other', password: NEW }, { as: 'creator' }).actuator.setPassword(SECRET, soon());
    expect(await tried('other', NEW)).toBe('yes');
    if (version < 16) return;
    await paksa({ user: 'copier', password: NEW }, { as: 'creator' }).actuator.setPassword(SECRET, soon());
    expect(await tried('copier', NEW)).toBe('yes');
  });
});
