/**
 * One connection a call, closed before the call returns. What ioredis would do behind the scenes is switched off: it
 * tries again, it goes on in database 0 when another cannot be selected, and it prints warnings about passwords.
 */
import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import { AdapterError } from '../../errors.ts';
import { untilAborted } from '../network/until-aborted.ts';
import { trustedAuthorities } from '../tls/trust.ts';
import { isReplyError, type RedisFailure, translateRedisError } from './errors.ts';
import type { RedisSettings } from './port.ts';

/** Asked for at each call: an environment without Redis refuses then, and not before. */
export interface RedisAccess {
  readonly settings: () => RedisSettings;
  /** `redis://` or `rediss://`, with the password. */
  readonly url: () => string;
}

/** @throws AdapterError whatever goes wrong, in `use` too */
export async function withRedis<T>(
  access: RedisAccess,
  operation: string,
  signal: AbortSignal,
  use: (redis: Redis, settings: RedisSettings) => Promise<T>,
): Promise<T> {
  const settings = access.settings();
  const url = addressOf(access.url(), operation);
  const user = decodeURIComponent(url.username) || 'default';
  const failure: RedisFailure = { ...endpointOf(settings), user, operation, signal, reached: 'nothing' };
  if (signal.aborted) throw translateRedisError(signal.reason, failure);

  const redis = await create(settings, url);
  let broken: unknown;
  redis.on('error', (error: unknown) => {
    broken ??= error;
  });
  redis.once('connect', () => {
    failure.reached = 'redis';
  });
  const work = async () => {
    await redis.connect();
    await introduce(redis, url, settings.database);
    return use(redis, settings);
  };
  try {
    return await untilAborted(work(), signal);
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    // ioredis speaks of a connection only after TLS' handshake.
    if (failure.reached === 'nothing' && redis.stream?.remoteAddress !== undefined) failure.reached = 'port';
    // ioredis rejects what was under way with “Connection is closed.”, and tells why apart from it.
    throw translateRedisError(isReplyError(error) ? error : (broken ?? error), failure);
  } finally {
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** The error of `new URL` would carry the password. */
function addressOf(text: string, operation: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^rediss?:$/.test(url.protocol)) return url;
  throw new AdapterError(
    'The address of Redis is none: let the variable that redis.urlEnv names hold redis://:password@host:6379/0.',
    { system: 'redis', operation, fault: 'not-configured', retryable: false },
  );
}

const endpointOf = ({ host, port }: RedisSettings) => ({ host: host.replace(/^\[|\]$/g, ''), port });

async function create(settings: RedisSettings, url: URL): Promise<Redis> {
  const { host, port } = endpointOf(settings);
  const { Redis: Driver } = await import('ioredis');
  return new Driver({
    host,
    port,
    ...(url.protocol === 'rediss:'
      ? { tls: { servername: isIP(host) ? '' : host, ca: await trustedAuthorities({}) } }
      : {}),
    lazyConnect: true,
    // Redis 5 knows nothing else, and nothing here needs more.
    protocol: 2,
    // The signal alone says how long.
    connectTimeout: 0,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
}

async function introduce(redis: Redis, url: URL, database: number): Promise<void> {
  if (url.password !== '')
    await logIn(redis, decodeURIComponent(url.username), decodeURIComponent(url.password));
  if (database !== 0) await redis.select(database);
  // A courtesy to whoever reads CLIENT LIST: it may be forbidden.
  await redis.client('SETNAME', 'paksa').catch((error: unknown) => {
    if (!isReplyError(error) || !/^(NOPERM|ERR unknown command)/.test(error.message)) throw error;
  });
}

async function logIn(redis: Redis, user: string, password: string): Promise<void> {
  try {
    // Redis 5 knows no users: its AUTH takes the password alone.
    await (user === '' || user === 'default' ? redis.auth(password) : redis.auth(user, password));
  } catch (error) {
    if (isReplyError(error) && /no password is set|without any password configured/i.test(error.message))
      return;
    throw error;
  }
}
