/** `kubectl scale`, with the way back: more replicas for a load, fewer for a while. */
import { z } from 'zod';
import { type Fix, fix, type Preview, type Risk, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import type { Service } from './services.ts';
import { noWorkload } from './target.ts';
import { count } from './words.ts';

const Scale = z.object({ replicas: z.number().int().min(0) });

export interface ScaleOptions {
  readonly title: string;
  readonly to: number;
  /** `medium` when unset. */
  readonly risk?: Risk;
  readonly verifiedBy: readonly string[];
  readonly notes: (from: number) => readonly string[];
  /** Why it is no use, given how many there are; undefined when it is. */
  readonly refuse: (from: number) => string | undefined;
}

export const scaleFix = (
  service: Service,
  { title, to, risk = 'medium', verifiedBy, notes, refuse }: ScaleOptions,
): Fix =>
  fix(title, {
    risk,
    unavailable: noWorkload(service),
    preview: async ({ kubernetes, signal }): Promise<Preview> => {
      const { name, namespace, replicas, ready, generation } = await kubernetes.workload(service, signal);
      const why = refuse(replicas);
      if (why !== undefined) throw new Error(why);
      return {
        summary: `Scale ${namespace}/${name} to ${count(to, 'replica')}`,
        changes: [{ what: 'Replicas', before: `${replicas} (${ready} ready)`, after: String(to) }],
        notes: notes(replicas),
        boundTo: `${namespace}/${name}/${generation}/${replicas}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.scale(service, to, signal);
      return to === 0 ? 'no pod is left' : `${count(to, 'replica')}, ready`;
    },
    undo: undoWith({
      title: 'Scale back to as many as there were',
      capture: async (context) => ({ replicas: await wanted(service, context) }),
      parse: (data) => Scale.parse(data),
      apply: async ({ kubernetes, signal }, { replicas }) => {
        await kubernetes.scale(service, replicas, signal);
        return `${count(replicas, 'replica')} again`;
      },
      isBack: async (context, { replicas }) => (await wanted(service, context)) === replicas,
      startsFrom: async (context) => `${await wanted(service, context)} replicas`,
    }),
    verifiedBy,
    timeoutSeconds: 300,
  });

const wanted = async (service: Service, { kubernetes, signal }: CheckContext): Promise<number> =>
  (await kubernetes.workload(service, signal)).replicas;

/** The guide's “scale horizontally”: three replicas of the backend. */
export const scaleOut = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Scale the backend to 3 replicas',
    to: 3,
    verifiedBy,
    notes: () => ['Each replica opens connections of its own to the database.'],
    refuse: (from) =>
      from >= 3 ? `There are ${from} replicas already: more of them is a decision for a person.` : undefined,
  });
