/** How the Redis suites reach a server of theirs, and what they expect to be thrown. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createRedisActuator } from '../../../src/adapters/redis/actuator.ts';
import type { RedisActuator, RedisProbe, RedisSettings } from '../../../src/adapters/redis/port.ts';
import { createRedisProbe } from '../../../src/adapters/redis/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { type RedisServer, startRedis } from '../../harness/redis-server.ts';

export const PASSWORD = 'correct-horse-battery';

export const soon = () => AbortSignal.timeout(10_000);

export interface Reached {
  readonly port: number;
  /** `user:password`, or `:password`. */
  readonly credentials?: string;
  readonly database?: number;
  readonly scheme?: 'redis' | 'rediss';
  readonly prefixes?: Partial<RedisSettings['prefixes']>;
  readonly host?: string;
}

export function reach(reached: Reached): RedisProbe & RedisActuator {
  const { port, credentials = `:${PASSWORD}`, database = 0, scheme = 'redis', host = '127.0.0.1' } = reached;
  const prefixes = { cache: ['cache:'], session: ['session:'], queue: ['queue:'], ...reached.prefixes };
  const settings = () => ({ host, port, database, prefixes });
  const url = () => `${scheme}://${credentials}@${host}:${port}/${database}`;
  return { ...createRedisProbe(settings, url), ...createRedisActuator(settings, url) };
}

/**
 * A server with `PASSWORD`, for the tests of a describe: empty when each of them begins. Call it at its top.
 * @returns what gives the server, and a folder for others, from within a test
 */
export function emptiedRedis() {
  let temporary: TemporaryFolder | undefined;
  let running: RedisServer | undefined;
  beforeAll(async () => {
    temporary = await temporaryFolder();
    running = await startRedis(temporary.path, { requirepass: PASSWORD });
  });
  afterAll(async () => {
    await running?.stop();
    await temporary?.[Symbol.asyncDispose]();
  });
  beforeEach(() => running?.admin.flushall());

  const within = <Item>(item: Item | undefined): Item => {
    if (!item) throw new Error('there is a server within a test only');
    return item;
  };
  return { server: () => within(running), folder: () => within(temporary).path };
}

/** What a call throws: an AdapterError of Redis', without the password in any depth of it. */
export async function failure(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (answer) => new Error(`it answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AdapterError)) throw thrown;
  expect(thrown.system).toBe('redis');
  expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(PASSWORD);
  return thrown;
}
