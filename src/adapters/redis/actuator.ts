/** Removes keys from Redis: those of one kind, page by page, or all there are. */
import type { Redis } from 'ioredis';
import { AdapterError, isUnanswered } from '../../errors.ts';
import { type RedisAccess, withRedis } from './connection.ts';
import { kindReader, patternOf, prefixesOf, scan } from './keys.ts';
import type { KeyKind, RedisActuator, RedisSettings } from './port.ts';

export function createRedisActuator(settings: () => RedisSettings, url: () => string): RedisActuator {
  const access: RedisAccess = { settings, url };
  return {
    dropCache: async (signal) => drop(access, 'cache', 'drop the cache', signal),
    dropSessions: async (signal) => drop(access, 'session', 'drop the sessions', signal),
    flushAll: async (signal) => flushAll(access, signal),
  };
}

interface Progress {
  /** Keys that Redis has said are gone. */
  removed: number;
  /** Keys of the batch that it has not answered for. */
  underWay: number;
}

async function drop(
  access: RedisAccess,
  kind: KeyKind,
  operation: string,
  signal: AbortSignal,
): Promise<number> {
  const progress: Progress = { removed: 0, underWay: 0 };
  try {
    await withRedis(access, operation, signal, (redis, { prefixes }) =>
      removeAll(redis, prefixes, kind, progress, signal),
    );
  } catch (error) {
    throw error instanceof AdapterError ? adding(error, howFar(progress, isUnanswered(error))) : error;
  }
  return progress.removed;
}

async function removeAll(
  redis: Redis,
  prefixes: RedisSettings['prefixes'],
  kind: KeyKind,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const kindOf = kindReader(prefixes);
  for (const prefix of prefixesOf(prefixes, kind)) {
    for await (const page of scan(redis, patternOf(prefix), signal)) {
      signal.throwIfAborted();
      // A longer prefix may make some of them another kind's.
      const chosen = page.filter((key) => kindOf(key) === kind);
      if (chosen.length === 0) continue;
      progress.underWay = chosen.length;
      progress.removed += await redis.unlink(chosen);
      progress.underWay = 0;
    }
  }
}

async function flushAll(access: RedisAccess, signal: AbortSignal): Promise<void> {
  let sent = false;
  try {
    await withRedis(access, 'flush all', signal, (redis) => {
      sent = true;
      return redis.flushall('ASYNC');
    });
  } catch (error) {
    throw sent && error instanceof AdapterError && isUnanswered(error)
      ? adding(error, 'Everything may be gone all the same: look at what it holds.')
      : error;
  }
}

function howFar({ removed, underWay }: Progress, unanswered: boolean): string {
  const before = removed === 0 ? 'Before that no key was removed' : `Before that ${count(removed)} removed`;
  return unanswered && underWay > 0 ? `${before}, and up to ${underWay} more may have been.` : `${before}.`;
}

const count = (keys: number): string => (keys === 1 ? '1 key was' : `${keys} keys were`);

function adding(error: AdapterError, sentence: string): AdapterError {
  const { system, operation, fault, retryable, cause } = error;
  return new AdapterError(`${error.message} ${sentence}`, { system, operation, fault, retryable, cause });
}
