/** What the Redis actuator removes, what it leaves, and what it says when it is cut short. */
import { describe, expect, test } from 'vitest';
import { requirePrograms } from '../../harness/programs.ts';
import { startRedis } from '../../harness/redis-server.ts';
import { emptiedRedis, failure, reach, soon } from './access.ts';

describe.runIf(requirePrograms('redis-server'))('a Redis that holds a cache, sessions and queues', () => {
  const { server, folder } = emptiedRedis();

  const set = async (...keys: (string | Buffer)[]) => {
    for (const key of keys) await server().admin.set(key, '1');
  };
  const left = async () => (await server().admin.keys('*')).sort();

  test('the cache alone is dropped, of the configured database', async () => {
    await set('cache:1', 'cache:2', 'cache', 'cach', 'my:cache:1', 'session:1', 'queue:1');
    await set(Buffer.concat([Buffer.from('cache:'), Buffer.from([0, 0xff, 0xfe])]));
    await server().admin.select(1);
    await set('cache:elsewhere');
    await server().admin.select(0);
    expect(await reach(server()).dropCache(soon())).toBe(3);
    expect(await left()).toEqual(['cach', 'cache', 'my:cache:1', 'queue:1', 'session:1']);
    await server().admin.select(1);
    expect(await left()).toEqual(['cache:elsewhere']);
    await server().admin.select(0);
  });

  test('nothing to drop', async () => {
    await set('session:1');
    expect(await reach(server()).dropCache(soon())).toBe(0);
  });

  test('the sessions alone are dropped', async () => {
    await set('cache:1', 'session:1', 'session:2');
    expect(await reach(server()).dropSessions(soon())).toBe(2);
    expect(await left()).toEqual(['cache:1']);
  });

  test('letters that mean something to Redis’ patterns mean themselves', async () => {
    const odd = ['c*e:', 'h[ae]llo:', 'what?', 'back\\slash:', '^[^a]:'];
    await set(...odd.map((prefix) => `${prefix}1`), 'cache:1', 'hello:1', 'whats1', 'backslash:1', 'b:1');
    expect(await reach({ ...server(), prefixes: { cache: odd } }).dropCache(soon())).toBe(odd.length);
    expect(await left()).toEqual(['b:1', 'backslash:1', 'cache:1', 'hello:1', 'whats1']);
  });

  test('a session whose key begins like the cache’s stays', async () => {
    await set('app:page', 'app:session:1');
    const prefixes = { cache: ['app:'], session: ['app:session:'] };
    expect(await reach({ ...server(), prefixes }).dropCache(soon())).toBe(1);
    expect(await left()).toEqual(['app:session:1']);
  });

  test('an empty prefix drops nothing', async () => {
    await set('anything');
    expect(await reach({ ...server(), prefixes: { cache: [''] } }).dropCache(soon())).toBe(0);
    expect(await left()).toEqual(['anything']);
  });

  test('a hundred thousand keys', async () => {
    await server().admin.call('DEBUG', 'POPULATE', '100000', 'cache', '20');
    await set('session:1');
    expect(await reach(server()).dropCache(soon())).toBe(100_000);
    expect(await server().admin.dbsize()).toBe(1);
  });

  test('everything, in every database', async () => {
    await set('cache:1', 'queue:1');
    await server().admin.select(2);
    await set('elsewhere');
    await server().admin.select(0);
    await reach(server()).flushAll(soon());
    expect(await server().admin.info('keyspace')).not.toContain('db');
  });

  test.each(['called off', 'stopped in the middle'])(
    'a drop that is %s tells how far it came',
    async (how) => {
      const before = 400_000;
      await server().admin.call('DEBUG', 'POPULATE', String(before), 'cache', '20');
      const calledOff = new AbortController();
      const dropping = failure(reach(server()).dropCache(calledOff.signal));
      await expect.poll(() => server().admin.dbsize(), { interval: 1 }).toBeLessThan(before);
      if (how === 'stopped in the middle') server().pause();
      calledOff.abort();
      const error = await dropping;
      server().resume();
      expect(error).toMatchObject({ operation: 'drop the cache', fault: 'timed-out' });
      const [, told = 'no', perhaps = 0] =
        /Before that (\d+|no) keys? w\w+ removed(?:, and up to (\d+) more may have been)?\.$/.exec(
          error.message,
        ) ?? [];
      const least = told === 'no' ? 0 : Number(told);
      // Gone from CLIENT LIST, it can remove nothing more.
      await expect.poll(async () => String(await server().admin.client('LIST'))).not.toContain('name=paksa');
      const removed = before - (await server().admin.dbsize());
      expect(removed).toBeGreaterThan(0);
      expect(removed).toBeGreaterThanOrEqual(least);
      expect(removed).toBeLessThanOrEqual(least + Number(perhaps));
    },
  );

  test('a flush whose answer does not come may have happened', async () => {
    const calledOff = new AbortController();
    await server().admin.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const flushing = failure(reach(server()).flushAll(calledOff.signal));
    await expect.poll(async () => String(await server().admin.client('LIST'))).toContain('cmd=flushall');
    calledOff.abort();
    const error = await flushing;
    expect(error.fault).toBe('timed-out');
    expect(error.message).toContain('Everything may be gone all the same');
    await server().admin.call('CLIENT', 'UNPAUSE');
  });

  test('a call whose time was up before it began does nothing', async () => {
    await set('cache:1', 'session:1');
    for (const act of ['dropCache', 'dropSessions', 'flushAll'] as const) {
      const error = await failure(reach(server())[act](AbortSignal.abort()));
      expect(error.fault).toBe('timed-out');
    }
    expect(await left()).toEqual(['cache:1', 'session:1']);
  });

  test('a full Redis that evicts nothing can still be emptied', async () => {
    await using full = await startRedis(folder(), {
      directives: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'],
    });
    const refusal = await (async () => {
      for (let key = 0; ; key += 1) await full.admin.set(`cache:${key}`, 'x'.repeat(10_000));
    })().catch((error: unknown) => error);
    expect(String(refusal)).toContain('OOM command not allowed');
    const paksa = reach({ ...full, credentials: '' });
    const { maxMemoryBytes, usedMemoryBytes, evictionPolicy } = await paksa.info(soon());
    expect(evictionPolicy).toBe('noeviction');
    expect(usedMemoryBytes).toBeGreaterThanOrEqual(maxMemoryBytes);
    expect(await paksa.dropCache(soon())).toBeGreaterThan(50);
    await expect.poll(() => full.admin.set('cache:again', 'x')).toBe('OK');
  });
});
