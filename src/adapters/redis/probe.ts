/** Reads Redis: whether it answers, how it is, and what it holds, by kind. Writes nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type RedisAccess, withRedis } from './connection.ts';
import { isReplyError } from './errors.ts';
import { readInfo } from './info.ts';
import { readKeyspace } from './keyspace.ts';
import { readOtherDatabases } from './other-databases.ts';
import type { CacheUse, RedisInfo, RedisProbe, RedisSettings } from './port.ts';

const BETWEEN_READINGS_MS = 2_000;

export function createRedisProbe(settings: () => RedisSettings, url: () => string): RedisProbe {
  const access: RedisAccess = { settings, url };
  return {
    ping: async (signal) => withRedis(access, 'ping', signal, ping),
    info: async (signal) => withRedis(access, 'info', signal, info),
    cacheUse: async (signal) => withRedis(access, 'cache use', signal, (redis) => cacheUse(redis, signal)),
    keyspace: async (signal) =>
      withRedis(access, 'keyspace', signal, (redis, known) => readKeyspace(redis, known, signal)),
    otherDatabases: async (signal) =>
      withRedis(access, 'other databases', signal, (redis, known) =>
        readOtherDatabases(redis, known, signal),
      ),
  };
}

async function ping(redis: Redis): Promise<number> {
  const sent = performance.now();
  await redis.ping();
  return Math.round((performance.now() - sent) * 10) / 10;
}

async function info(redis: Redis): Promise<RedisInfo> {
  const read = readInfo(await redis.info());
  return read.maxClients > 0 ? read : { ...read, maxClients: await configuredClients(redis) };
}

async function cacheUse(redis: Redis, signal: AbortSignal): Promise<CacheUse> {
  const began = performance.now();
  const before = readInfo(await redis.info());
  await pause(BETWEEN_READINGS_MS, undefined, { signal });
  const after = readInfo(await redis.info());
  const seconds = (performance.now() - began) / 1000;
  // CONFIG RESETSTAT, or a start, between the two sets the counters back.
  const wasReset = after.lookups.hits < before.lookups.hits || after.lookups.misses < before.lookups.misses;
  const { hits, misses } = wasReset ? { hits: 0, misses: 0 } : before.lookups;
  return {
    sinceStart: after.lookups,
    justNow: { hits: after.lookups.hits - hits, misses: after.lookups.misses - misses },
    seconds,
    evictedKeys: after.evictedKeys,
  };
}

/** Older versions do not tell it with the rest, and not everybody may ask for the configuration. */
async function configuredClients(redis: Redis): Promise<number> {
  try {
    const [, value] = await redis.config('GET', 'maxclients');
    return Number(value) || 0;
  } catch (error) {
    if (isReplyError(error)) return 0;
    throw error;
  }
}
