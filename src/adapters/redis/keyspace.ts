/**
 * Counts keys by kind with SCAN, within bounds of keys and time; what lies beyond is estimated from DBSIZE. How many never
 * expire, and what they weigh, is told from a random sample of each kind: exactly, where there are few.
 */
import type { Redis } from 'ioredis';
import { isReplyError } from './errors.ts';
import { allKeys } from './info.ts';
import { KINDS, kindReader, scan } from './keys.ts';
import type { KeyCount, Keyspace, RedisSettings } from './port.ts';

const MOST_KEYS = 200_000;
export const MOST_MS = 3_000;
/** Of each of the four kinds: a thousand keys in all. */
const SAMPLE = 250;

interface Tally {
  keys: number;
  readonly sample: Buffer[];
}

export async function readKeyspace(
  redis: Redis,
  { prefixes }: RedisSettings,
  signal: AbortSignal,
): Promise<Keyspace> {
  const { counts, complete } = await countKinds(redis, prefixes, performance.now() + MOST_MS, signal);
  return { counts, allDatabases: allKeys(await redis.info('keyspace')), sampled: !complete };
}

/** Of the database that is selected, until so late by the process's clock. */
export async function countKinds(
  redis: Redis,
  prefixes: RedisSettings['prefixes'],
  until: number,
  signal: AbortSignal,
): Promise<{ readonly counts: readonly KeyCount[]; readonly complete: boolean }> {
  const total = await redis.dbsize();
  const { tallies, seen, complete } = await count(redis, kindReader(prefixes), until, signal);
  const scale = complete || seen === 0 ? 1 : Math.max(1, total / seen);
  const counts: KeyCount[] = [];
  for (const [kind, tally] of tallies) {
    signal.throwIfAborted();
    const { immortal, bytes } = await weigh(redis, tally.sample);
    const keys = Math.round(tally.keys * scale);
    counts.push({ kind, keys, withoutTtl: Math.round(keys * immortal), bytes: Math.round(keys * bytes) });
  }
  return { counts, complete };
}

async function count(
  redis: Redis,
  kindOf: (key: Buffer) => KeyCount['kind'],
  until: number,
  signal: AbortSignal,
) {
  const tallies = new Map<KeyCount['kind'], Tally>(
    [...KINDS.toReversed(), 'other' as const].map((kind) => [kind, { keys: 0, sample: [] }]),
  );
  let seen = 0;
  for await (const page of scan(redis, '*', signal)) {
    if (seen >= MOST_KEYS || (seen > 0 && performance.now() > until))
      return { tallies, seen, complete: false };
    for (const key of page) {
      const tally = tallies.get(kindOf(key));
      if (tally) add(tally, key);
    }
    seen += page.length;
  }
  return { tallies, seen, complete: true };
}

/** Algorithm R: every key of a kind has the same chance to stay in its sample, however many there are. */
function add(tally: Tally, key: Buffer): void {
  const place = tally.keys < SAMPLE ? tally.keys : Math.floor(Math.random() * (tally.keys + 1));
  if (place < SAMPLE) tally.sample[place] = key;
  tally.keys += 1;
}

/** The share of a sample that never expires, and its mean weight in bytes. */
async function weigh(redis: Redis, sample: readonly Buffer[]): Promise<{ immortal: number; bytes: number }> {
  const asked = redis.pipeline();
  for (const key of sample) asked.ttl(key).memory('USAGE', key);
  const answers = (await asked.exec()) ?? [];
  let [alive, immortal, weighed, bytes] = [0, 0, 0, 0];
  for (const [index, [error, answer]] of answers.entries()) {
    const aboutTtl = index % 2 === 0;
    if (error && (aboutTtl || !isReplyError(error))) throw error;
    if (typeof answer !== 'number') continue; // gone meanwhile, or its weight is not to be asked
    if (!aboutTtl) {
      weighed += 1;
      bytes += answer;
    } else if (answer !== -2) {
      alive += 1;
      if (answer === -1) immortal += 1;
    }
  }
  return { immortal: alive === 0 ? 0 : immortal / alive, bytes: weighed === 0 ? 0 : bytes / weighed };
}
