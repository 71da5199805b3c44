/** Raising what a container may use: on a cluster by a rollout, on Docker at once; and the way back. */
import { z } from 'zod';
import { type Fix, fix, type Preview, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { NOUN, type Platform, type Service } from './services.ts';
import { noReplicas } from './target.ts';
import { bytes } from './words.ts';

type Limits = Awaited<ReturnType<CheckContext['kubernetes']['workload']>>['limits'];
export type Resource = keyof Limits;

const Limit = z.object({ limit: z.number().positive() });

const NAME: Readonly<Record<Resource, string>> = { memoryBytes: 'memory limit', cpuMillicores: 'CPU limit' };

const written = (resource: Resource, limit: number): string =>
  resource === 'memoryBytes' ? bytes(limit) : `${limit}m`;

const NOTES: Readonly<Record<Platform, readonly string[]>> = {
  kubernetes: [
    'The pods are rolled over. One that finds no node with so much to give stays pending, and the old ones go on.',
    'The manifest in the repository still says the old figure: change it too.',
  ],
  docker: [
    'It applies at once, without a restart.',
    'The machine has to have as much to give, which is not looked at.',
    'The compose file still says the old figure: change it too.',
  ],
};

export interface RaiseOptions {
  readonly title: string;
  readonly resource: Resource;
  /** The new limit, given the present one. @throws Error when raising it is no use */
  readonly to: (present: number) => number;
  readonly verifiedBy: readonly string[];
}

export const raiseLimitFix = (
  platform: Platform,
  service: Service,
  { title, resource, to, verifiedBy }: RaiseOptions,
): Fix => {
  const name = NAME[resource];
  const present = (context: CheckContext) => limitOf(platform, service, resource, context);
  return fix(title, {
    risk: 'medium',
    touches: [service],
    unavailable: noReplicas(platform, service),
    preview: async (context): Promise<Preview> => {
      const before = await present(context);
      const after = written(resource, to(before));
      return {
        summary: `Raise the ${name} of ${service} to ${after}`,
        changes: [
          {
            what: `Each ${NOUN[platform].one}’s ${name}`,
            before: written(resource, before),
            after,
          },
        ],
        notes: NOTES[platform],
        boundTo: `${resource}/${before}`,
      };
    },
    run: async (context) => {
      const limit = to(await present(context));
      await context[platform].setLimits(service, { [resource]: limit }, context.signal);
      return `the ${name} is ${written(resource, limit)}`;
    },
    undo: undoWith({
      title: `Set the ${name} back`,
      capture: async (context) => ({ limit: await present(context) }),
      parse: (data) => Limit.parse(data),
      apply: async (context, { limit }) => {
        await context[platform].setLimits(service, { [resource]: limit }, context.signal);
        return `the ${name} is ${written(resource, limit)} again`;
      },
      isBack: async (context, { limit }) => (await present(context)) === limit,
      startsFrom: async (context) => `${resource}/${await present(context)}`,
    }),
    verifiedBy,
    timeoutSeconds: 300,
  });
};

/** One figure for all: they are set together, so that unlike ones could not be put back. */
async function limitOf(
  platform: Platform,
  service: Service,
  resource: Resource,
  context: CheckContext,
): Promise<number> {
  const all =
    platform === 'kubernetes'
      ? [(await context.kubernetes.workload(service, context.signal)).limits[resource]]
      : (await context.docker.replicas(service, context.signal)).map(({ limits }) => limits[resource]);
  const [first, ...others] = new Set(all);
  if (others.length > 0) {
    const figures = [first, ...others].map((each) => (each === undefined ? 'none' : written(resource, each)));
    throw new Error(
      `The containers of ${service} have unlike ${NAME[resource]}s (${figures.join(', ')}): make them the same first.`,
    );
  }
  if (first === undefined) throw new Error(`${service} has no ${NAME[resource]}: there is nothing to raise.`);
  return first;
}
