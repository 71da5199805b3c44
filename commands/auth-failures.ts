/**
 * Guide: Application Issues › Authentication Failures.
 *
 * The guide's `grep -i auth` is grouped by reason and minute. Its `echo $JWT_SECRET_KEY` would show the secret: here its
 * length is judged and its fingerprint compared between the replicas. Its `redis-cli FLUSHALL` drops sessions and queues
 * with the cache: dropping the keys of the cache alone is offered first, and what each would drop is counted before.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './auth-failures/checks.ts';
import { fixes } from './auth-failures/fixes.ts';

export const authFailures = defineRunbook({
  topic: 'auth-failures',
  title: 'Authentication failures',
  symptoms: ['401 Unauthorized', 'JWT token errors'],
  checks,
  fixes,
});
