/**
 * Guide: Performance Issues › High CPU Usage.
 *
 * The guide's `docker stats` and `kubectl top` are compared with the limits, and with how often the kernel held a container
 * or a pod back. Its `kubectl patch` names no namespace and sets one figure whatever was there: here the namespace is the target's, a
 * limit above 1000m is left alone, and what was there can be put back. Profiling and caching are advice.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import type { Severity } from '../src/runbook/finding.ts';
import { busyCheck, loadCheck, throttlingCheck } from './parts/busy.ts';
import { BACKEND, OTHERS } from './parts/each-service.ts';
import { raiseLimitFix } from './parts/limits.ts';
import { restartFix } from './parts/restart.ts';
import { scaleOut } from './parts/scale.ts';
import { cpuShare, type Usage, usageCheck } from './parts/usage.ts';

/** Who is held back all the time is measured a little below the limit. */
const WARNING = 0.8;
const CRITICAL = 0.95;
/** The guide's figure. */
const MILLICORES = 1000;

/** Docker measures one second, in which one heavy request can take all there is. */
const judge = (share: number, { source }: Usage): Severity | undefined =>
  share < WARNING ? undefined : share < CRITICAL || source === 'docker' ? 'warning' : 'critical';

const backend = { services: BACKEND, shareOf: cpuShare, judge, isOfAMoment: true };
const others = {
  services: OTHERS,
  shareOf: cpuShare,
  judge: (share: number): Severity | undefined => (share < CRITICAL ? undefined : 'warning'),
};
const ON_DOCKER = ['raise-container-cpu', 'restart-backend'];
const ON_CLUSTER = ['raise-cpu-limit', 'scale-out', 'rollout-restart'];

function raised(present: number): number {
  if (present < MILLICORES) return MILLICORES;
  throw new Error(
    `The limit is ${present}m, not below the guide’s ${MILLICORES}m: look at what takes so much, or run more replicas.`,
  );
}

export const highCpu = defineRunbook({
  topic: 'high-cpu',
  title: 'High CPU usage',
  symptoms: ['slow response', 'high load average'],
  explains: ['slow-api'],
  checks: {
    'container-cpu': usageCheck('docker', {
      ...backend,
      title: 'CPU of the backend’s containers',
      suggests: ON_DOCKER,
    }),
    'pod-cpu': usageCheck('kubernetes', {
      ...backend,
      title: 'CPU of the backend’s pods',
      suggests: ON_CLUSTER,
    }),
    'other-containers': usageCheck('docker', { ...others, title: 'CPU of the other containers' }),
    'other-pods': usageCheck('kubernetes', { ...others, title: 'CPU of the other pods' }),
    throttling: throttlingCheck('docker', ON_DOCKER),
    'pod-throttling': throttlingCheck('kubernetes', ['raise-cpu-limit', 'scale-out']),
    'container-load': loadCheck('docker'),
    'pod-load': loadCheck('kubernetes'),
    'container-processes': busyCheck('docker', ON_DOCKER.toReversed()),
    'pod-processes': busyCheck('kubernetes', ['rollout-restart']),
  },
  fixes: {
    'raise-cpu-limit': raiseLimitFix('kubernetes', 'backend', {
      title: `Set the CPU limit of the pods to ${MILLICORES}m`,
      resource: 'cpuMillicores',
      to: raised,
      verifiedBy: ['pod-cpu', 'pod-throttling'],
    }),
    'raise-container-cpu': raiseLimitFix('docker', 'backend', {
      title: `Set the CPU limit of the containers to ${MILLICORES}m`,
      resource: 'cpuMillicores',
      to: raised,
      verifiedBy: ['container-cpu', 'throttling'],
    }),
    'scale-out': scaleOut(['pod-cpu']),
    'rollout-restart': restartFix('kubernetes', 'backend', ['pod-cpu', 'pod-processes', 'pod-throttling']),
    'restart-backend': restartFix('docker', 'backend', [
      'container-cpu',
      'container-processes',
      'throttling',
    ]),
  },
  advice: [
    {
      text: 'Optimize the code that the profile shows: a loop over rows that a query could do, what is computed anew on each request, blocking calls in async handlers.',
      link: 'https://docs.python.org/3/faq/programming.html#my-program-is-too-slow-how-do-i-speed-it-up',
    },
    {
      text: 'Profile the application to find what takes the time: a profiling middleware, or a look from outside.',
      link: 'https://docs.python.org/3/library/profile.html',
    },
    {
      text: 'Cache what is expensive and rarely changes.',
      link: 'https://redis.io/docs/latest/develop/use/patterns/',
    },
  ],
});
