/** A Redis that cannot be asked, or says no: which fault it is, and a sentence that says what to do. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisProbe } from '../../../src/adapters/redis/probe.ts';
import { testAuthority, writePem } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { freePort } from '../../harness/free-port.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { type RedisServer, startRedis } from '../../harness/redis-server.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { failure, PASSWORD, reach, soon } from './access.ts';

const EVERYTHING = [
  'ping',
  'info',
  'keyspace',
  'otherDatabases',
  'dropCache',
  'dropSessions',
  'flushAll',
] as const;

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('no Redis there', () => {
  test.each(EVERYTHING)('%s: a port where nothing listens', async (call) => {
    const port = await freePort();
    const error = await failure(reach({ port })[call](soon()));
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain(`Nothing listens on 127.0.0.1:${port}`);
  });

  test('a name without an address', async () => {
    const error = await failure(reach({ port: 6379, host: 'nowhere.invalid' }).ping(soon()));
    expect(error.fault).toBe('unreachable');
    expect(error.message).toMatch(/DNS .*nowhere\.invalid/);
  });

  test.each(EVERYTHING)('%s: a server that takes the connection and says nothing', async (call) => {
    const server = await serveTcp(() => {});
    const error = await failure(reach(server)[call](AbortSignal.timeout(200)));
    expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(error.message).toContain('took the connection but did not answer in time');
    const calledOff = new AbortController();
    const asking = failure(reach(server)[call](calledOff.signal));
    await expect.poll(server.openConnections).toBeGreaterThan(0);
    calledOff.abort();
    expect((await asking).message).toContain('was stopped before it answered');
    expect(await failure(reach(server)[call](AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
    await expect.poll(server.openConnections).toBe(0);
  });

  test('a server that hangs up', async () => {
    const error = await failure(reach(await serveTcp((socket) => socket.end())).ping(soon()));
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain('closed the connection');
  });

  test('a server that speaks something else', async () => {
    const server = await serveTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failure(reach(server).ping(soon()));
    expect(error.message).toContain(`Redis at 127.0.0.1:${server.port}`);
  });

  test('an address that is none, without repeating it', async () => {
    const settings = {
      host: 'redis',
      port: 6379,
      database: 0,
      prefixes: { cache: [], session: [], queue: [] },
    };
    const probe = createRedisProbe(
      () => settings,
      () => `:${PASSWORD}@redis`,
    );
    expect(await failure(probe.ping(soon()))).toMatchObject({ fault: 'not-configured' });
  });
});

describe.runIf(requirePrograms('redis-server'))('a Redis that says no', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis(folder.path, {
      requirepass: PASSWORD,
      directives: ['--repl-diskless-sync-delay', '0'],
    });
    await server.admin.set('cache:1', '1');
  });
  afterAll(() => server.stop());

  const allow = (user: string, ...rules: string[]) =>
    server.admin.call('ACL', 'SETUSER', user, 'reset', 'on', `>${PASSWORD}`, ...rules);

  test.each(EVERYTHING)('%s: without the password', async (call) => {
    const error = await failure(reach({ ...server, credentials: '' })[call](soon()));
    expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
    expect(error.message).toContain('asks for a password');
  });

  test.each([':another', 'default:another', `nobody:${PASSWORD}`])(
    'with wrong credentials (%s)',
    async (credentials) => {
      const error = await failure(reach({ ...server, credentials }).ping(soon()));
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('WRONGPASS');
      expect(error.message).not.toContain('another');
    },
  );

  test('a password with letters that an address must escape', async () => {
    await server.admin.call('ACL', 'SETUSER', 'odd', 'reset', 'on', '>p@ss:w/rd?%', '~*', '+@all');
    const credentials = `odd:${encodeURIComponent('p@ss:w/rd?%')}`;
    expect(await reach({ ...server, credentials }).ping(soon())).toBeGreaterThanOrEqual(0);
  });

  test('a password where none is asked for', async () => {
    await using open = await startRedis(folder.path);
    expect(await reach(open).ping(soon())).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['info', 'info', 'INFO', '+info'],
    ['keyspace', 'scan', 'SCAN', '+scan'],
    ['keyspace', 'dbsize', 'DBSIZE', '+dbsize'],
    ['keyspace', 'ttl', 'TTL', '+ttl'],
    ['dropCache', 'unlink', 'UNLINK', '+unlink'],
    ['flushAll', 'flushall', 'FLUSHALL', '+flushall'],
    ['ping', 'ping', 'PING', '+ping'],
  ] as const)('%s: a user who lacks %s', async (call, lacking, names, rule) => {
    await allow('paksa', '~*', '+@all', `-${lacking}`);
    const error = await failure(reach({ ...server, credentials: `paksa:${PASSWORD}` })[call](soon()));
    expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
    expect(error.message).toContain(`does not let paksa use ${names}`);
    expect(error.message).toContain(`ACL SETUSER paksa ${rule}”`);
  });

  test('a user who may not touch the keys', async () => {
    await allow('paksa', '~session:*', '+@all');
    const error = await failure(reach({ ...server, credentials: `paksa:${PASSWORD}` }).dropCache(soon()));
    expect(error.fault).toBe('forbidden');
    expect(error.message).toContain('ACL SETUSER paksa ~<prefix>*');
    expect(error.message).toContain('Before that no key was removed.');
  });

  test('a database that there is not: another one is not used instead', async () => {
    const error = await failure(reach({ ...server, database: 99 }).dropCache(soon()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('has no such database');
    expect(await server.admin.exists('cache:1')).toBe(1);
  });

  test('stopped in the middle of a call, and called off', async () => {
    server.pause();
    const late = failure(reach(server).ping(AbortSignal.timeout(300)));
    const calledOff = new AbortController();
    const off = failure(reach(server).info(calledOff.signal));
    calledOff.abort();
    const [inTime, stopped] = await Promise.all([late, off]);
    server.resume();
    expect(inTime).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(inTime.message).toContain('SLOWLOG GET');
    expect(stopped).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(stopped.message).toContain('was stopped before it answered');
  });

  test('killed in the middle of a call', async () => {
    await using doomed = await startRedis(folder.path);
    await doomed.admin.call('CLIENT', 'PAUSE', '60000', 'ALL').catch(() => {});
    const waiting = failure(reach({ ...doomed, credentials: '' }).ping(soon()));
    await doomed.stop();
    expect(await waiting).toMatchObject({ fault: 'unreachable', retryable: true });
  });

  test('no connection left', async () => {
    await using small = await startRedis(folder.path, { directives: ['--maxclients', '1'] });
    await small.admin.ping();
    const error = await failure(reach({ ...small, credentials: '' }).ping(soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: true });
    expect(error.message).toContain('maxclients');
  });

  test('still loading its data', async () => {
    const data = await startRedis(folder.path);
    await data.admin.call('DEBUG', 'POPULATE', '20000', 'cache', '20');
    await data.admin.save();
    await data.stop();
    await using loading = await startRedis(folder.path, {
      folder: data.folder,
      directives: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'],
      ready: /Loading RDB produced by/,
    });
    const paksa = reach({ ...loading, credentials: '' });
    const error = await failure(paksa.ping(soon()));
    // It answers: to start it anew would have it load again.
    expect(error).toMatchObject({ fault: 'refused', retryable: true });
    expect(error.message).toContain('still loading');
    expect((await paksa.info(soon())).loading).toBeLessThan(1);
  });

  test('writes refused after a save that failed', async () => {
    await using broken = await startRedis(folder.path, { directives: ['--save', '3600 1'] });
    await broken.admin.set('cache:1', '1');
    await rm(broken.folder, { recursive: true });
    await broken.admin.bgsave();
    const paksa = reach({ ...broken, credentials: '' });
    await expect.poll(async () => (await paksa.info(soon())).persistenceFailed).toBe(true);
    const error = await failure(paksa.dropCache(soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('MISCONF');
    // Else it would try to save once more before it goes.
    await broken.admin.config('SET', 'save', '');
  });

  test('a replica', async () => {
    await using replica = await startRedis(folder.path, {
      directives: ['--replicaof', '127.0.0.1', String(server.port), '--masterauth', PASSWORD],
    });
    const paksa = reach({ ...replica, credentials: '' });
    await expect.poll(() => replica.admin.exists('cache:1').catch(() => 0)).toBe(1);
    expect((await paksa.info(soon())).role).toBe('slave');
    for (const act of ['dropCache', 'flushAll'] as const) {
      const error = await failure(paksa[act](soon()));
      expect(error).toMatchObject({ fault: 'refused', retryable: false });
      expect(error.message).toContain('read-only replica');
    }
    expect(await server.admin.exists('cache:1')).toBe(1);
  });

  test('a server of a cluster', async () => {
    await using node = await startRedis(folder.path, { directives: ['--cluster-enabled', 'yes'] });
    await node.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await expect
      .poll(async () => String(await node.admin.call('CLUSTER', 'INFO')))
      .toContain('cluster_state:ok');
    for (const key of ['cache:1', 'cache:2', 'cache:3']) await node.admin.set(key, '1');
    const error = await failure(reach({ ...node, credentials: '' }).dropCache(soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('is part of a cluster');
    expect(error.message).toContain('CROSSSLOT');
  });

  test('a command that was renamed away', async () => {
    await using cautious = await startRedis(folder.path, {
      directives: ['--rename-command', 'FLUSHALL', ''],
    });
    const error = await failure(reach({ ...cautious, credentials: '' }).flushAll(soon()));
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('knows no FLUSHALL');
  });

  test('TLS, asked of a Redis without it', async () => {
    const error = await failure(reach({ ...server, scheme: 'rediss' }).ping(AbortSignal.timeout(3000)));
    expect(error.fault).toBe('timed-out');
    expect(error.message).toContain('check whether it speaks TLS');
  });

  test('a Redis with TLS: not asked for, and with a certificate that nobody trusts', async () => {
    const authority = await testAuthority(folder.path);
    const { chain, key } = await authority.issue();
    const port = await freePort();
    const files = [
      ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', await writePem(folder.path, 'redis.pem', chain)],
      ...['--tls-key-file', await writePem(folder.path, 'redis.key', key)],
      ...['--tls-ca-cert-file', authority.trust],
    ];
    await using _secure = await startRedis(folder.path, { directives: files });
    const plain = await failure(reach({ port, credentials: '' }).ping(soon()));
    expect(plain.fault).toBe('unreachable');
    expect(plain.message).toContain('rediss://');
    const stranger = await failure(reach({ port, credentials: '', scheme: 'rediss' }).ping(soon()));
    expect(stranger).toMatchObject({ fault: 'refused', retryable: false });
    expect(stranger.message).toContain('is not trusted');
  });
});
