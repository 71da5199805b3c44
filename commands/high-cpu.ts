/**
 * Guide: Performance Issues › High CPU Usage.
 *
 * The guide's `docker stats` and `kubectl top` are compared with the limits, and with how often the kernel held a container
 * back. Its `kubectl patch` names no namespace and sets one figure whatever was there: here the namespace is the target's, a
 * limit above 1000m is left alone, and what was there can be put back. Profiling and caching are advice.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { busyCheck, loadCheck, throttlingCheck } from './parts/busy.ts';
import { raiseLimitFix } from './parts/limits.ts';
import { restartFix } from './parts/restart.ts';
import { scaleOut } from './parts/scale.ts';
import { cpuShare, usageCheck } from './parts/usage.ts';

const CRITICAL = 0.95;
const WARNING = 0.85;
/** The guide's figure. */
const MILLICORES = 1000;

const usage = { share: cpuShare, warning: WARNING, critical: CRITICAL };
const ON_DOCKER = ['raise-container-cpu', 'restart-backend'];
const ON_CLUSTER = ['raise-cpu-limit', 'scale-out', 'rollout-restart'];

function raised(present: number): number {
  if (present < MILLICORES) return MILLICORES;
  throw new Error(
    `The limit is ${present}m already, not below the guide’s ${MILLICORES}m: scale out instead.`,
  );
}

export const highCpu = defineRunbook({
  topic: 'high-cpu',
  title: 'High CPU usage',
  symptoms: ['slow response', 'high load average'],
  explains: ['slow-api'],
  checks: {
    'container-cpu': usageCheck('docker', { ...usage, title: 'CPU of the containers', suggests: ON_DOCKER }),
    'pod-cpu': usageCheck('kubernetes', { ...usage, title: 'CPU of the pods', suggests: ON_CLUSTER }),
    throttling: throttlingCheck(ON_DOCKER),
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
      verifiedBy: ['pod-cpu'],
    }),
    'raise-container-cpu': raiseLimitFix('docker', 'backend', {
      title: `Set the CPU limit of the containers to ${MILLICORES}m`,
      resource: 'cpuMillicores',
      to: raised,
      verifiedBy: ['container-cpu'],
    }),
    'scale-out': scaleOut(['pod-cpu']),
    'rollout-restart': restartFix('kubernetes', 'backend', ['pod-cpu', 'pod-processes']),
    'restart-backend': restartFix('docker', 'backend', ['container-cpu', 'container-processes']),
  },
  advice: [
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
