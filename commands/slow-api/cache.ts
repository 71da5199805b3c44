/** How often Redis has what is asked for. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { noRedis } from '../parts/target.ts';
import { count, percent } from '../parts/words.ts';

/** Below that a cache costs more than it saves. */
const LEAST_RATE = 0.5;
/** A cache that was just started or emptied misses by its nature. */
const LEAST_LOOKUPS = 1000;

export const cacheHitRate = check(
  'Hit rate of the cache',
  async ({ redis, signal }): Promise<Verdict> => {
    const { keyspaceHits: hits, keyspaceMisses: misses, evictedKeys } = await redis.info(signal);
    const lookups = hits + misses;
    const rate = lookups === 0 ? 0 : hits / lookups;
    const evidence = { hits, misses, 'evicted keys': evictedKeys };
    if (lookups < LEAST_LOOKUPS)
      return healthy(`${count(lookups, 'look-up')} since its start: too few to say`, evidence);
    return rate >= LEAST_RATE
      ? healthy(`${percent(rate)} of ${count(lookups, 'look-up')}`, evidence)
      : problem(`${percent(rate)} of ${count(lookups, 'look-up')}: the rest is asked of the database`, {
          evidence,
          severity: 'warning',
        });
  },
  { skip: noRedis },
);
