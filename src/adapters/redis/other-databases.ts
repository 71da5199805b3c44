/**
 * What is kept beside the configured database, which is often another program's: a broker of tasks has its queues in `/1`.
 * Counted by kind, all of them within one bound of time; what lies beyond is told by its number of keys alone.
 */
import type { Redis } from 'ioredis';
import { isReplyError } from './errors.ts';
import { keysByDatabase } from './info.ts';
import { countKinds, MOST_MS } from './keyspace.ts';
import type { OtherDatabase, RedisSettings } from './port.ts';

export async function readOtherDatabases(
  redis: Redis,
  { database: own, prefixes }: RedisSettings,
  signal: AbortSignal,
): Promise<readonly OtherDatabase[]> {
  const until = performance.now() + MOST_MS;
  const others = keysByDatabase(await redis.info('keyspace')).filter(({ database }) => database !== own);
  const read: OtherDatabase[] = [];
  for (const { database, keys } of others) {
    const unseen = { database, keys, sampled: false };
    if (performance.now() > until || !(await select(redis, database))) {
      read.push(unseen);
      continue;
    }
    const { counts, complete } = await countKinds(redis, prefixes, until, signal);
    read.push({ database, keys, counts, sampled: !complete });
  }
  return read;
}

/** False where the user may not. */
async function select(redis: Redis, database: number): Promise<boolean> {
  try {
    await redis.select(database);
    return true;
  } catch (error) {
    if (isReplyError(error)) return false;
    throw error;
  }
}
