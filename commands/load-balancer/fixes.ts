/** What the topic `load-balancer` can do: start nginx or the backend anew, take a deploy back, and try failed servers again sooner. */
import { z } from 'zod';
import { fix, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext, FixContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { type RestartOptions, restartFix } from '../parts/restart.ts';
import { rollBackFix } from '../parts/roll-back.ts';
import { scaleUp } from '../parts/stop-pods.ts';
import { noNginx, noWorkload } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import {
  isLeftTooLong,
  isNoticedTooLate,
  NGINX,
  READINESS,
  type Readiness,
  type UpstreamServer,
  unnoticedSeconds,
} from './figures.ts';
import { reasonIn } from './nginx.ts';

type KeptConfig = Awaited<ReturnType<FixContext['nginx']['keep']>>;

const KeptFiles = z.object({
  files: z.array(z.object({ file: z.string(), keptAt: z.string() })),
  /** As they were. */
  figures: z.string(),
});
const KeptReadiness = z.object({
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  failureThreshold: z.number(),
});

const parameters = (maxFails: number, failTimeoutSeconds: number): string =>
  `max_fails=${maxFails} fail_timeout=${failTimeoutSeconds}s`;

/** Every server of the files in which one is left alone for too long: nginx's actuator changes a file as a whole. */
async function slowServers({ nginx, signal }: CheckContext) {
  const servers = await nginx.upstreams(signal);
  const files = [...new Set(servers.filter(isLeftTooLong).map(({ file }) => file))].sort();
  if (files.length === 0) throw new Error('No server is left alone for too long: nothing to change.');
  return { files, servers: servers.filter(({ file }) => files.includes(file)) };
}

const figuresOf = (servers: readonly UpstreamServer[], files: readonly string[]): string =>
  servers
    .filter(({ file }) => files.includes(file))
    .map(({ file, address, maxFails, failTimeoutSeconds }) =>
      [file, address, maxFails, failTimeoutSeconds].join('/'),
    )
    .sort()
    .join(' ');

const filesOf = (kept: z.infer<typeof KeptFiles>): readonly string[] => kept.files.map(({ file }) => file);

const readinessOf = async ({ kubernetes, signal }: CheckContext) => {
  const { name, namespace, readiness, replicas } = await kubernetes.workload('backend', signal);
  if (!readiness) throw new Error(`${name} has no readiness probe: add one to its manifest first.`);
  return { name: `${namespace}/${name}`, readiness, replicas };
};

const PROBE = [
  { figure: 'periodSeconds', what: 'Asked every', unit: ' s' },
  { figure: 'timeoutSeconds', what: 'Given up after', unit: ' s' },
  { figure: 'failureThreshold', what: 'Failures before it is left', unit: '' },
] as const;

const probeOf = (readiness: Readiness): string => PROBE.map(({ figure }) => readiness[figure]).join('/');

/** Started anew with a configuration that it refuses, nginx would not come up again. */
const takesItsConfiguration: NonNullable<RestartOptions['more']> = async ({ nginx, target, signal }) => {
  const says = (note: string) => ({ changes: [], notes: [note] });
  if (noNginx(target) !== undefined) return says('nginx -t cannot be asked: nginx is not configured.');
  const test = await asked(nginx.test(signal));
  // Not inside of a container that is stopped: starting that is the fix.
  if (!test.answered) return says(`nginx -t could not be asked: ${short(test.message, 200)}`);
  if (test.answer.ok) return says('nginx -t takes the configuration.');
  throw new Error(
    `nginx -t refuses the configuration, and nginx would not come up again. Correct it first: ${short(reasonIn(test.answer.output.trim().split('\n')), 200)}`,
  );
};

export const fixes = {
  'restart-nginx': restartFix('docker', 'nginx', ['nginx-containers', 'config', 'through'], {
    more: takesItsConfiguration,
  }),
  'restart-ingress': restartFix('kubernetes', 'nginx', ['nginx-pods', 'through'], {
    more: takesItsConfiguration,
  }),
  'restart-backend': restartFix('docker', 'backend', ['container-health', 'through']),
  'rollout-restart': restartFix('kubernetes', 'backend', ['pod-health', 'endpoints']),
  'roll-back': rollBackFix('backend', ['pod-health', 'endpoints']),
  'start-pods': scaleUp(['pod-health', 'endpoints']),
  'fix-health-check': fix('Try failed servers again sooner', {
    risk: 'medium',
    touches: ['nginx'],
    unavailable: noNginx,
    preview: async (context) => {
      const { files, servers } = await slowServers(context);
      return {
        summary: `Change ${files.join(' and ')}, and reload nginx`,
        changes: servers.map(({ upstream, address, maxFails, failTimeoutSeconds }) => ({
          what: `${address} of ${upstream}`,
          before: parameters(maxFails, failTimeoutSeconds),
          after: parameters(NGINX.maxFails, NGINX.failTimeoutSeconds),
        })),
        notes: [
          'nginx -t is asked first; when it refuses, the file is put back and nothing is reloaded.',
          'A reload drops no connection.',
          'A file that comes out of an image or a repository has to be changed there too.',
        ],
        boundTo: figuresOf(servers, files),
      };
    },
    run: async (context) => {
      const { files, servers } = await slowServers(context);
      for (const file of files) await context.nginx.setHealthChecks(file, NGINX, context.signal);
      return `${count(servers.length, 'server is', 'servers are')} tried again after ${NGINX.failTimeoutSeconds} s`;
    },
    undo: undoWith({
      title: 'Put the old configuration back, and reload',
      capture: async (context) => {
        const { files, servers } = await slowServers(context);
        const kept: KeptConfig[] = [];
        for (const file of files) kept.push(await context.nginx.keep(file, context.attempt, context.signal));
        return { files: kept, figures: figuresOf(servers, files) };
      },
      parse: (data) => KeptFiles.parse(data),
      apply: async ({ nginx, signal }, kept) => {
        for (const file of kept.files) await nginx.restore(file, signal);
        return `${filesOf(kept).join(' and ')} as before`;
      },
      isBack: async ({ nginx, signal }, kept) =>
        figuresOf(await nginx.upstreams(signal), filesOf(kept)) === kept.figures,
      startsFrom: async ({ nginx, signal }, kept) => figuresOf(await nginx.upstreams(signal), filesOf(kept)),
    }),
    verifiedBy: ['config', 'upstreams'],
  }),
  'fix-readiness': fix('Notice dead pods sooner', {
    risk: 'medium',
    touches: ['backend'],
    unavailable: noWorkload('backend'),
    preview: async (context) => {
      const { name, readiness, replicas } = await readinessOf(context);
      if (!isNoticedTooLate(readiness))
        throw new Error(`A dead pod is left within ${unnoticedSeconds(readiness)} s: nothing to change.`);
      return {
        summary: `Change the readiness probe of ${name}`,
        changes: PROBE.map(({ figure, what, unit }) => ({
          what,
          before: `${readiness[figure]}${unit}`,
          after: `${READINESS[figure]}${unit}`,
        })),
        notes: [
          ...(replicas > 0 ? [`${count(replicas, 'pod is', 'pods are')} rolled over.`] : []),
          'The manifest in the repository still says the old figures: change it too.',
        ],
        boundTo: `${name} ${probeOf(readiness)}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.setReadiness('backend', READINESS, signal);
      return `a dead pod is left within ${unnoticedSeconds(READINESS)} s`;
    },
    undo: undoWith({
      title: 'Put the old figures back',
      capture: async (context) => (await readinessOf(context)).readiness,
      parse: (data) => KeptReadiness.parse(data),
      apply: async ({ kubernetes, signal }, kept) => {
        await kubernetes.setReadiness('backend', kept, signal);
        return `the probe is as it was: asked every ${kept.periodSeconds} s`;
      },
      isBack: async (context, kept) => probeOf((await readinessOf(context)).readiness) === probeOf(kept),
      startsFrom: async (context) => probeOf((await readinessOf(context)).readiness),
    }),
    verifiedBy: ['readiness', 'pod-health'],
    timeoutSeconds: 300,
  }),
};
