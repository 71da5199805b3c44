/** `kubectl scale`, with the way back: more replicas for a load, fewer for a while. */
import { z } from 'zod';
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type Fix, fix, type Preview, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import type { Service } from './services.ts';
import { noWorkload } from './target.ts';
import { count } from './words.ts';

const Scale = z.object({ replicas: z.number().int().min(0) });

export interface ScaleOptions {
  readonly title: string;
  readonly to: number;
  readonly verifiedBy: readonly string[];
  readonly notes: (from: number) => readonly string[];
  /** Why it is no use, given how many there are; undefined when it is. */
  readonly refuse: (from: number) => string | undefined;
}

export const scaleFix = (service: Service, { title, to, verifiedBy, notes, refuse }: ScaleOptions): Fix =>
  fix(title, {
    risk: 'medium',
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
      return `${count(to, 'replica')}, ready`;
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

/** Healthy while no replica is wanted: what scaling to nothing has to reach. */
export const stoppedCheck = (service: Service, suggests: readonly string[]) =>
  check(
    `The pods of ${service} are stopped`,
    async ({ kubernetes, signal }): Promise<Verdict> => {
      const { replicas, ready } = await kubernetes.workload(service, signal);
      return replicas === 0
        ? healthy('none is wanted')
        : problem(`${ready} of ${count(replicas, 'pod')} run`, { severity: 'warning', suggests });
    },
    { skip: noWorkload(service) },
  );

/** Until somebody scales it up again: for an emergency. */
export const scaleToZero = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Stop the backend (0 replicas)',
    to: 0,
    verifiedBy,
    notes: () => [
      'Nobody can use the system until it is scaled up again.',
      'What the pods hold in memory and in their logs is lost: copy it first.',
    ],
    refuse: (from) => (from === 0 ? 'No replica is wanted: it is stopped already.' : undefined),
  });

/** After an emergency that stopped it. */
export const scaleUp = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Start the backend again (2 replicas)',
    to: 2,
    verifiedBy,
    notes: () => ['Whoever scaled it down may have had a reason: look at the thread first.'],
    refuse: (from) => (from > 0 ? `There are ${from} replicas already: nothing to start.` : undefined),
  });

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
