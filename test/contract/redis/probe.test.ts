/** What the Redis probe tells of a server: its answer, its figures, and its keys by kind. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { requirePrograms } from '../../harness/programs.ts';
import { startRedis } from '../../harness/redis-server.ts';
import { emptiedRedis, PASSWORD, reach, soon } from './access.ts';

describe.runIf(requirePrograms('redis-server'))('a Redis with a password', () => {
  const { server, folder } = emptiedRedis();

  const fill = async (keys: Record<string, number>) => {
    for (const [prefix, count] of Object.entries(keys)) {
      await server().admin.call('DEBUG', 'POPULATE', String(count), prefix.replace(/:$/, ''), '20');
    }
  };
  const countsOf = (keyspace: Awaited<ReturnType<ReturnType<typeof reach>['keyspace']>>) =>
    Object.fromEntries(keyspace.counts.map(({ kind, ...rest }) => [kind, rest]));
  const clients = async () => String(await server().admin.client('LIST'));

  test('one round trip, by a connection that is gone afterwards', async () => {
    expect(await reach(server()).ping(soon())).toBeGreaterThanOrEqual(0);
    await expect.poll(clients).not.toContain('name=paksa');
  });

  test('its name stands in CLIENT LIST while it asks', async () => {
    await fill({ 'cache:': 100_000 });
    const asking = reach(server()).keyspace(soon());
    await expect.poll(clients, { interval: 1 }).toContain('name=paksa');
    await asking;
  });

  test('its figures', async () => {
    await server().admin.config('RESETSTAT');
    await server().admin.set('cache:a', '1');
    await server().admin.get('cache:a');
    await server().admin.get('cache:b');
    expect(await reach(server()).info(soon())).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      role: 'master',
      uptimeSeconds: expect.any(Number),
      usedMemoryBytes: expect.any(Number),
      maxMemoryBytes: 0,
      evictionPolicy: 'noeviction',
      evictedKeys: 0,
      lookups: { hits: 1, misses: 1 },
      rejectedConnections: 0,
      connectedClients: expect.any(Number),
      maxClients: 10_000,
      persistenceFailed: false,
    });
  });

  /** Resolves between the two readings of its use: when the connection that does it has asked for INFO. */
  const untilRead = () =>
    expect.poll(async () => String(await server().admin.client('LIST'))).toMatch(/ name=paksa .* cmd=info /);

  test('how the cache is used just now, and since its start', async () => {
    await server().admin.config('RESETSTAT');
    await server().admin.set('cache:a', '1');
    await server().admin.get('cache:a');
    const use = reach(server()).cacheUse(soon());
    await untilRead();
    await Promise.all(Array.from({ length: 5 }, () => server().admin.get('cache:none')));
    expect(await use).toEqual({
      sinceStart: { hits: 1, misses: 5 },
      justNow: { hits: 0, misses: 5 },
      seconds: expect.closeTo(2, 0),
      evictedKeys: 0,
    });
  });

  test('counters that were set back meanwhile', async () => {
    await Promise.all(Array.from({ length: 9 }, () => server().admin.get('cache:none')));
    const use = reach(server()).cacheUse(soon());
    await untilRead();
    await server().admin.config('RESETSTAT');
    await server().admin.get('cache:none');
    expect(await use).toMatchObject({ justNow: { hits: 0, misses: 1 } });
  });

  test('a save that failed', async () => {
    await using broken = await startRedis(folder());
    await broken.admin.set('a', '1');
    await rm(broken.folder, { recursive: true });
    await broken.admin.bgsave();
    await expect
      .poll(async () => (await reach({ ...broken, credentials: '' }).info(soon())).persistenceFailed)
      .toBe(true);
  });

  test('no keys at all', async () => {
    const none = { keys: 0, withoutTtl: 0, bytes: 0 };
    const keyspace = await reach(server()).keyspace(soon());
    expect(keyspace).toMatchObject({ allDatabases: 0, sampled: false });
    expect(countsOf(keyspace)).toEqual({ cache: none, session: none, queue: none, other: none });
  });

  test('keys by kind, those that never expire, and their weight', async () => {
    await fill({ 'cache:': 120 });
    await server().admin.setex('cache:short', 100, 'x'.repeat(50_000));
    await server().admin.setex('session:1', 100, '1');
    await server().admin.set('session:2', '1');
    await server().admin.lpush('queue:mail', '1', '2');
    await server().admin.set('cached', 'is not of the cache');
    await server().admin.set(Buffer.from([0xff, 0xfe]), 'is no text');
    await server().admin.select(3);
    await server().admin.set('cache:elsewhere', '1');
    await server().admin.select(0);

    const keyspace = await reach(server()).keyspace(soon());
    expect(keyspace).toMatchObject({ allDatabases: 127, sampled: false });
    expect(countsOf(keyspace)).toEqual({
      cache: { keys: 121, withoutTtl: 120, bytes: expect.any(Number) },
      session: { keys: 2, withoutTtl: 1, bytes: expect.any(Number) },
      queue: { keys: 1, withoutTtl: 1, bytes: expect.any(Number) },
      other: { keys: 2, withoutTtl: 2, bytes: expect.any(Number) },
    });
    expect(countsOf(keyspace).cache?.bytes).toBeGreaterThan(50_000);
    const third = await reach({ ...server(), database: 3 }).keyspace(soon());
    expect(countsOf(third).cache?.keys).toBe(1);
  });

  test('the databases beside it, by kind', async () => {
    const { admin } = server();
    await admin.set('cache:own', '1');
    await admin.select(1);
    await admin.lpush('queue:celery', '1');
    await admin.set('celery', '1');
    await admin.select(7);
    await admin.set('a', '1');
    await admin.select(0);
    const found = await reach(server()).otherDatabases(soon());
    expect(found.map(({ database, keys, sampled }) => ({ database, keys, sampled }))).toEqual([
      { database: 1, keys: 2, sampled: false },
      { database: 7, keys: 1, sampled: false },
    ]);
    const kinds = (counts: (typeof found)[number]['counts'] = []) =>
      Object.fromEntries(counts.map(({ kind, keys }) => [kind, keys]));
    expect(found.map(({ counts }) => kinds(counts))).toEqual([
      { session: 0, cache: 0, queue: 1, other: 1 },
      { session: 0, cache: 0, queue: 0, other: 1 },
    ]);
    // Seen from another one, the first is beside it.
    const beside = await reach({ ...server(), database: 7 }).otherDatabases(soon());
    expect(beside.map(({ database }) => database)).toEqual([0, 1]);
  });

  test('the longest prefix decides, the more precious kind when two are the same, and an empty one is nobody’s', async () => {
    for (const key of ['app:page', 'app:session:1', 'shared:1', 'loose']) await server().admin.set(key, '1');
    const prefixes = { cache: ['app:', 'shared:', ''], session: ['app:session:', 'shared:'], queue: [] };
    const { cache, session, other } = countsOf(await reach({ ...server(), prefixes }).keyspace(soon()));
    expect([cache?.keys, session?.keys, other?.keys]).toEqual([1, 2, 1]);
  });

  test('ten thousand keys are counted, each of them', async () => {
    await fill({ 'cache:': 6000, 'session:': 4000 });
    const keyspace = await reach(server()).keyspace(soon());
    expect(keyspace).toMatchObject({ allDatabases: 10_000, sampled: false });
    expect(countsOf(keyspace)).toMatchObject({
      cache: { keys: 6000, withoutTtl: 6000 },
      session: { keys: 4000, withoutTtl: 4000 },
    });
  });

  test('more than it goes through are estimated, and it says so', async () => {
    await fill({ 'cache:': 450_000, 'session:': 150_000 });
    const keyspace = await reach(server()).keyspace(soon());
    expect(keyspace).toMatchObject({ allDatabases: 600_000, sampled: true });
    const { cache, session } = countsOf(keyspace);
    // A third of the keys were seen: a few thousand up or down are chance.
    expect(cache?.keys).toBeGreaterThan(430_000);
    expect(cache?.keys).toBeLessThan(470_000);
    expect((cache?.keys ?? 0) + (session?.keys ?? 0)).toBe(600_000);
  });

  test('a user who may not ask for weights still counts', async () => {
    await server().admin.set('cache:a', '1');
    await server().admin.call(
      'ACL',
      'SETUSER',
      'light',
      'on',
      `>${PASSWORD}`,
      '~*',
      '+@all',
      '-memory',
      '-client',
    );
    const { cache } = countsOf(
      await reach({ ...server(), credentials: `light:${PASSWORD}` }).keyspace(soon()),
    );
    expect(cache).toEqual({ keys: 1, withoutTtl: 1, bytes: 0 });
  });
});
