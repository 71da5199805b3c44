/** Logging in, or being refused: why, what to do, and never the password. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestAuthority, testAuthority } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import {
  execute,
  loginRole,
  PASSWORD,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { failureOf, openSession, refusal, soon, WRONG_PASSWORD } from './system.ts';
import { logIn, visit } from './systems.ts';

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let folder: TemporaryFolder;
  let authority: TestAuthority;
  let server: PostgresServer;
  const url = (query = '', user = 'paksa') => server.url({ user, database: 'paksa_db', query });

  beforeAll(async () => {
    folder = await temporaryFolder();
    authority = await testAuthority(folder.path);
    const { chain, key } = await authority.issue({ names: ['127.0.0.1'] });
    server = await startPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', max_connections: '15' },
      files: { 'server.crt': chain, 'server.key': key },
      hba: [
        'host all barred all reject',
        'hostssl all tls_only all scram-sha-256',
        'hostnossl all tls_only all reject',
      ],
    });
    await execute(
      server.url(),
      loginRole('paksa'),
      loginRole('barred'),
      loginRole('tls_only'),
      loginRole('one_at_a_time', 'CONNECTION LIMIT 1'),
      `CREATE ROLE group_only PASSWORD '${PASSWORD}'`,
      loginRole('expired', "VALID UNTIL '2020-01-01'"),
      'CREATE DATABASE paksa_db OWNER paksa',
      'CREATE DATABASE closed ALLOW_CONNECTIONS false',
      'CREATE DATABASE one_each CONNECTION LIMIT 1',
    );
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test('a login tells who and what', async () => {
    const login = await logIn(url());
    expect(login).toMatchObject({ ok: true, user: 'paksa', version: expect.stringMatching(/^15\./) });
    await expect
      .poll(() => execute(server.url(), `SELECT FROM pg_stat_activity WHERE application_name LIKE 'paksa/%'`))
      .toHaveLength(0);
  });

  test('the wrong password', async () => {
    const wrong = server.url({ user: 'paksa', password: WRONG_PASSWORD, database: 'paksa_db' });
    expect(refusal(await logIn(wrong))).toMatchObject({
      code: '28P01',
      message: expect.stringContaining('refused the password of “paksa” (28P01): correct it in the variable'),
    });
    expect(await failureOf(visit(wrong).probe.standing(soon()))).toMatchObject({
      fault: 'refused',
      retryable: false,
    });
  });

  test('a password that has expired', async () => {
    expect(refusal(await logIn(url('', 'expired'))).code).toBe('28P01');
  });

  test.each([
    ['a rule of pg_hba.conf', 'barred', /pg_hba\.conf rejects connection .* Check pg_hba\.conf/],
    ['a role that may not log in', 'group_only', /not permitted to log in/],
  ])('%s', async (_, user, says) => {
    const { code, message } = refusal(await logIn(url('', user)));
    expect(code).toBe('28000');
    expect(message).toMatch(says);
    expect(await failureOf(visit(url('', user)).probe.ping(soon()))).toMatchObject({ fault: 'refused' });
  });

  test('no such database', async () => {
    const { code, message } = refusal(await logIn(server.url({ user: 'paksa', database: 'gone_db' })));
    expect(code).toBe('3D000');
    expect(message).toContain('has no database “gone_db” (3D000)');
  });

  test('a database that takes no connections', async () => {
    const { code, message } = refusal(await logIn(server.url({ user: 'paksa', database: 'closed' })));
    expect(code).toBe('55000');
    expect(message).toContain('datallowconn');
  });

  test('no connection left, for the role and for anybody', async () => {
    const only = await openSession(url('', 'one_at_a_time'));
    expect(refusal(await logIn(url('', 'one_at_a_time')))).toMatchObject({
      code: '53300',
      message: expect.stringMatching(/CONNECTION LIMIT with ALTER ROLE "one_at_a_time"\.$/),
    });
    await only.end();
    const alone = await openSession(server.url({ user: 'paksa', database: 'one_each' }));
    expect(refusal(await logIn(server.url({ user: 'paksa', database: 'one_each' })))).toMatchObject({
      code: '53300',
      message: expect.stringMatching(/CONNECTION LIMIT with ALTER DATABASE "one_each"\.$/),
    });
    await alone.end();

    const greedy = await Promise.all(Array.from({ length: 12 }, () => openSession(url())));
    try {
      const { code, message } = refusal(await logIn(url()));
      expect(code).toBe('53300');
      expect(message).toMatch(
        /no connection left .* superuser .*superuser_reserved_connections.* GRANT pg_use_reserved_connections TO "paksa"/,
      );
      expect(await failureOf(visit(url()).probe.connections(soon()))).toMatchObject({
        fault: 'refused',
        retryable: true,
      });
      // A superuser gets in by the connections kept back for that.
      expect(await visit(server.url()).probe.connections(soon())).toMatchObject({
        max: 15,
        reserved: 3,
        used: 13,
      });
    } finally {
      await Promise.all(greedy.map((session) => session.end()));
    }
  });

  describe('TLS as sslmode says', () => {
    const encrypted = async (query: string, user = 'paksa') => {
      const { db } = visit(url(query, user));
      return db.read({ operation: 'look', signal: soon() }, async (sql) => {
        const [row] = await sql<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
        return row?.ssl;
      });
    };

    test.each([
      ['', false],
      ['?sslmode=disable', false],
      ['?sslmode=allow', false],
      ['?sslmode=prefer', true],
      ['?sslmode=require', true],
      ['?sslmode=no-verify', true],
    ])('with “%s”', async (query, expected) => {
      expect(await encrypted(query)).toBe(expected);
      expect(await logIn(url(query))).toMatchObject({ ok: true });
    });

    test('verified against the authority that is named', async () => {
      for (const mode of ['verify-ca', 'verify-full', 'require'])
        expect(await encrypted(`?sslmode=${mode}&sslrootcert=${authority.trust}`)).toBe(true);
      const { code, message } = refusal(await logIn(url('?sslmode=verify-full')));
      expect(code).toMatch(/CERT|ISSUER|SIGNED/);
      expect(message).toContain('check sslrootcert and sslmode');
      // Its certificate is for the address, not for the name.
      const named = url(`?sslmode=verify-full&sslrootcert=${authority.trust}`).replace(
        '@127.0.0.1',
        '@localhost',
      );
      expect(refusal(await logIn(named)).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
      expect(await logIn(named.replace('verify-full', 'verify-ca'))).toMatchObject({ ok: true });
    });

    test('a call that is stopped ends on the server all the same', async () => {
      const made = visit(url('?sslmode=require'));
      const sleepers = () =>
        execute(
          server.url(),
          `SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'`,
        );
      const called = new AbortController();
      const call = { operation: 'sleep', signal: called.signal, statementMs: 0 };
      const sleeping = failureOf(made.db.read(call, (query) => query('SELECT pg_sleep(600)')));
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      await sleeping;
      await expect.poll(sleepers).toHaveLength(0);
    });

    test('a server that insists on it', async () => {
      expect(await encrypted('?sslmode=require', 'tls_only')).toBe(true);
      const { code, message } = refusal(await logIn(url('', 'tls_only')));
      expect(code).toBe('28000');
      expect(message).toContain('sslmode');
    });
  });
});

describe.runIf(requirePrograms(POSTGRES))('a server without TLS', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('is reached all the same where sslmode only prefers it', async () => {
    const preferring = server.url({ query: '?sslmode=prefer' });
    expect(await logIn(preferring)).toMatchObject({ ok: true });
    const made = visit(preferring);
    expect(await Promise.all(Array.from({ length: 8 }, () => made.probe.ping(soon())))).toHaveLength(8);
  });

  test('is refused where sslmode requires it', async () => {
    const { code, message } = refusal(await logIn(server.url({ query: '?sslmode=require' })));
    expect(code).toBe('EPROTO');
    expect(message).toContain('has no TLS, which sslmode asks for');
  });

  test('that is not ready yet', async () => {
    const standby = await startPostgres({
      settings: { hot_standby: 'off' },
      make: (data, run) =>
        run('pg_basebackup', ['-d', server.url(), '-D', data, '-R', '--checkpoint=fast', '--no-sync']),
    });
    try {
      const login = async () => refusal(await logIn(standby.url())).code;
      await expect.poll(login).toBe('57P03');
      const { message } = refusal(await logIn(standby.url()));
      expect(message).toContain('takes no connections yet (57P03)');
      expect(await failureOf(visit(standby.url()).probe.ping(soon()))).toMatchObject({
        fault: 'refused',
        retryable: true,
      });
    } finally {
      await standby[Symbol.asyncDispose]();
    }
  });
});
