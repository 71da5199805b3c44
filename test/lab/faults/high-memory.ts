/** Memory is eaten, or too little is allowed. */
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { until } from '../until.ts';
import { patchBackend, renewBackend as renewPods } from './cluster.ts';
import { background, containerOf, renewBackend } from './compose.ts';

const TOPIC = 'high-memory';
const MIB = 1024 ** 2;
/** Takes so many MiB, touches each page, and keeps them. */
const eat = (mib: number): readonly string[] => [
  'python3',
  '-c',
  `import time\nkept = bytearray(${mib} * 1024 * 1024)\nfor i in range(0, len(kept), 4096): kept[i] = 1\ntime.sleep(3600)`,
];
/** Of the lab's 256 MiB, of which the backend takes about 60. */
const MOST_OF_IT = 180;

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'memory-eaten',
    topic: TOPIC,
    what: 'a process in the backend’s container has eaten its memory',
    inject: async (stack) => {
      await background(stack, 'backend', eat(MOST_OF_IT));
      await until(async () => (await memoryOf(stack)) > 225 * MIB, {
        what: 'the memory to be eaten',
        within: 30_000,
      });
    },
    mend: renewBackend,
    foundBy: ['container-memory'],
    fix: 'restart-backend',
  },
  {
    id: 'container-oom-killed',
    topic: TOPIC,
    what: 'the limit of the backend’s container is too low, and the kernel kills it again and again',
    inject: async (stack) => {
      await containerOf(stack, 'backend').then((container) =>
        container.update({ Memory: 40 * MIB, MemorySwap: 40 * MIB }),
      );
      await until(async () => (await (await containerOf(stack, 'backend')).inspect()).RestartCount > 0, {
        what: 'the kernel to have killed the backend',
        within: 60_000,
      });
    },
    mend: renewBackend,
    foundBy: ['container-oom'],
    fix: 'raise-container-memory',
  },
];

async function memoryOf(stack: ComposeStack): Promise<number> {
  const container = await containerOf(stack, 'backend');
  const stats = await container.stats({ stream: false });
  return stats.memory_stats.usage;
}

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'memory-eaten-in-a-pod',
    topic: TOPIC,
    what: 'a process in one of the backend’s pods has eaten its memory',
    inject: async (stack) => {
      await stack.exec('deployment/paksa-backend', [
        'sh',
        '-c',
        'setsid python3 -c "$0" >/dev/null 2>&1 &',
        eat(MOST_OF_IT)[2] ?? '',
      ]);
      await until(async () => (await largestMib(stack)) > MOST_OF_IT, {
        what: 'the memory to be eaten',
        within: 30_000,
      });
    },
    mend: renewPods,
    foundBy: ['pod-memory'],
    fix: 'rollout-restart',
  },
  {
    id: 'pod-oom-killed',
    topic: TOPIC,
    what: 'the memory limit of the deployment is too low, and the kernel kills its pods',
    inject: async (stack) => {
      await patchBackend(stack, { memoryMib: 44 });
      await until(
        async () =>
          (await stack.cluster.pods(stack.namespace, 'app=paksa-backend')).some((pod) =>
            pod.status?.containerStatuses?.some(
              ({ lastState, state }) =>
                lastState?.terminated?.reason === 'OOMKilled' || state?.terminated?.reason === 'OOMKilled',
            ),
          ),
        { what: 'the kernel to have killed a pod', within: 120_000 },
      );
    },
    mend: renewPods,
    foundBy: ['pod-oom'],
    fix: 'raise-memory-limit',
    // A rollout that does not come up.
    alsoIn: ['slow-api', 'load-balancer'],
  },
];

/** Of the processes of the first pod, the one that holds the most. */
async function largestMib(stack: ClusterStack): Promise<number> {
  const { stdout } = await stack.exec('deployment/paksa-backend', ['ps', '-eo', 'rss=', '--sort=-rss']);
  return Number(stdout.trim().split('\n')[0] ?? 0) / 1024;
}
