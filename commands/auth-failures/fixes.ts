/** What the topic `auth-failures` can do: drop the cache, drop everything, start the backend anew. */
import { fix, irreversible, type Preview } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { restartFix } from '../parts/restart.ts';
import { noRedis } from '../parts/target.ts';
import { bytes, count } from '../parts/words.ts';

type Keyspace = Awaited<ReturnType<CheckContext['redis']['keyspace']>>;
type OtherDatabase = Awaited<ReturnType<CheckContext['redis']['otherDatabases']>>[number];
type Kind = Keyspace['counts'][number]['kind'];

const KINDS: Readonly<Record<Kind, string>> = {
  cache: 'Cache',
  session: 'Sessions',
  queue: 'Queues',
  other: 'Other keys',
};

interface Counted {
  readonly counts?: Keyspace['counts'];
}

const keysOf = ({ counts = [] }: Counted, kind: Kind): number =>
  counts.find((counted) => counted.kind === kind)?.keys ?? 0;

/** What becomes of each kind of key; `dropped` says which go. */
const changesOf = (
  keyspace: Pick<Keyspace, 'counts'>,
  dropped: (kind: Kind) => boolean,
): Preview['changes'] =>
  keyspace.counts
    .filter(({ keys }) => keys > 0)
    .map(({ kind, keys, withoutTtl, bytes: size }) => ({
      what: KINDS[kind],
      before: `${count(keys, 'key')}, about ${bytes(size)}${withoutTtl > 0 ? `, ${withoutTtl} that never expire` : ''}`,
      after: dropped(kind) ? 'none' : 'as they are',
    }));

/** Of another database, by kind as well; of one that nobody has looked into, how many keys. */
const dropsOf = ({ database, keys, counts }: OtherDatabase): Preview['changes'] =>
  counts === undefined
    ? [{ what: `Database ${database}`, before: `${count(keys, 'key')}, not looked into`, after: 'none' }]
    : changesOf({ counts }, () => true).map((change) => ({
        ...change,
        what: `${change.what} in database ${database}`,
      }));

const lossesOf = (keyspace: Counted, others: readonly OtherDatabase[]): readonly string[] => {
  const all = [keyspace, ...others];
  const sum = (kind: Kind) => all.reduce((total, counted) => total + keysOf(counted, kind), 0);
  const [sessions, queues] = [sum('session'), sum('queue')];
  return [
    ...(sessions > 0
      ? [`${count(sessions, 'session ends', 'sessions end')}: everybody has to log in again.`]
      : []),
    ...(queues > 0 ? [`${count(queues, 'queue is', 'queues are')} lost, with the work in them.`] : []),
  ];
};

const sampled = (...counted: readonly { readonly sampled: boolean }[]): readonly string[] =>
  counted.some((each) => each.sampled)
    ? ['There are too many keys to count them all: the figures are estimates.']
    : [];

/** Paksa's own token may be spent, which no fix can help: it is looked at, and what is owed is that tokens are read. */
const TOKENS = ['token', 'tokens-read'] as const;

const whatRedisLoses = async () => ({
  changes: [],
  notes: ['What Redis has not saved to its disk is lost: sessions and queues too, where it saves nothing.'],
});

export const fixes = {
  'clear-cache': fix('Drop the cache in Redis', {
    risk: 'medium',
    touches: ['redis'],
    unavailable: noRedis,
    preview: async ({ redis, target, signal }) => {
      const keyspace = await redis.keyspace(signal);
      const prefixes = target.redis?.prefixes.cache ?? [];
      if (keysOf(keyspace, 'cache') === 0)
        throw new Error(`There is no key of the cache (${prefixes.join(', ')}): nothing to drop.`);
      return {
        summary: `Remove the keys that begin with ${prefixes.join(' or ')}`,
        changes: changesOf(keyspace, (kind) => kind === 'cache'),
        notes: [
          'Sessions and queues stay.',
          'Answers are slower until the cache has filled again.',
          ...sampled(keyspace),
        ],
        extent: { keys: keysOf(keyspace, 'cache') },
        boundTo: `cache of ${target.redis?.host}:${target.redis?.port}/${target.redis?.database}`,
      };
    },
    run: async ({ redis, signal }) => `${count(await redis.dropCache(signal), 'key')} of the cache removed`,
    undo: irreversible('the cache fills again by itself'),
    verifiedBy: ['redis', ...TOKENS],
    leaves: () => ['token'],
  }),
  'flush-all': fix('Drop everything in Redis (FLUSHALL)', {
    risk: 'high',
    touches: ['redis'],
    unavailable: noRedis,
    preview: async ({ redis, target, signal }) => {
      const [keyspace, others] = await Promise.all([redis.keyspace(signal), redis.otherDatabases(signal)]);
      if (keyspace.allDatabases === 0) throw new Error('Redis is empty: there is nothing to drop.');
      return {
        summary: `Remove every key of every database of Redis: ${count(keyspace.allDatabases, 'key')}`,
        changes: [...changesOf(keyspace, () => true), ...others.flatMap(dropsOf)],
        notes: [
          ...lossesOf(keyspace, others),
          ...(others.length > 0
            ? [
                `${others.length === 1 ? 'Database' : 'Databases'} ${others.map(({ database }) => database).join(', ')} may be another program’s, such as a broker of tasks with work in it: ask before.`,
              ]
            : []),
          'Dropping the cache alone (clear-cache) is enough for stale data.',
          ...sampled(keyspace, ...others),
        ],
        extent: { keys: keyspace.allDatabases },
        boundTo: `everything in ${target.redis?.host}:${target.redis?.port}`,
      };
    },
    run: async ({ redis, signal }) => {
      await redis.flushAll(signal);
      return 'Redis is empty';
    },
    undo: irreversible('what Redis held is gone'),
    // Not the token: its session is gone with the others.
    verifiedBy: ['redis'],
  }),
  'restart-redis': restartFix('docker', 'redis', ['redis'], { more: whatRedisLoses }),
  'restart-redis-pods': restartFix('kubernetes', 'redis', ['redis'], { more: whatRedisLoses }),
  'restart-backend': restartFix('docker', 'backend', ['containers-agree', ...TOKENS], { leaves: ['token'] }),
  'rollout-restart': restartFix('kubernetes', 'backend', ['pods-agree', ...TOKENS], { leaves: ['token'] }),
};
