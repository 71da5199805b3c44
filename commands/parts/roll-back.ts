/**
 * `kubectl rollout undo`, and when it is suggested: pods of the newest revision are broken, none of it is ready, and pods of
 * an earlier revision that differs from it are. Whatever else may be wrong is wrong for those, too.
 */
import { z } from 'zod';
import { type Change, type Fix, fix, type Preview, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from './fault.ts';
import type { Service } from './services.ts';
import { noWorkload } from './target.ts';
import { ago, count, moment } from './words.ts';

type History = Awaited<ReturnType<CheckContext['kubernetes']['history']>>;
type Revision = History['current'];

const Kept = z.object({ template: z.string().min(1), number: z.number() });

/** Whether the newest deploy is what is wrong, and how that can be told. */
export interface Blame {
  readonly isOfTheDeploy: boolean;
  /** Without a full stop; a sentence of its own when it is. */
  readonly says: string;
}

/** `broken`: names of the pods that are. */
export async function blameOf(
  service: Service,
  broken: readonly string[],
  { kubernetes, signal, now }: CheckContext,
): Promise<Blame> {
  const found = await asked(kubernetes.history(service, signal));
  return found.answered
    ? judge(found.answer, broken, now)
    : { isOfTheDeploy: false, says: `its revisions could not be looked at: ${found.message}` };
}

function judge({ current, earlier }: History, broken: readonly string[], now: Date): Blame {
  const no = (says: string): Blame => ({ isOfTheDeploy: false, says });
  const up = earlier.filter(({ ready }) => ready > 0);
  const proof = up.find(differs);
  if (earlier.length === 0) return no(`revision ${current.number} is the only one that is kept`);
  if (!broken.some((pod) => current.pods.includes(pod)))
    return no(`the broken pods are not of the newest revision, ${current.number}`);
  if (current.ready > 0) return no(`other pods of the newest revision, ${current.number}, are ready`);
  if (up.length === 0) return no('no pod of an earlier revision is ready either: the cause may be elsewhere');
  if (!proof)
    return no(
      `revision ${current.number} differs from the one before in nothing but its start: look at what it is given, such as a secret`,
    );
  return {
    isOfTheDeploy: true,
    says: `Revision ${current.number}, rolled out ${ago(current.since, now)}, has no ready pod, revision ${proof.number} has ${proof.ready}: the deploy can be rolled back`,
  };
}

const differs = ({ changes }: Revision): boolean => changes.length > 0;

interface Plan extends History {
  readonly to: Revision;
}

/** To the newest one that is proven, else to the newest that differs. @throws Error that says the next step */
async function planOf(service: Service, { kubernetes, signal }: CheckContext): Promise<Plan> {
  const history = await kubernetes.history(service, signal);
  const { current, earlier, replicas } = history;
  const name = `${history.namespace}/${history.name}`;
  if (history.paused)
    throw new Error(
      `${name} is paused, so no change would reach its pods: “kubectl rollout resume deployment/${history.name}” it first.`,
    );
  if (replicas === 0)
    throw new Error(`${name} is scaled to nothing: start its pods first, and look whether they come up.`);
  if (current.ready >= replicas)
    throw new Error(
      `Revision ${current.number} of ${name} is rolled out, and ${count(current.ready, 'pod of it is', 'pods of it are')} ready: there is nothing to roll back.`,
    );
  const different = earlier.filter(differs);
  const to = different.find(({ ready }) => ready > 0) ?? different[0];
  if (to) return { ...history, to };
  throw new Error(
    earlier.length === 0
      ? `The cluster keeps no earlier revision of ${name}: deploy an earlier version anew.`
      : `The earlier revisions of ${name} differ from ${current.number} in nothing but their start: look at what the pods are given, such as secrets and config maps.`,
  );
}

export const rollBackFix = (service: Service, verifiedBy: readonly string[]): Fix =>
  fix(`Roll the ${service} back to the revision before`, {
    risk: 'medium',
    touches: [service],
    unavailable: noWorkload(service),
    preview: async (context): Promise<Preview> => {
      const plan = await planOf(service, context);
      const { kubernetes, signal, now } = context;
      await kubernetes.rehearseRollBack(service, plan.to.template, signal);
      return {
        summary: `Roll ${plan.namespace}/${plan.name} back from revision ${plan.current.number} to ${plan.to.number}`,
        changes: changesOf(plan, now),
        notes: notesOf(plan),
        boundTo: `${stateOf(plan)} to ${plan.to.template}`,
      };
    },
    run: async (context) => {
      const { to, replicas } = await planOf(service, context);
      await context.kubernetes.rollBack(service, to.template, { untilReady: true }, context.signal);
      return `revision ${to.number} is back: ${count(replicas, 'pod')}, ready`;
    },
    undo: undoWith({
      title: 'Roll forward again, to the revision that it came from',
      capture: async ({ kubernetes, signal }) => {
        const { template, number } = (await kubernetes.history(service, signal)).current;
        return { template, number };
      },
      parse: (data) => Kept.parse(data),
      apply: async ({ kubernetes, signal }, { template, number }) => {
        // It did not come up before, and need not now.
        await kubernetes.rollBack(service, template, { untilReady: false }, signal);
        return `what was revision ${number} is rolled out again, whether it comes up or not`;
      },
      isBack: async ({ kubernetes, signal }, { template }) =>
        (await kubernetes.history(service, signal)).current.template === template,
      startsFrom: async ({ kubernetes, signal }) => stateOf(await kubernetes.history(service, signal)),
    }),
    verifiedBy,
    timeoutSeconds: 300,
  });

/** What a rollout changes, whoever starts it. */
const stateOf = ({ namespace, name, current }: History): string =>
  `${namespace}/${name}/${current.number}/${current.template}`;

function changesOf({ current, to, replicas }: Plan, now: Date): Change[] {
  const written = ({ number, since }: Revision) =>
    `${number}, first rolled out ${moment(since)} (${ago(since, now)})`;
  return [
    { what: 'Revision', before: written(current), after: written(to) },
    ...to.changes,
    {
      what: 'Pods',
      before: `${current.ready} of revision ${current.number} ready, ${to.ready} of ${to.number}`,
      after: `${replicas} of revision ${to.number}`,
    },
  ];
}

const notesOf = ({ current, to, replicas }: Plan): readonly string[] => [
  to.ready === 0
    ? `No pod of revision ${to.number} is ready: whether it comes up is not known.`
    : to.ready >= replicas
      ? `${count(to.ready, 'pod')} of revision ${to.number} run, and stay.`
      : `${count(to.ready, 'pod')} of revision ${to.number} run, and stay; the others are made anew.`,
  'What the deploy changed in the database stays: look whether the earlier version can work with it.',
  'Secrets and config maps stay as they are now.',
  `The manifest in the repository still says what revision ${current.number} does: take it back there too, or the next deploy brings it again.`,
];
