/** Raising what a container may use: on a cluster by a rollout, on Docker at once; and the way back. */
import { z } from 'zod';
import { type Fix, fix, type Preview, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import type { Platform, Service } from './services.ts';
import { noReplicas } from './target.ts';
import { bytes } from './words.ts';

type Limits = Awaited<ReturnType<CheckContext['kubernetes']['workload']>>['limits'];
export type Resource = keyof Limits;

const Limit = z.object({ limit: z.number().positive() });

const NAME: Readonly<Record<Resource, string>> = { memoryBytes: 'Memory limit', cpuMillicores: 'CPU limit' };
const written = (resource: Resource, limit: number): string =>
  resource === 'memoryBytes' ? bytes(limit) : `${limit}m`;

export interface RaiseOptions {
  readonly title: string;
  readonly resource: Resource;
  /** The new limit, given the present one. @throws when raising it is no use */
  readonly to: (present: number) => number;
  readonly verifiedBy: readonly string[];
}

export const raiseLimitFix = (
  platform: Platform,
  service: Service,
  { title, resource, to, verifiedBy }: RaiseOptions,
): Fix =>
  fix(title, {
    risk: 'medium',
    unavailable: noReplicas(platform, service),
    preview: async (context): Promise<Preview> => {
      const present = await limitOf(platform, service, resource, context);
      const raised = to(present);
      return {
        summary: `Raise the ${NAME[resource].toLowerCase()} of ${service} to ${written(resource, raised)}`,
        changes: [
          { what: NAME[resource], before: written(resource, present), after: written(resource, raised) },
        ],
        notes:
          platform === 'kubernetes'
            ? [
                'The pods are rolled over. One that finds no node with so much to give stays pending, and the old ones go on.',
                'The manifest in the repository still says the old figure: change it too.',
              ]
            : [
                'It applies at once, without a restart.',
                'The compose file still says the old figure: change it too.',
              ],
        boundTo: `${resource}/${present}`,
      };
    },
    run: async (context) => {
      const raised = to(await limitOf(platform, service, resource, context));
      await context[platform].setLimits(service, { [resource]: raised }, context.signal);
      return `the ${NAME[resource].toLowerCase()} is ${written(resource, raised)}`;
    },
    undo: undoWith({
      title: `Set the ${NAME[resource].toLowerCase()} back`,
      capture: async (context) => ({ limit: await limitOf(platform, service, resource, context) }),
      parse: (data) => Limit.parse(data),
      apply: async (context, { limit }) => {
        await context[platform].setLimits(service, { [resource]: limit }, context.signal);
        return `the ${NAME[resource].toLowerCase()} is ${written(resource, limit)} again`;
      },
      isBack: async (context, { limit }) => (await limitOf(platform, service, resource, context)) === limit,
      startsFrom: async (context) => String(await limitOf(platform, service, resource, context)),
    }),
    verifiedBy,
    timeoutSeconds: 300,
  });

async function limitOf(
  platform: Platform,
  service: Service,
  resource: Resource,
  context: CheckContext,
): Promise<number> {
  const limits =
    platform === 'kubernetes'
      ? [(await context.kubernetes.workload(service, context.signal)).limits]
      : (await context.docker.replicas(service, context.signal)).map((replica) => replica.limits);
  const set = limits.flatMap((limit) => limit[resource] ?? []);
  if (set.length === 0)
    throw new Error(`${service} has no ${NAME[resource].toLowerCase()}: there is nothing to raise.`);
  return Math.min(...set);
}
