/** How often Redis has what is asked for: of every look-up, those of sessions among them. */
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
    const evidence = { hits, misses, 'dropped for room': evictedKeys };
    if (lookups < LEAST_LOOKUPS)
      return healthy(`${count(lookups, 'look-up')} since its start: too few to say`, evidence);
    const says = `${percent(rate)} of ${count(lookups, 'look-up')} since its start`;
    if (rate >= LEAST_RATE) return healthy(says, evidence);
    const dropped = evictedKeys > 0 ? `; it dropped ${count(evictedKeys, 'key')} for want of memory` : '';
    return problem(`${says}, the rest is worked out anew${dropped}`, { evidence, severity: 'warning' });
  },
  { skip: noRedis },
);
