/** Tokens are refused, or the sessions behind them are away. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
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
      await untilBackendAnswers(stack);
    },
    foundBy: ['redis'],
    fix: 'restart-redis',
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
    // Whoever cannot write to its cache answers with an error.
    alsoIn: ['slow-api'],
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
      const [pod] = await stack.cluster.pods(stack.namespace, 'app=paksa-backend');
      const name = pod?.metadata?.name ?? '';
      await stack.cluster.core.deleteNamespacedPod({
        name,
        namespace: stack.namespace,
        gracePeriodSeconds: 0,
      });
      await until(
        async () => {
          const pods = await stack.cluster.pods(stack.namespace, 'app=paksa-backend');
          return (
            pods.length === 2 &&
            pods.every(
              ({ metadata, status }) =>
                metadata?.name !== name && status?.containerStatuses?.every(({ ready }) => ready),
            )
          );
        },
        { what: 'a pod with the other secret', within: 60_000 },
      );
      await setSecret(stack, stack.jwtSecret);
    },
    mend: async (stack) => {
      await setSecret(stack, stack.jwtSecret);
      await renewPods(stack);
    },
    foundBy: ['pod-secret'],
    fix: 'rollout-restart',
  },
];

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
