/**
 * Guide: Network Issues › Load Balancer Errors.
 *
 * The guide's `curl http://backend:8000/health` reaches one replica of several: here each is asked from inside. Its
 * `grep upstream` is grouped by what went wrong; what was over before anybody looked is no alarm. Its restart of nginx takes
 * the site down when the configuration is broken: here it is refused until `nginx -t` is content. nginx has no health-check
 * interval of its own outside of its paid edition; what decides how long a server is left alone is `max_fails` and
 * `fail_timeout`, and on a cluster the readiness probe. An answer in which the API itself names what it lacks came through.
 * The guide's alert HighErrorRate, `rate(http_requests_total{status=~"5.."}[5m]) > 0.1`, fires at one failure in ten seconds,
 * however many requests there are, and for each series by itself; what it means, more than a tenth of all answers, is asked
 * here. Its `for: 2m` spares whoever is woken: who asks is awake. A deploy that does not come up is taken back, which the
 * guide does not have: `roll-back` is `kubectl rollout undo`.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './load-balancer/checks.ts';
import { fixes } from './load-balancer/fixes.ts';

export const loadBalancer = defineRunbook({
  topic: 'load-balancer',
  title: 'Load balancer errors',
  symptoms: ['502 Bad Gateway', '503 Service Unavailable'],
  explains: ['slow-api'],
  checks,
  fixes,
});
