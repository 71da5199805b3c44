/** Keys, by the prefixes of the configuration: which kind one is, and how all of a server's are gone through. */
import type { Redis } from 'ioredis';
import type { KeyCount, KeyKind, RedisSettings } from './port.ts';

/** The most cautious first: a prefix that two kinds claim belongs to it. */
export const KINDS: readonly KeyKind[] = ['queue', 'session', 'cache'];

const PAGE = 1000;

/** By the longest prefix that fits, so that `paksa:session:` is not taken for the `paksa:` of the cache. */
export function kindReader(prefixes: RedisSettings['prefixes']): (key: Buffer) => KeyCount['kind'] {
  const known = KINDS.flatMap((kind) =>
    prefixesOf(prefixes, kind).map((prefix) => ({ kind, bytes: Buffer.from(prefix) })),
  ).sort((one, other) => other.bytes.length - one.bytes.length);
  return (key) => known.find(({ bytes }) => key.subarray(0, bytes.length).equals(bytes))?.kind ?? 'other';
}

/** An empty prefix would be everything's. */
export const prefixesOf = (prefixes: RedisSettings['prefixes'], kind: KeyKind): readonly string[] =>
  prefixes[kind].filter((prefix) => prefix !== '');

/** For SCAN: what begins with the prefix, letter by letter. */
export const patternOf = (prefix: string): string => `${prefix.replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;

/** Page by page, as bytes: a key need not be text. While Redis rehashes, one may come twice. */
export async function* scan(redis: Redis, pattern: string, signal: AbortSignal): AsyncGenerator<Buffer[]> {
  let cursor = '0';
  do {
    signal.throwIfAborted();
    const [next, keys] = await redis.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', PAGE);
    cursor = next.toString();
    yield keys;
  } while (cursor !== '0');
}
