/** Getting to the database, or not: which fault it is, a sentence that says where to look, and never the password. */
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Login } from '../../../src/adapters/postgres/port.ts';
import { AdapterError } from '../../../src/errors.ts';
import { type TestAuthority, testAuthority } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import {
  execute,
  PASSWORD,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { freePort } from '../../harness/process.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { failureOf, openSession, openSystem, type System, soon, WRONG_PASSWORD } from './system.ts';

const refusal = (login: Login): Extract<Login, { ok: false }> => {
  if (login.ok) throw new Error(`“${login.user}” was let in`);
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), WRONG_PASSWORD])
    expect(inspect(login)).not.toContain(secret);
  return login;
};

const opened: System[] = [];
const system = (url: string): System => {
  const made = openSystem(url);
  opened.push(made);
  return made;
};
const logIn = (url: string, signal = soon()) => system(url).probe.login(signal);

afterEach(async () => {
  for (const made of opened.splice(0)) await made.db.close();
});

describe('no server', () => {
  test('a port where nothing listens', async () => {
    const url = `postgresql://paksa:${PASSWORD.replaceAll(' ', '%20')}@127.0.0.1:${await freePort()}/paksa_db`;
    expect(refusal(await logIn(url))).toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining('check that PostgreSQL runs'),
    });
    expect(await failureOf(system(url).probe.ping(soon()))).toMatchObject({
      fault: 'unreachable',
      retryable: true,
      operation: 'answer',
    });
  });

  test('by a name that has two addresses', async () => {
    expect(refusal(await logIn(`postgresql://u:p@localhost:${await freePort()}/d`)).code).toBe(
      'ECONNREFUSED',
    );
  });

  test('a name without an address', async () => {
    const { code, message } = refusal(await logIn('postgresql://u:p@nowhere.invalid:5432/d'));
    expect(code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(message).toMatch(/DNS .*nowhere\.invalid/);
  });

  test('a server that takes the connection and says nothing', async () => {
    const silent = await serveTcp(() => undefined);
    const url = `postgresql://u:p@127.0.0.1:${silent.port}/d`;
    expect(refusal(await logIn(url, AbortSignal.timeout(200)))).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('did not log in in time'),
    });
    await expect.poll(silent.openConnections).toBe(0);
    expect(await failureOf(system(url).probe.ping(AbortSignal.timeout(200)))).toMatchObject({
      fault: 'timed-out',
      retryable: true,
    });
  });

  test('a server that hangs up', async () => {
    const rude = await serveTcp((socket) => socket.destroy());
    expect(refusal(await logIn(`postgresql://u:p@127.0.0.1:${rude.port}/d`)).code).toBe('ECONNRESET');
  });
});

test.each([
  ['no address', `secret-${WRONG_PASSWORD}`, 'is not of the form postgresql://'],
  ['another protocol', `mysql://u:${WRONG_PASSWORD}@h/d`, 'is not of the form postgresql://'],
  [
    'an unknown sslmode',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=always`,
    'an sslmode that PostgreSQL does not know',
  ],
  [
    'authorities that are not named',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=verify-ca`,
    'without sslrootcert',
  ],
  [
    'authorities that cannot be read',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
    'names the file /nowhere/ca.pem as sslrootcert, which cannot be read',
  ],
])('an address with %s', async (_, url, says) => {
  const error = await failureOf(system(url).probe.ping(soon()));
  expect(error).toMatchObject({ fault: 'not-configured', retryable: false });
  expect(error.message).toContain('postgres.urlEnv');
  expect(error.message).toContain(says);
  expect(await failureOf(system(url).probe.login(soon()))).toMatchObject({ fault: 'not-configured' });
});

test('what the configuration refuses is not asked', async () => {
  const { openPostgres } = await import('../../../src/adapters/postgres/connect.ts');
  const refusing = openPostgres(() => {
    throw new AdapterError('add postgres.urlEnv', {
      system: 'postgres',
      operation: 'connect',
      fault: 'not-configured',
      retryable: false,
    });
  });
  expect(await failureOf(refusing.login(soon()))).toMatchObject({ message: 'add postgres.urlEnv' });
  await refusing.close();
});

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
    const role = (name: string, more = '') => `CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}' ${more}`;
    await execute(
      server.url(),
      ...[role('paksa'), role('barred'), role('tls_only'), role('one_at_a_time', 'CONNECTION LIMIT 1')],
      `CREATE ROLE group_only PASSWORD '${PASSWORD}'`,
      `CREATE ROLE expired LOGIN PASSWORD '${PASSWORD}' VALID UNTIL '2020-01-01'`,
      'CREATE DATABASE paksa_db OWNER paksa',
      'CREATE DATABASE closed ALLOW_CONNECTIONS false',
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
      .poll(() => execute(server.url(), `SELECT FROM pg_stat_activity WHERE application_name = 'paksa'`))
      .toHaveLength(0);
  });

  test('the wrong password', async () => {
    const wrong = server.url({ user: 'paksa', password: WRONG_PASSWORD, database: 'paksa_db' });
    expect(refusal(await logIn(wrong))).toMatchObject({
      code: '28P01',
      message: expect.stringContaining('refused the password of “paksa” (28P01): correct it in the variable'),
    });
    expect(await failureOf(system(wrong).probe.standing(soon()))).toMatchObject({
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
    expect(await failureOf(system(url('', user)).probe.ping(soon()))).toMatchObject({ fault: 'refused' });
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
    expect(refusal(await logIn(url('', 'one_at_a_time')))).toMatchObject({ code: '53300' });
    await only.end();

    const greedy = await Promise.all(Array.from({ length: 12 }, () => openSession(url())));
    try {
      const { code, message } = refusal(await logIn(url()));
      expect(code).toBe('53300');
      expect(message).toMatch(
        /no connection left .* end idle sessions, make pools smaller, or raise max_connections/,
      );
      expect(await failureOf(system(url()).probe.connections(soon()))).toMatchObject({
        fault: 'refused',
        retryable: true,
      });
      // A superuser gets in by the connections kept back for that.
      expect(await system(server.url()).probe.connections(soon())).toMatchObject({
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
      const { db } = system(url(query, user));
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

    test('a server that insists on it', async () => {
      expect(await encrypted('?sslmode=require', 'tls_only')).toBe(true);
      const { code, message } = refusal(await logIn(url('', 'tls_only')));
      expect(code).toBe('28000');
      expect(message).toContain('sslmode');
    });
  });

  describe('a call that is stopped', () => {
    const sleepers = () =>
      execute(
        server.url(),
        `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'`,
      );
    const sleep = (made: System, signal: AbortSignal, more = {}) =>
      made.db.read({ operation: 'sleep', signal, ...more }, (query) => query('SELECT pg_sleep(600)'));

    test('ends on the server, too, and the others go on', async () => {
      const made = system(url());
      const called = new AbortController();
      const sleeping = failureOf(sleep(made, called.signal, { statementMs: 0 }));
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      const error = await sleeping;
      expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
      expect(error.message).toContain('The database was told to stop before it could sleep');
      expect(await sleepers()).toHaveLength(0);
      expect(await made.probe.ping(soon())).toBeGreaterThan(0);
    });

    test('over TLS', async () => {
      const made = system(url('?sslmode=require'));
      const called = new AbortController();
      const sleeping = failureOf(sleep(made, called.signal, { statementMs: 0 }));
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      await sleeping;
      expect(await sleepers()).toHaveLength(0);
    });

    test('before it began', async () => {
      expect(await failureOf(system(url()).probe.ping(AbortSignal.abort()))).toMatchObject({
        fault: 'timed-out',
      });
    });

    test('by its own deadline, and by the statement timeout of the server', async () => {
      const made = system(url());
      const late = await failureOf(sleep(made, soon(), { deadlineMs: 300, statementMs: 0 }));
      expect(late).toMatchObject({ fault: 'timed-out' });
      expect(late.message).toContain('did not sleep in time');
      const cut = await failureOf(sleep(made, soon(), { statementMs: 100 }));
      expect(cut).toMatchObject({ fault: 'timed-out', retryable: true });
      expect(cut.message).toContain('57014');
      expect(await sleepers()).toHaveLength(0);
    });

    test('while it waits for its turn', async () => {
      const made = system(url());
      const called = new AbortController();
      const busy = Array.from({ length: 4 }, () => failureOf(sleep(made, called.signal, { statementMs: 0 })));
      await expect.poll(sleepers).toHaveLength(4);
      expect(await failureOf(made.probe.ping(AbortSignal.timeout(100)))).toMatchObject({
        fault: 'timed-out',
      });
      const patient = made.probe.ping(soon());
      called.abort();
      await Promise.all(busy);
      expect(await patient).toBeGreaterThan(0);
    });

    test('a change is rolled back, and not to be tried blindly again', async () => {
      await execute(url(), 'DROP TABLE IF EXISTS changed', 'CREATE TABLE changed (id int)');
      const made = system(url());
      const called = new AbortController();
      const changing = failureOf(
        made.db.change({ operation: 'change', signal: called.signal, statementMs: 0 }, async (query) => {
          await query('INSERT INTO public.changed VALUES (1)');
          await query('SELECT pg_sleep(600)');
        }),
      );
      await expect.poll(sleepers).toHaveLength(1);
      called.abort();
      expect(await changing).toMatchObject({
        retryable: false,
        message: expect.stringContaining('look at what is there before trying again'),
      });
      expect(await execute(url(), 'SELECT * FROM changed')).toHaveLength(0);
    });
  });

  describe('a transaction', () => {
    test('that reads cannot write, and does not look beyond PostgreSQL’s own names', async () => {
      const made = system(url());
      const error = await failureOf(
        made.db.read({ operation: 'write', signal: soon() }, (query) =>
          query('CREATE TABLE public.written (id int)'),
        ),
      );
      expect(error).toMatchObject({ fault: 'refused', retryable: false });
      expect(error.message).toContain('25006');
      const [path] = await made.db.read({ operation: 'look', signal: soon() }, (query) =>
        query<{ path: string }>(`SELECT current_setting('search_path') AS path`),
      );
      expect(path).toEqual({ path: 'pg_catalog' });
    });

    test('takes one statement at a time', async () => {
      const error = await failureOf(
        system(url()).db.change({ operation: 'look', signal: soon() }, (query) =>
          query('SELECT 1; SELECT 2'),
        ),
      );
      expect(error.message).toContain('42601');
    });

    test('that fails leaves the connection usable', async () => {
      const made = system(url());
      for (let time = 0; time < 6; time += 1)
        await failureOf(
          made.db.read({ operation: 'divide', signal: soon() }, (query) => query('SELECT 1 / 0')),
        );
      expect(await made.probe.ping(soon())).toBeGreaterThan(0);
      expect(made.db.ownPids()).toHaveLength(1);
    });

    test('that a row-level policy would narrow refuses, and says what to grant', async () => {
      await execute(
        server.url({ database: 'paksa_db' }),
        'CREATE TABLE secret (id int)',
        'ALTER TABLE secret ENABLE ROW LEVEL SECURITY',
        'GRANT SELECT ON secret TO paksa',
      );
      const error = await failureOf(
        system(url()).db.read({ operation: 'count', signal: soon() }, (query) =>
          query('SELECT * FROM public.secret'),
        ),
      );
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('ALTER ROLE "paksa" BYPASSRLS');
    });

    test.each([
      ['SELECT * FROM public.others', 'GRANT SELECT ON "others" TO "paksa"'],
      ['SELECT * FROM closed_schema.t', 'GRANT USAGE ON SCHEMA "closed_schema" TO "paksa"'],
      [`SELECT pg_read_file('postgresql.conf')`, 'GRANT EXECUTE ON FUNCTION pg_read_file TO "paksa"'],
      [`SELECT current_setting('shared_preload_libraries')`, 'GRANT pg_monitor TO "paksa"'],
    ])('names the privilege that %s wants', async (statement, grant) => {
      await execute(
        server.url({ database: 'paksa_db' }),
        'CREATE TABLE IF NOT EXISTS others (id int)',
        'CREATE SCHEMA IF NOT EXISTS closed_schema',
      );
      const error = await failureOf(
        system(url()).db.read({ operation: 'look', signal: soon() }, (query) => query(statement)),
      );
      expect(error).toMatchObject({ fault: 'forbidden' });
      expect(error.message).toContain('42501');
      expect(error.message).toContain(grant);
    });

    test('waits for no lock for long', async () => {
      const holder = await openSession(url());
      try {
        await execute(url(), 'CREATE TABLE IF NOT EXISTS held (id int)');
        await holder.query('BEGIN');
        await holder.query('LOCK TABLE held');
        const error = await failureOf(
          system(url()).db.read({ operation: 'look', signal: soon(), lockMs: 50 }, (query) =>
            query('SELECT * FROM public.held'),
          ),
        );
        expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
        expect(error.message).toContain('Another session holds a lock');
      } finally {
        await holder.end();
      }
    });
  });

  test('a session that somebody ends, and a server that stops and comes back', async () => {
    const made = system(url());
    const signal = soon();
    const asleep = failureOf(
      made.db.read({ operation: 'sleep', signal, statementMs: 0 }, (query) => query('SELECT pg_sleep(600)')),
    );
    const sleeping = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%'`;
    await expect.poll(() => execute(server.url(), sleeping)).toHaveLength(1);
    expect(await asleep).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(await made.probe.ping(signal)).toBeGreaterThan(0);

    await server.stop();
    expect(await failureOf(made.probe.ping(signal))).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(refusal(await made.probe.login(signal)).code).toBe('ECONNREFUSED');
    await server.start();
    expect(await made.probe.ping(signal)).toBeGreaterThan(0);
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
    const made = system(preferring);
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
      expect(await failureOf(system(standby.url()).probe.ping(soon()))).toMatchObject({
        fault: 'refused',
        retryable: true,
      });
    } finally {
      await standby[Symbol.asyncDispose]();
    }
  });
});
