/**
 * Guide: Performance Issues › Slow API Responses.
 *
 * The guide times one request; one proves nothing, and ten are made here, each on a connection of its own, so that the parts
 * of the time can be told apart; the most of ten is told as that, and not as a percentile. Its `@curl-format.txt` is a file
 * that the guide does not have, and its request carries no token: Paksa's own is sent, where one is configured. Its
 * `redis-cli info stats | grep hit_rate` prints nothing, because Redis has no such line: the rate is worked out of
 * `keyspace_hits` and `keyspace_misses`, read twice, so that it is this moment's. Its slow queries are looked up as in
 * slow-queries. Its `@cache_result` is a matter of the code, and advice.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { createIndexes } from './parts/index-fixes.ts';
import { foundIndexesBuilt, missingIndexCheck } from './parts/indexes.ts';
import { restartFix } from './parts/restart.ts';
import { scaleOut } from './parts/scale.ts';
import { statementsCheck } from './parts/statements.ts';
import { cacheHitRate } from './slow-api/cache.ts';
import { capacityCheck } from './slow-api/capacity.ts';
import { timing } from './slow-api/timing.ts';
import { active } from './slow-queries/activity.ts';
import { endLongQueries } from './slow-queries/fixes.ts';
import { locks } from './slow-queries/locks.ts';

export const slowApi = defineRunbook({
  topic: 'slow-api',
  title: 'Slow API responses',
  symptoms: ['high response times', 'timeouts'],
  // Who waits too long for it says 504.
  explains: ['load-balancer'],
  checks: {
    timing,
    statements: statementsCheck(),
    active,
    locks,
    indexes: missingIndexCheck(['create-index']),
    'found-indexes': foundIndexesBuilt,
    'cache-hit-rate': cacheHitRate,
    containers: capacityCheck('docker', ['restart-backend']),
    pods: capacityCheck('kubernetes', ['rollout-restart']),
  },
  fixes: {
    'create-index': createIndexes(),
    'terminate-queries': endLongQueries(['active', 'locks']),
    'scale-out': scaleOut(['timing', 'pods']),
    'rollout-restart': restartFix('kubernetes', 'backend', ['pods', 'timing']),
    'restart-backend': restartFix('docker', 'backend', ['containers', 'timing']),
  },
  advice: [
    {
      text: 'Enable query caching: put @cache_result on endpoints that are slow and whose answers may be a little old.',
      link: 'https://redis.io/docs/latest/develop/clients/redis-py/',
    },
    {
      text: 'Optimize the queries behind the slowest endpoint: read their plans before adding an index.',
      link: 'https://www.postgresql.org/docs/current/using-explain.html',
    },
  ],
});
