/** What the topic `auth-failures` does about it: what each fix shows, is bound to, and does once. */
import { describe, expect, test } from 'vitest';
import { authFailures } from '../../commands/auth-failures.ts';
import type { Keyspace } from '../../src/adapters/redis/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { replica, topic, workload } from './emergencies/samples.ts';
import { keyspace, MIB } from './sample-system.ts';
import { minutesAgo } from './topic.ts';

const { fixCalled, context } = topic(authFailures);
const holding = (of: Partial<Keyspace> = {}, more: Given['redis'] = {}): Given => ({
  redis: { keyspace: async () => keyspace(of), otherDatabases: async () => [], ...more },
});

describe('clear-cache', () => {
  const fix = fixCalled('clear-cache');

  test('counts what goes and what stays', async () => {
    expect(await fix.preview(context(holding()))).toEqual({
      summary: 'Remove the keys that begin with cache:',
      changes: [
        { what: 'Queues', before: '2 keys, about 4 KiB, 2 that never expire', after: 'as they are' },
        { what: 'Sessions', before: '30 keys, about 3 MiB', after: 'as they are' },
        { what: 'Cache', before: '1,200 keys, about 6 MiB', after: 'none' },
      ],
      notes: ['Sessions and queues stay.', 'Answers are slower until the cache has filled again.'],
      extent: { keys: 1200 },
      boundTo: 'cache of redis:6379/0',
    });
  });

  test('is not bound to how many keys there are at the moment', async () => {
    const more = holding({
      counts: [{ kind: 'cache', keys: 9999, withoutTtl: 1, bytes: MIB }],
      sampled: true,
    });
    const preview = await fix.preview(context(more));
    expect(preview.boundTo).toBe((await fix.preview(context(holding()))).boundTo);
    expect(preview.notes.at(-1)).toContain('estimates');
  });

  test('without a cache there is nothing to drop', async () => {
    await expect(fix.preview(context(holding({ counts: [] })))).rejects.toThrow(
      'no key of the cache (cache:)',
    );
  });

  test('drops it once', async () => {
    let dropped = 0;
    const dropCache = async () => {
      dropped += 1;
      return 1200;
    };
    expect(await fix.run(context(holding({}, { dropCache })))).toBe('1,200 keys of the cache removed');
    expect(dropped).toBe(1);
  });
});

describe('flush-all', () => {
  const fix = fixCalled('flush-all');

  test('says who is logged out, and what is lost', async () => {
    const { summary, changes, notes, boundTo } = await fix.preview(context(holding()));
    expect(summary).toBe('Remove every key of every database of Redis: 1,232 keys');
    expect(changes.map(({ after }) => after)).toEqual(['none', 'none', 'none']);
    expect(notes).toEqual([
      '30 sessions end: everybody has to log in again.',
      '2 queues are lost, with the work in them.',
      'Dropping the cache alone (clear-cache) is enough for stale data.',
    ]);
    expect(boundTo).toBe('everything in redis:6379');
    expect(fix.risk).toBe('high');
  });

  test('shows the databases beside it, by kind or by their keys alone', async () => {
    const otherDatabases = async () => [
      {
        database: 1,
        keys: 12,
        counts: [
          { kind: 'queue' as const, keys: 2, withoutTtl: 2, bytes: 4096 },
          { kind: 'other' as const, keys: 10, withoutTtl: 10, bytes: 4096 },
        ],
        sampled: false,
      },
      { database: 4, keys: 3, sampled: false },
    ];
    const { changes, notes } = await fix.preview(context(holding({}, { otherDatabases })));
    expect(changes.slice(-3)).toEqual([
      { what: 'Queues in database 1', before: '2 keys, about 4 KiB, 2 that never expire', after: 'none' },
      {
        what: 'Other keys in database 1',
        before: '10 keys, about 4 KiB, 10 that never expire',
        after: 'none',
      },
      { what: 'Database 4', before: '3 keys, not looked into', after: 'none' },
    ]);
    expect(notes).toContain('4 queues are lost, with the work in them.');
    expect(notes).toContain(
      'Databases 1, 4 may be another program’s, such as a broker of tasks with work in it: ask before.',
    );
  });

  test('an empty Redis has nothing to drop', async () => {
    await expect(fix.preview(context(holding({ counts: [], allDatabases: 0 })))).rejects.toThrow(
      'nothing to drop',
    );
  });

  test('flushes once', async () => {
    let flushed = 0;
    const flushAll = async () => {
      flushed += 1;
    };
    expect(await fix.run(context(holding({}, { flushAll })))).toBe('Redis is empty');
    expect(flushed).toBe(1);
  });
});

describe('restarts', () => {
  test.each([
    ['restart-redis', 'docker', 'redis', ['redis']],
    ['restart-backend', 'docker', 'backend', ['containers-agree', 'token', 'tokens-read']],
    ['restart-redis-pods', 'kubernetes', 'redis', ['redis']],
    ['rollout-restart', 'kubernetes', 'backend', ['pods-agree', 'token', 'tokens-read']],
  ] as const)('%s: of %s, once, and looked at afterwards', async (id, platform, service, verifiedBy) => {
    const restarted: string[] = [];
    const restart = async (of: string) => {
      restarted.push(of);
    };
    const fix = fixCalled(id);
    await fix.run(context({ [platform]: { restart } }));
    expect(restarted).toEqual([service]);
    expect(fix.verifiedBy).toEqual(verifiedBy);
    expect(fix.undo.reversible).toBe(false);
  });

  test('a spent token of Paksa’s own fails none of them', () => {
    for (const id of ['clear-cache', 'restart-backend', 'rollout-restart']) {
      expect(fixCalled(id).leaves(PRODUCTION)).toEqual(['token']);
      expect(fixCalled(id).verifiedBy).toContain('tokens-read');
    }
  });

  test('of Redis: what it has not saved is lost', async () => {
    const docker = { replicas: async () => [replica('redis-1', { startedAt: minutesAgo(60) })] };
    const kubernetes = { workload: async () => workload({ name: 'redis', replicas: 1, ready: 1 }) };
    for (const id of ['restart-redis', 'restart-redis-pods']) {
      const { notes } = await fixCalled(id).preview(context({ docker, kubernetes }));
      expect(notes.at(-1)).toMatch(/has not saved to its disk is lost/);
    }
  });
});

test('what is not configured cannot be fixed', () => {
  const { redis: _, docker: __, kubernetes: ___, ...bare }: Target = PRODUCTION;
  for (const [id, { unavailable }] of Object.entries(authFailures.fixes))
    expect([id, unavailable(bare), unavailable(PRODUCTION)]).toEqual([id, expect.any(String), undefined]);
});
