/** Tokens are refused, or the sessions behind them are away. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { podsReplaced } from '../promises-cluster.ts';
import { containersStartedAnew } from '../promises-compose.ts';
import { signToken } from '../token.ts';
import { until } from '../until.ts';
import { renewBackend as renewPods } from './cluster.ts';
import { renewBackend, untilBackendAnswers } from './compose.ts';

const TOPIC = 'auth-failures';
const BACKEND = 'deployment/paksa-backend';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const ANOTHER_SECRET = 'another-secret-of-more-than-thirty-two-characters';

const redis = (stack: ComposeStack, ...command: readonly string[]) =>
  stack.exec('redis', ['redis-cli', ...command]);

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'redis-stopped',
    topic: TOPIC,
    what: 'the container of Redis is stopped',
    inject: async (stack) => {
      await stack.compose('stop', '--timeout', '2', 'redis');
    },
    mend: async (stack) => {
      await stack.compose('start', 'redis');
      await stack.untilHealthy('redis', 'backend');
    },
    foundBy: ['redis'],
    fix: 'restart-redis',
    promised: containersStartedAnew('redis'),
    // The backend says of itself that it is not well without it.
    alsoIn: ['load-balancer', 'slow-api'],
  },
  {
    id: 'redis-full',
    topic: TOPIC,
    what: 'Redis has used up its memory with cached answers, and refuses writes',
    inject: async (stack) => {
      await redis(stack, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await redis(stack, 'CONFIG', 'SET', 'maxmemory', '24mb');
      const fill = `for i = 1, 200000 do local ok = redis.pcall('SET', 'cache:lab:' .. i, string.rep('x', 1000)); if type(ok) == 'table' and ok.err then return i end end`;
      await redis(stack, 'EVAL', fill, '0');
    },
    mend: async (stack) => {
      await redis(stack, 'CONFIG', 'SET', 'maxmemory', '0');
      await redis(
        stack,
        'EVAL',
        `for _, key in ipairs(redis.call('KEYS', 'cache:lab:*')) do redis.call('UNLINK', key) end`,
        '0',
      );
    },
    foundBy: ['redis'],
    fix: 'clear-cache',
    promised: async (stack) =>
      (await redis(stack, 'KEYS', 'cache:*')).stdout.trim() === '' &&
      (await redis(stack, 'KEYS', 'session:*')).stdout.trim().split('\n').length >= 30,
  },
  {
    id: 'secret-too-short',
    topic: TOPIC,
    what: 'the backend runs with another, short secret',
    inject: async (stack) => {
      await stack.recreate('backend', { environment: { JWT_SECRET_KEY: 'short' } });
      await stack.compose('restart', '--timeout', '1', 'nginx');
      await untilBackendAnswers(stack);
    },
    mend: renewBackend,
    foundBy: ['container-secret', 'token'],
    fix: { none: 'a container keeps the environment it was made with: its compose file has to be put right' },
  },
  {
    id: 'forged-tokens',
    topic: TOPIC,
    what: 'somebody tries tokens with a wrong signature',
    inject: async (stack) => {
      const headers = { authorization: `Bearer ${signToken(ANOTHER_SECRET)}` };
      for (let i = 0; i < 12; i += 1) await fetch(`${stack.nginxUrl}/auth/verify`, { headers });
    },
    // A container that is made anew begins a new log.
    mend: renewBackend,
    foundBy: ['container-log'],
    fix: { none: 'nothing is broken: who it is, and whether to shut them out, is for a person to say' },
  },
];

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'secret-differs-in-one-pod',
    topic: TOPIC,
    what: 'one of the backend’s pods runs with another secret than the other',
    inject: async (stack) => {
      await setSecret(stack, ANOTHER_SECRET);
      // A kubelet learns of a secret's change a moment later: until then a new pod gets the old one.
      for (let differs = false; !differs; )
        differs = await hasAnotherSecret(stack, await replaceOnePod(stack));
      await setSecret(stack, stack.jwtSecret);
    },
    mend: async (stack) => {
      await setSecret(stack, stack.jwtSecret);
      await renewPods(stack);
    },
    foundBy: ['pod-secret'],
    fix: 'rollout-restart',
    promised: podsReplaced('app=paksa-backend'),
  },
];

/** Deletes a pod of the backend; resolves with the name of the one that came instead, once all are ready. */
async function replaceOnePod({ cluster, namespace }: ClusterStack): Promise<string> {
  // Those on their way out take no part.
  const podsNow = async () =>
    (await cluster.pods(namespace, 'app=paksa-backend')).filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined,
    );
  const before = (await podsNow()).map(({ metadata }) => metadata?.name ?? '');
  const [name = ''] = before;
  await cluster.removePod(namespace, name);
  return until(
    async () => {
      const pods = await podsNow();
      const ready = pods.filter(({ status }) => status?.containerStatuses?.every((each) => each.ready));
      const isBack = pods.length === before.length && ready.length === pods.length;
      return (
        isBack && pods.map(({ metadata }) => metadata?.name ?? '').find((each) => !before.includes(each))
      );
    },
    { what: 'a pod in its place', within: 60_000 },
  );
}

async function hasAnotherSecret({ cluster, namespace }: ClusterStack, pod: string): Promise<boolean> {
  const { stdout } = await cluster.exec(namespace, pod, 'backend', ['printenv', 'JWT_SECRET_KEY']);
  return stdout.trim() === ANOTHER_SECRET;
}

async function setSecret(stack: ClusterStack, value: string): Promise<void> {
  await stack.cluster.core.patchNamespacedSecret(
    {
      name: 'paksa-secrets',
      namespace: stack.namespace,
      body: { data: { JWT_SECRET_KEY: Buffer.from(value).toString('base64') } },
    },
    MERGE,
  );
  await stack.untilRolledOut(BACKEND);
}
