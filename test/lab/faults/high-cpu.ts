/** The processor is kept busy, or too little of it is allowed. */
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { podsLimited, podsReplaced } from '../promises-cluster.ts';
import { containersLimited, containersStartedAnew } from '../promises-compose.ts';
import { until } from '../until.ts';
import { patchBackend, renewBackend as renewPods, untilMeasured } from './cluster.ts';
import { background, containerOf, renewBackend } from './compose.ts';

const TOPIC = 'high-cpu';
const SPIN = ['python3', '-c', 'while True: pass'];
/** Works for 15 of 100 ms, as a backend does that has something to do. */
const WORK = [
  'python3',
  '-c',
  'import time\nwhile True:\n    end = time.monotonic() + 0.015\n    while time.monotonic() < end: pass\n    time.sleep(0.085)',
];
/** Beside others who keep the machine busy it takes a while until the process gets its share. */
const SEEN_MS = 120_000;

/** Millicores that a replica may use here: what a process reaches also on a machine that others keep busy. */
const ALLOWED = 150;

/** Of the processor, before others who want it too: eight times what everybody has. */
const SHARES = 8 * 1024;

/** Millicores, of which nobody else keeps it: the limit alone holds it back, on a busy machine too. */
async function limit(stack: ComposeStack, allowed: number): Promise<void> {
  await (await containerOf(stack, 'backend')).update({ NanoCpus: allowed * 1e6, CpuShares: SHARES });
}

/** Resolves once the backend's container uses so many millicores. */
async function untilUsed(stack: ComposeStack, wanted: number): Promise<void> {
  const container = await containerOf(stack, 'backend');
  await until(
    async () => {
      const { cpu_stats: now, precpu_stats: before } = await container.stats({ stream: false });
      const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
      const passed = now.system_cpu_usage - before.system_cpu_usage;
      return (used / passed) * now.online_cpus * 1000 > wanted;
    },
    { what: `the backend to use ${wanted}m`, within: SEEN_MS },
  );
}

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'cpu-spinning',
    topic: TOPIC,
    what: 'a process in the backend’s container spins',
    inject: async (stack) => {
      await limit(stack, ALLOWED);
      await background(stack, 'backend', SPIN);
      await untilUsed(stack, 0.94 * ALLOWED);
    },
    mend: renewBackend,
    foundBy: ['container-cpu', 'throttling'],
    fix: 'restart-backend',
    promised: containersStartedAnew('backend'),
    // It takes what the backend has.
    alsoIn: ['slow-api', 'load-balancer', 'auth-failures', 'migrations'],
  },
  {
    id: 'cpu-limit-too-low',
    topic: TOPIC,
    what: 'the backend’s container may use a twentieth of a core, and is held back',
    inject: async (stack) => {
      await limit(stack, 50);
      await background(stack, 'backend', WORK);
      await untilUsed(stack, 40);
    },
    mend: renewBackend,
    foundBy: ['throttling'],
    fix: 'raise-container-cpu',
    promised: containersLimited('backend', 'cpu'),
    alsoIn: ['slow-api', 'load-balancer', 'auth-failures', 'migrations'],
  },
];

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'cpu-spinning-in-a-pod',
    topic: TOPIC,
    what: 'a process in one of the backend’s pods spins',
    inject: async (stack) => {
      await patchBackend(stack, { cpuMillicores: ALLOWED });
      await stack.untilRolledOut('deployment/paksa-backend');
      await stack.exec('deployment/paksa-backend', [
        'sh',
        '-c',
        'setsid python3 -c "while True: pass" >/dev/null 2>&1 &',
      ]);
      await untilMeasured(stack, 'cpu', 0.9);
    },
    mend: renewPods,
    foundBy: ['pod-cpu'],
    fix: 'rollout-restart',
    promised: podsReplaced('app=paksa-backend'),
    alsoIn: ['slow-api', 'load-balancer', 'auth-failures', 'migrations'],
  },
  {
    id: 'cpu-limit-of-pods-too-low',
    topic: TOPIC,
    what: 'the deployment allows its pods a fiftieth of a core',
    inject: async (stack) => {
      // Brought back by the undo, so little is enough to come up as well, only slowly.
      await patchBackend(stack, { cpuMillicores: 20, patienceSeconds: 240 });
      await untilMeasured(stack, 'cpu', 0.9);
    },
    mend: renewPods,
    foundBy: ['pod-cpu'],
    fix: 'raise-cpu-limit',
    promised: podsLimited('cpu'),
    alsoIn: ['slow-api', 'load-balancer', 'auth-failures', 'migrations'],
  },
];
