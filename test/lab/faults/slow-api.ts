/** Answers come, but late: held up on the way, by too few who work on them, or by a cache that is of no use. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { until } from '../until.ts';
import { patchBackend, renewBackend } from './cluster.ts';
import { configure, reloadNginx, restoreNginx } from './nginx.ts';

const TOPIC = 'slow-api';
const BACKEND = 'deployment/paksa-backend';
/** The request that the configuration has timed. */
const REQUEST = '/api/v1/invoices?tenant_id=3';
const TOO_SLOW_MS = 1_100;

/** A place of its own for the API in nginx's file; its health and its metrics are answered as before. */
const withPlace = (...directives: readonly string[]) => {
  const place = `location /api/ {\n        ${directives.join('\n        ')}\n        proxy_pass http://backend;\n    }`;
  return (conf: string) => conf.replace('location / {', `${place}\n\n    location / {`);
};

async function untilSlow(ask: () => Promise<unknown>): Promise<void> {
  await until(
    async () => {
      await ask();
      // Right after another: what is held back is the second.
      const began = performance.now();
      await ask();
      return performance.now() - began > TOO_SLOW_MS;
    },
    { what: 'the API to be slow', within: 60_000 },
  );
}

const askCompose = async ({ nginxUrl }: ComposeStack) => (await fetch(nginxUrl + REQUEST)).text();

async function reconfigure(stack: ComposeStack, change: (conf: string) => string): Promise<void> {
  await configure(stack, change);
  await reloadNginx(stack);
  await untilSlow(() => askCompose(stack));
}

const redis = (stack: ComposeStack, ...command: readonly string[]) =>
  stack.exec('redis', ['redis-cli', ...command]);

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'body-trickles',
    topic: TOPIC,
    what: 'nginx lets 3 KB a second of an answer through',
    inject: (stack) => reconfigure(stack, withPlace('limit_rate 3k;')),
    mend: restoreNginx,
    foundBy: ['timing'],
    fix: {
      none: 'more of the backend would not help, and is not offered: the limit in nginx’s file has to go',
    },
  },
  {
    id: 'requests-held-back',
    topic: TOPIC,
    what: 'nginx holds requests back, and passes one on every second and a half',
    inject: (stack) =>
      reconfigure(
        stack,
        (conf) =>
          `limit_req_zone $server_port zone=lab:1m rate=40r/m;\n${withPlace('limit_req zone=lab burst=50;')(conf)}`,
      ),
    mend: restoreNginx,
    foundBy: ['timing'],
    fix: { none: 'under docker-compose there is nothing to scale: the limit in nginx’s file has to go' },
  },
  {
    id: 'cache-misses',
    topic: TOPIC,
    what: 'most of what is asked of the cache is not there',
    inject: async (stack) => {
      const ask = `for i = 1, 3000 do redis.call('GET', 'cache:gone:' .. i) end`;
      await redis(stack, 'CONFIG', 'RESETSTAT');
      await redis(stack, 'EVAL', ask, '0');
    },
    mend: async (stack) => {
      await redis(stack, 'CONFIG', 'RESETSTAT');
    },
    foundBy: ['cache-hit-rate'],
    fix: { none: 'what is cached, and for how long, is decided in the code' },
  },
];

/** The backend as it is, which answers one request of its API after the other, and takes 0.3 s over each. */
const ONE_AT_A_TIME: readonly string[] = [
  'python3',
  '-c',
  `import asyncio, uvicorn
from app import app
turn = asyncio.Semaphore(1)
@app.middleware("http")
async def wait(request, call_next):
    if request.url.path.startswith("/api/"):
        async with turn:
            await asyncio.sleep(0.3)
    return await call_next(request)
uvicorn.run(app, host="0.0.0.0", port=8000, log_config="logging.json")`,
];
/** With the one that is timed, five wait for each other: a second and a half with one replica, half a second with three. */
const CLIENTS = 4;

const loads = new WeakMap<ClusterStack, AbortController>();

/** Until it is mended, so many ask without a pause. */
function ask(stack: ClusterStack): void {
  const over = new AbortController();
  loads.set(stack, over);
  for (let client = 0; client < CLIENTS; client += 1)
    void (async () => {
      while (!over.signal.aborted) {
        const answer = await stack.get(REQUEST).catch(() => undefined);
        if (answer?.status !== 200) await pause(100);
      }
    })();
}

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'too-few-replicas',
    topic: TOPIC,
    what: 'one replica, which answers one request after the other, has more to do than it can',
    inject: async (stack) => {
      const { cluster, namespace } = stack;
      await patchBackend(stack, { command: ONE_AT_A_TIME, replicas: 1 });
      await stack.untilRolledOut(BACKEND);
      await until(async () => (await cluster.pods(namespace, 'app=paksa-backend')).length === 1, {
        what: 'a single pod to be left',
        within: 60_000,
      });
      ask(stack);
      await untilSlow(() => stack.get(REQUEST));
    },
    mend: async (stack) => {
      loads.get(stack)?.abort();
      await renewBackend(stack);
    },
    foundBy: ['timing'],
    fix: 'scale-out',
    promised: async ({ cluster, namespace }, { changes }) => {
      const pods = await cluster.pods(namespace, 'app=paksa-backend');
      return changes.some(({ after }) => after === String(pods.length));
    },
  },
];
