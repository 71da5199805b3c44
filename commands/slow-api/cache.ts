/**
 * How often Redis has what is asked for, of every look-up, those of sessions among them: at this moment, where enough is asked
 * to say so, else since its start.
 */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noRedis } from '../parts/target.ts';
import { count, percent } from '../parts/words.ts';

type Lookups = Awaited<ReturnType<CheckContext['redis']['cacheUse']>>['justNow'];

/** Below that a cache costs more than it saves. */
const LEAST_RATE = 0.5;
/** A cache that was just started misses by its nature. */
const LEAST_SINCE_START = 1000;
/** Fewer in a moment are somebody's single request. */
const LEAST_JUST_NOW = 100;

const totalOf = ({ hits, misses }: Lookups): number => hits + misses;
const rateOf = (lookups: Lookups): number => lookups.hits / totalOf(lookups);
const told = (lookups: Lookups, when: string): string =>
  `${percent(rateOf(lookups))} of ${count(totalOf(lookups), 'look-up')} ${when}`;

export const cacheHitRate = check(
  'Hit rate of the cache',
  async ({ redis, signal }): Promise<Verdict> => {
    const { sinceStart, justNow, seconds, evictedKeys } = await redis.cacheUse(signal);
    const evidence = { ...sinceStart, 'dropped for room': evictedKeys };
    const isBusy = totalOf(justNow) >= LEAST_JUST_NOW;
    if (!isBusy && totalOf(sinceStart) < LEAST_SINCE_START)
      return healthy(`${count(totalOf(sinceStart), 'look-up')} since its start: too few to say`, evidence);
    const says = isBusy
      ? `${told(justNow, `in ${seconds.toFixed(0)} s just now`)} (${percent(rateOf(sinceStart))} since its start)`
      : told(sinceStart, 'since its start');
    if (rateOf(isBusy ? justNow : sinceStart) >= LEAST_RATE) return healthy(says, evidence);
    const dropped = evictedKeys > 0 ? `; it dropped ${count(evictedKeys, 'key')} for want of memory` : '';
    return problem(`${says}, the rest is worked out anew${dropped}`, { evidence, severity: 'warning' });
  },
  { skip: noRedis },
);
