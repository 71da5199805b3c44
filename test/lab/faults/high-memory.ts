/** Memory is eaten, or too little is allowed. */
import type Docker from 'dockerode';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { podsLimited, podsReplaced } from '../promises-cluster.ts';
import { containersLimited, containersStartedAnew } from '../promises-compose.ts';
import { until } from '../until.ts';
import { patchBackend, renewBackend as renewPods, untilMeasured } from './cluster.ts';
import { background, containerOf, renewBackend } from './compose.ts';

const TOPIC = 'high-memory';
const BACKEND = 'deployment/paksa-backend';
const MIB = 1024 ** 2;
/** Takes so many MiB, touches each page, and keeps them. */
const eat = (mib: number): readonly string[] => [
  'python3',
  '-c',
  `import time\nkept = bytearray(${mib} * 1024 * 1024)\nfor i in range(0, len(kept), 4096): kept[i] = 1\ntime.sleep(3600)`,
];
/** The backend, which on a signal asks for more than its limit allows, as an export that is too large would. */
const BURSTING: readonly string[] = [
  'python3',
  '-c',
  `import signal, uvicorn
signal.signal(signal.SIGUSR1, lambda *_: b'x' * (300 << 20))
uvicorn.run('app:app', host='0.0.0.0', port=8000, log_config='logging.json')`,
];
/** Of the lab's 256 MiB, of which the backend takes about 60. */
const MOST_OF_IT = 195;

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'memory-eaten',
    topic: TOPIC,
    what: 'a process in the backend’s container has eaten its memory',
    inject: async (stack) => {
      await background(stack, 'backend', eat(MOST_OF_IT));
      await until(async () => (await memoryOf(stack)) > 225 * MIB, {
        what: 'the memory to be eaten',
        within: 90_000,
      });
    },
    mend: renewBackend,
    foundBy: ['container-memory'],
    fix: 'restart-backend',
    promised: containersStartedAnew('backend'),
  },
  {
    id: 'container-oom-killed',
    topic: TOPIC,
    what: 'the limit of the backend’s container is too low, and the kernel kills it again and again',
    // What it holds is less than that, so that the limit can be set; what a start takes is more.
    inject: async (stack) => {
      await stack.recreate('backend', { environment: { START_BURST_MIB: '60' } });
      const container = await containerOf(stack, 'backend');
      await container.update({ Memory: 64 * MIB, MemorySwap: 64 * MIB });
      await killedAtStart(container);
    },
    mend: renewBackend,
    provoke: async (stack) => killedAtStart(await containerOf(stack, 'backend')),
    foundBy: ['container-oom'],
    fix: 'raise-container-memory',
    promised: containersLimited('backend', 'memory'),
    // One that is started again and again takes all the processor that it may.
    alsoIn: ['high-cpu'],
  },
];

async function killedAtStart(container: Docker.Container): Promise<void> {
  await container.restart();
  await until(async () => (await container.inspect()).RestartCount > 0, {
    what: 'the kernel to have killed the backend',
    within: 60_000,
  });
}

async function memoryOf(stack: ComposeStack): Promise<number> {
  const container = await containerOf(stack, 'backend');
  const stats = await container.stats({ stream: false });
  return stats.memory_stats.usage;
}

/** A pod asks for more than it may have; resolves when it has been killed for it, and runs again. */
async function burst(stack: ClusterStack): Promise<void> {
  await stack.exec(BACKEND, ['sh', '-c', 'kill -USR1 1']);
  await until(
    async () =>
      (await stack.cluster.pods(stack.namespace, 'app=paksa-backend')).some((pod) =>
        pod.status?.containerStatuses?.some(
          ({ lastState, ready }) => lastState?.terminated?.reason === 'OOMKilled' && ready,
        ),
      ),
    { what: 'the kernel to have killed a pod', within: 120_000 },
  );
}

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'memory-eaten-in-a-pod',
    topic: TOPIC,
    what: 'a process in one of the backend’s pods has eaten its memory',
    inject: async (stack) => {
      await stack.exec(BACKEND, [
        'sh',
        '-c',
        'setsid python3 -c "$0" >/dev/null 2>&1 &',
        eat(MOST_OF_IT)[2] ?? '',
      ]);
      await untilMeasured(stack, 'memory', 0.88);
    },
    mend: renewPods,
    foundBy: ['pod-memory'],
    fix: 'rollout-restart',
    promised: podsReplaced('app=paksa-backend'),
  },
  {
    id: 'pod-oom-killed',
    topic: TOPIC,
    what: 'the kernel killed a pod that asked for more memory than its limit allows; it runs again',
    inject: async (stack) => {
      await patchBackend(stack, { command: BURSTING });
      await stack.untilRolledOut(BACKEND);
      await burst(stack);
    },
    mend: renewPods,
    foundBy: ['pod-oom'],
    fix: 'raise-memory-limit',
    promised: podsLimited('memory'),
    // With the former limit, the next burst is the end of a pod as before.
    provoke: burst,
  },
];
