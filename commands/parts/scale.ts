/** `kubectl scale`, with the way back: more replicas for a load, fewer for a while. */
import { z } from 'zod';
import { type Fix, fix, type Preview, type Risk, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import type { Service } from './services.ts';
import { noWorkload } from './target.ts';
import { count } from './words.ts';

export type Workload = Awaited<ReturnType<CheckContext['kubernetes']['workload']>>;
type Autoscaler = NonNullable<Awaited<ReturnType<CheckContext['kubernetes']['autoscaler']>>>;

const Scale = z.object({ replicas: z.number().int().min(0) });

export interface ScaleOptions {
  readonly title: string;
  readonly to: (now: Workload) => number;
  /** `medium` when unset. */
  readonly risk?: Risk;
  readonly verifiedBy: readonly string[];
  readonly notes: (now: Workload) => readonly string[];
  /** Why it is no use, given what there is; undefined when it is. */
  readonly refuse: (now: Workload) => string | undefined;
}

export const scaleFix = (
  service: Service,
  { title, to, risk = 'medium', verifiedBy, notes, refuse }: ScaleOptions,
): Fix =>
  fix(title, {
    risk,
    touches: [service],
    unavailable: noWorkload(service),
    preview: async ({ kubernetes, signal }): Promise<Preview> => {
      const now = await kubernetes.workload(service, signal);
      const { name, namespace, replicas, ready, generation } = now;
      const wanted = to(now);
      const useless = refuse(now);
      if (useless !== undefined) throw new Error(useless);
      const autoscaler = await kubernetes.autoscaler(service, signal);
      const undone = autoscaler && wouldScaleBack(autoscaler, replicas, wanted);
      if (undone !== undefined) throw new Error(undone);
      return {
        summary: `Scale ${namespace}/${name} to ${count(wanted, 'replica')}`,
        changes: [{ what: 'Replicas', before: `${replicas} (${ready} ready)`, after: String(wanted) }],
        notes: [...notes(now), ...(autoscaler ? [meanwhile(autoscaler, wanted)] : [])],
        extent: { replicas: { away: Math.max(0, replicas - wanted), of: replicas } },
        boundTo: `${namespace}/${name}/${generation}/${replicas}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      const wanted = to(await kubernetes.workload(service, signal));
      await kubernetes.scale(service, wanted, signal);
      return wanted === 0 ? 'no pod is left' : `${count(wanted, 'replica')}, ready`;
    },
    undo: undoWith({
      title: 'Scale back to as many as there were',
      capture: async (context) => ({ replicas: await wantedOf(service, context) }),
      parse: (data) => Scale.parse(data),
      apply: async ({ kubernetes, signal }, { replicas }) => {
        await kubernetes.scale(service, replicas, signal);
        return `${count(replicas, 'replica')} again`;
      },
      isBack: async (context, { replicas }) => {
        const now = await wantedOf(service, context);
        if (now === replicas) return true;
        // Brought back to life, it has as many as its autoscaler says.
        return now > 0 && replicas > 0
          ? (await context.kubernetes.autoscaler(service, context.signal)) !== undefined
          : false;
      },
      startsFrom: async (context) => `${await wantedOf(service, context)} replicas`,
    }),
    verifiedBy,
    timeoutSeconds: 300,
  });

const wantedOf = async (service: Service, { kubernetes, signal }: CheckContext): Promise<number> =>
  (await kubernetes.workload(service, signal)).replicas;

/** At 0 replicas an autoscaler rests, unless it may go down to 0 by itself. */
const wouldScaleBack = ({ name, minReplicas, maxReplicas }: Autoscaler, from: number, to: number) =>
  minReplicas === 0 || (from > 0 && to > 0)
    ? `The autoscaler ${name} decides how many replicas there are (${minReplicas} to ${maxReplicas}), and would scale back: change its minReplicas or maxReplicas instead.`
    : undefined;

const meanwhile = ({ name, minReplicas, maxReplicas }: Autoscaler, to: number): string =>
  to === 0
    ? `The autoscaler ${name} rests while there is none.`
    : `From then on the autoscaler ${name} decides how many there are (${minReplicas} to ${maxReplicas}).`;

/** The guide's “scale horizontally”: three replicas of the backend. */
export const scaleOut = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Scale the backend to 3 replicas',
    to: () => 3,
    verifiedBy,
    notes: () => ['Each replica opens connections of its own to the database.'],
    refuse: ({ replicas }) =>
      replicas >= 3
        ? `There are ${replicas} replicas already: more of them is a decision for a person.`
        : undefined,
  });
