/** What is in front of the backend does not get through to it, or not well. */
import { readFile } from 'node:fs/promises';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { probeChanged } from '../promises-cluster.ts';
import { containersStartedAnew } from '../promises-compose.ts';
import { until } from '../until.ts';
import { patchBackend, renewBackend as renewPods } from './cluster.ts';
import { renewBackend } from './compose.ts';
import { configure, confOf, reloadNginx, restoreNginx } from './nginx.ts';

const TOPIC = 'load-balancer';

const answersBadly = (stack: ComposeStack) =>
  until(async () => (await fetch(`${stack.nginxUrl}/health`)).status >= 500, {
    what: 'nginx to answer with an error',
    within: 60_000,
  });

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'backend-stopped',
    topic: TOPIC,
    what: 'the container of the backend is stopped',
    inject: async (stack) => {
      await stack.compose('stop', '--timeout', '2', 'backend');
      await answersBadly(stack);
    },
    mend: renewBackend,
    foundBy: ['container-health', 'through', 'errors'],
    fix: 'restart-backend',
    promised: containersStartedAnew('backend'),
    alsoIn: ['high-memory', 'high-cpu', 'migrations'],
  },
  {
    id: 'nginx-stopped',
    topic: TOPIC,
    what: 'the container of nginx is stopped',
    inject: async (stack) => {
      await stack.compose('stop', '--timeout', '2', 'nginx');
    },
    mend: restoreNginx,
    foundBy: ['nginx-containers', 'through'],
    fix: 'restart-nginx',
    promised: containersStartedAnew('nginx'),
  },
  {
    id: 'nginx-config-broken',
    topic: TOPIC,
    what: 'nginx’s configuration has a mistake, which its next restart would trip over',
    inject: (stack) =>
      configure(stack, (conf) => conf.replace('proxy_pass http://backend;', 'proxy_pas http://backend;')),
    mend: restoreNginx,
    foundBy: ['config'],
    fix: { none: 'the file has to be put right by a person; a restart is refused until nginx -t is content' },
  },
  {
    id: 'failed-server-left-alone',
    topic: TOPIC,
    what: 'a server that fails once gets no request for five minutes',
    inject: async (stack) => {
      await configure(stack, (conf) => conf.replace('fail_timeout=5s', 'fail_timeout=300s'));
      await reloadNginx(stack);
    },
    mend: restoreNginx,
    foundBy: ['upstreams'],
    fix: 'fix-health-check',
    promised: async (stack, { changes }) => {
      const conf = await readFile(confOf(stack), 'utf8');
      return changes.every(({ after }) => conf.includes(`${after};`));
    },
  },
];

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'readiness-too-slow',
    topic: TOPIC,
    what: 'a dead pod gets requests for three minutes',
    inject: async (stack) => {
      await patchBackend(stack, {
        // Asked often, so that its pods are soon ready, and left late.
        readiness: { periodSeconds: 2, failureThreshold: 90 },
      });
      await stack.untilRolledOut('deployment/paksa-backend');
    },
    mend: renewPods,
    foundBy: ['readiness'],
    fix: 'fix-readiness',
    promised: probeChanged,
  },
  {
    id: 'pods-crash',
    topic: TOPIC,
    what: 'a deploy whose program ends at once: CrashLoopBackOff',
    inject: async (stack) => {
      await patchBackend(stack, { command: ['sh', '-c', 'echo cannot start: no such module >&2; exit 3'] });
      await until(
        async () =>
          (await stack.cluster.pods(stack.namespace, 'app=paksa-backend')).some((pod) =>
            pod.status?.containerStatuses?.some(({ restartCount }) => restartCount >= 1),
          ),
        { what: 'a pod to have crashed', within: 90_000 },
      );
    },
    mend: renewPods,
    foundBy: ['endpoints', 'pod-health'],
    fix: 'roll-back',
    alsoIn: ['slow-api'],
    promised: async ({ cluster, namespace }, { changes }) => {
      const { spec } = await cluster.apps.readNamespacedDeployment({ name: 'paksa-backend', namespace });
      const command = spec?.template.spec?.containers[0]?.command;
      return (
        command === undefined &&
        changes.some(({ what, after }) => what === 'Command' && after === 'the image’s own')
      );
    },
  },
];
