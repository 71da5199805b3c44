/** What the topic `load-balancer` can do: start nginx or the backend anew, and try failed servers again sooner. */
import { z } from 'zod';
import { fix, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { restartFix } from '../parts/restart.ts';
import { noNginx, noWorkload } from '../parts/target.ts';
import { short } from '../parts/words.ts';
import { isLeftTooLong, NGINX, READINESS, type UpstreamServer } from './figures.ts';

const KeptConfig = z.object({ file: z.string(), keptAt: z.string() });
const KeptReadiness = z.object({
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  failureThreshold: z.number(),
});

const lineWith = ({ address }: UpstreamServer): string =>
  `server ${address} max_fails=${NGINX.maxFails} fail_timeout=${NGINX.failTimeoutSeconds}s`;

/** The servers of the file whose servers are left alone for too long. */
async function slowServers({ nginx, signal }: CheckContext) {
  const servers = await nginx.upstreams(signal);
  const file = servers.find(isLeftTooLong)?.file;
  if (file === undefined) throw new Error('No server is left alone for too long: nothing to change.');
  return { file, servers: servers.filter((server) => server.file === file) };
}

const figuresOf = (servers: readonly UpstreamServer[]): string =>
  servers
    .map(({ address, maxFails, failTimeoutSeconds }) => `${address}/${maxFails}/${failTimeoutSeconds}`)
    .join(' ');

const readinessOf = async ({ kubernetes, signal }: CheckContext) => {
  const { name, namespace, readiness, replicas } = await kubernetes.workload('backend', signal);
  if (!readiness) throw new Error(`${name} has no readiness probe: add one to its manifest first.`);
  return { name: `${namespace}/${name}`, readiness, replicas };
};

export const fixes = {
  'restart-nginx': restartFix('docker', 'nginx', ['nginx-containers', 'config', 'through'], {
    more: async ({ nginx, target, signal }) => {
      if (noNginx(target) !== undefined)
        return { changes: [], notes: ['nginx -t cannot be asked: nginx is not configured.'] };
      const test = await asked(nginx.test(signal));
      // It cannot be asked inside of a container that is stopped: starting that is the fix.
      if (!test.answered) return { changes: [], notes: [`nginx -t could not be asked (${test.message}).`] };
      if (!test.answer.ok)
        throw new Error(
          `nginx -t refuses the configuration, and nginx would not come up again: ${short(test.answer.output.trim(), 300)}`,
        );
      return { changes: [], notes: ['nginx -t takes the configuration.'] };
    },
  }),
  'restart-ingress': restartFix('kubernetes', 'nginx', ['nginx-pods', 'through']),
  'restart-backend': restartFix('docker', 'backend', ['container-health', 'through']),
  'rollout-restart': restartFix('kubernetes', 'backend', ['pod-health', 'endpoints']),
  'fix-health-check': fix('Try failed servers again sooner', {
    risk: 'medium',
    unavailable: noNginx,
    preview: async (context) => {
      const { file, servers } = await slowServers(context);
      return {
        summary: `Change ${file} and reload nginx`,
        changes: servers.map((server) => ({
          what: `upstream ${server.upstream}`,
          before: server.line.trim(),
          after: lineWith(server),
        })),
        notes: [
          'nginx -t is asked first; when it refuses, the file is put back and nothing is reloaded.',
          'A reload drops no connection.',
          'A file that comes out of an image or a repository has to be changed there too.',
        ],
        boundTo: `${file} ${figuresOf(servers)}`,
      };
    },
    run: async (context) => {
      const { file, servers } = await slowServers(context);
      await context.nginx.setHealthChecks(file, NGINX, context.signal);
      return `${servers.length} servers of ${file} are tried again after ${NGINX.failTimeoutSeconds} s`;
    },
    undo: undoWith({
      title: 'Put the old configuration back, and reload',
      capture: async (context) => {
        const { file } = await slowServers(context);
        return context.nginx.keep(file, context.attempt, context.signal);
      },
      parse: (data) => KeptConfig.parse(data),
      apply: async ({ nginx, signal }, kept) => {
        await nginx.restore(kept, signal);
        return `${kept.file} is as it was`;
      },
      isBack: async ({ nginx, signal }, { file }) =>
        (await nginx.upstreams(signal)).some((server) => server.file === file && isLeftTooLong(server)),
      startsFrom: async ({ nginx, signal }, { file }) =>
        figuresOf((await nginx.upstreams(signal)).filter((server) => server.file === file)),
    }),
    verifiedBy: ['config', 'upstreams'],
  }),
  'fix-readiness': fix('Notice dead pods sooner', {
    risk: 'medium',
    unavailable: noWorkload('backend'),
    preview: async (context) => {
      const { name, readiness, replicas } = await readinessOf(context);
      return {
        summary: `Change the readiness probe of ${name}`,
        changes: (['periodSeconds', 'timeoutSeconds', 'failureThreshold'] as const).map((figure) => ({
          what: figure,
          before: String(readiness[figure]),
          after: String(READINESS[figure]),
        })),
        notes: [
          `${replicas} pods are rolled over.`,
          'The manifest in the repository still says the old figures: change it too.',
        ],
        boundTo: `${name} ${readiness.periodSeconds}/${readiness.timeoutSeconds}/${readiness.failureThreshold}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.setReadiness('backend', READINESS, signal);
      return `pods are asked every ${READINESS.periodSeconds} s`;
    },
    undo: undoWith({
      title: 'Put the old figures back',
      capture: async (context) => (await readinessOf(context)).readiness,
      parse: (data) => KeptReadiness.parse(data),
      apply: async ({ kubernetes, signal }, kept) => {
        await kubernetes.setReadiness('backend', kept, signal);
        return `pods are asked every ${kept.periodSeconds} s again`;
      },
      isBack: async (context, kept) => {
        const { readiness } = await readinessOf(context);
        return (
          readiness.periodSeconds === kept.periodSeconds &&
          readiness.timeoutSeconds === kept.timeoutSeconds &&
          readiness.failureThreshold === kept.failureThreshold
        );
      },
    }),
    verifiedBy: ['readiness', 'pod-health'],
    timeoutSeconds: 300,
  }),
};
