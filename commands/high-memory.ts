/**
 * Guide: Application Issues › High Memory Usage.
 *
 * The guide's `docker stats` and `kubectl top` show figures and leave the judgement to the reader; here they are compared
 * with the limits, without the page cache that can be given back. `kubectl top` needs the metrics API: where that is not
 * there the kubelet is asked. The guide has the limit edited in `k8s/deployment.yaml`: here it is patched, and the preview
 * says that the file still has the old one. Its port 8000 is asked through the configured API.
 */
import { check } from '../src/runbook/check.ts';
import { defineRunbook } from '../src/runbook/define.ts';
import { healthy, inconclusive, type Severity } from '../src/runbook/finding.ts';
import { BACKEND, OTHERS } from './parts/each-service.ts';
import { evictionsCheck } from './parts/evictions.ts';
import { raiseLimitFix } from './parts/limits.ts';
import { oomCheck, staysUpCheck } from './parts/oom.ts';
import { restartFix } from './parts/restart.ts';
import { scaleFix } from './parts/scale.ts';
import { notScaledDown, scaleBack } from './parts/scaled-down.ts';
import { noApi } from './parts/target.ts';
import { memoryShare, usageCheck } from './parts/usage.ts';
import { bytes, short } from './parts/words.ts';

/** The kernel kills at the limit; a service that stays above this has no room for one large request. */
const CRITICAL = 0.95;
const WARNING = 0.85;
/** Databases and caches fill what they may have, and are none the worse for it. */
const WARNING_OF_OTHERS = 0.95;
const MIB = 1024 ** 2;
/** People write limits in such steps. */
const STEP = 64 * MIB;

const ON_DOCKER = ['restart-backend', 'raise-container-memory'];
const ON_CLUSTER = ['rollout-restart', 'raise-memory-limit', 'scale-down'];

const backend = {
  services: BACKEND,
  shareOf: memoryShare,
  judge: (share: number): Severity | undefined =>
    share < WARNING ? undefined : share < CRITICAL ? 'warning' : 'critical',
};
const others = {
  services: OTHERS,
  shareOf: memoryShare,
  judge: (share: number): Severity | undefined => (share < WARNING_OF_OTHERS ? undefined : 'warning'),
};

/** Half as much again, and a step at least. */
const raised = (present: number): number => Math.ceil(Math.max(present * 1.5, present + STEP) / STEP) * STEP;

export const highMemory = defineRunbook({
  topic: 'high-memory',
  title: 'High memory usage',
  symptoms: ['out of memory errors', 'slow performance'],
  explains: ['slow-api', 'load-balancer'],
  checks: {
    'container-memory': usageCheck('docker', {
      ...backend,
      title: 'Memory of the backend’s containers',
      suggests: ON_DOCKER,
      suggestsUnlimited: ['restart-backend'],
    }),
    'pod-memory': usageCheck('kubernetes', {
      ...backend,
      title: 'Memory of the backend’s pods',
      suggests: ON_CLUSTER,
      suggestsUnlimited: ['rollout-restart', 'scale-down'],
    }),
    'other-containers': usageCheck('docker', { ...others, title: 'Memory of the other containers' }),
    'other-pods': usageCheck('kubernetes', { ...others, title: 'Memory of the other pods' }),
    'container-oom': oomCheck('docker', ['raise-container-memory', 'restart-backend']),
    'pod-oom': oomCheck('kubernetes', ['raise-memory-limit', 'rollout-restart']),
    evictions: evictionsCheck,
    'containers-stay': staysUpCheck('docker'),
    'pods-stay': staysUpCheck('kubernetes'),
    'scaled-down': notScaledDown(['scale-back']),
    metrics: check(
      'Memory as the backend counts it',
      async ({ http, signal }) => {
        const samples = await http.metrics('memory', signal);
        const resident = samples.find(({ name }) => name === 'process_resident_memory_bytes');
        const evidence = {
          samples: samples
            .slice(0, 8)
            .map(({ name, labels, value }) => short(`${name}${labels && `{${labels}}`} ${value}`, 120)),
        };
        return resident && Number.isFinite(resident.value)
          ? healthy(`the process that answered holds ${bytes(resident.value)}`, evidence)
          : inconclusive('its metrics do not say what a process holds', evidence);
      },
      { skip: noApi },
    ),
  },
  fixes: {
    'restart-backend': restartFix('docker', 'backend', ['container-memory']),
    'rollout-restart': restartFix('kubernetes', 'backend', ['pod-memory']),
    'scale-down': scaleFix('backend', {
      title: 'Scale the backend down to 1 replica for a while',
      to: () => 1,
      verifiedBy: ['pod-memory'],
      notes: ({ replicas }) => [
        `The remaining replica gets all requests that ${replicas} get now.`,
        'Scale it back as soon as there is memory again: until then this topic reminds of it.',
      ],
      refuse: ({ replicas }) =>
        replicas <= 1
          ? `There is ${replicas === 1 ? 'one replica' : 'none'}: nothing to scale down.`
          : undefined,
    }),
    'scale-back': scaleBack(['scaled-down']),
    'raise-memory-limit': raiseLimitFix('kubernetes', 'backend', {
      title: 'Raise the memory limit of the pods',
      resource: 'memoryBytes',
      to: raised,
      verifiedBy: ['pod-memory', 'pod-oom'],
    }),
    'raise-container-memory': raiseLimitFix('docker', 'backend', {
      title: 'Raise the memory limit of the containers',
      resource: 'memoryBytes',
      to: raised,
      verifiedBy: ['container-memory', 'containers-stay'],
    }),
  },
});
