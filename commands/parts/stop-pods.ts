/** Stopping the backend's pods in an emergency, and starting them again. The checks ask whether that was done; no diagnosis asks them. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { Fix } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { isAtWork, namesOf } from './at-work.ts';
import { scaleFix } from './scale.ts';
import { noWorkload } from './target.ts';
import { count } from './words.ts';

/** As many as the guide's deployment has: for one that Paksa did not stop. */
const USUAL_REPLICAS = 2;

/** None is wanted, and none is left that still ends. */
export async function runningPods({ kubernetes, signal }: CheckContext) {
  const [{ replicas: wanted }, pods] = await Promise.all([
    kubernetes.workload('backend', signal),
    kubernetes.replicas('backend', signal),
  ]);
  return { wanted, running: pods.filter(isAtWork) };
}

export const podsStopped = (suggests: readonly string[]) =>
  onlyNamed(
    check(
      'The backend’s pods are stopped',
      async (context): Promise<Verdict> => {
        const { wanted, running } = await runningPods(context);
        if (wanted === 0 && running.length === 0) return healthy('none is wanted, and none runs');
        return problem(
          wanted === 0
            ? `${namesOf(running)} still ${running.length === 1 ? 'runs' : 'run'}, though none is wanted`
            : `${count(wanted, 'pod is', 'pods are')} wanted, ${running.length} run`,
          { severity: 'warning', suggests },
        );
      },
      { skip: noWorkload('backend') },
    ),
  );

export const podsWanted = (suggests: readonly string[]) =>
  onlyNamed(
    check(
      'Pods of the backend are wanted',
      async ({ kubernetes, signal }): Promise<Verdict> => {
        const { replicas } = await kubernetes.workload('backend', signal);
        return replicas > 0
          ? healthy(`${count(replicas, 'pod is', 'pods are')} wanted`)
          : problem('it is scaled to nothing', { severity: 'warning', suggests });
      },
      { skip: noWorkload('backend') },
    ),
  );

export const scaleToZero = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Stop the backend’s pods (0 replicas)',
    to: () => 0,
    risk: 'high',
    verifiedBy,
    notes: ({ replicas, scaledDown }) => [
      'Nobody can use the system until it is scaled up again.',
      `How many there were is written on it: starting the pods again goes back to ${scaledDown?.from ?? replicas}.`,
      'What the pods hold in memory and in their logs is lost: copy it first where it matters.',
    ],
    refuse: ({ replicas }) => (replicas === 0 ? 'No replica is wanted: it is stopped already.' : undefined),
  });

export const scaleUp = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Start the backend’s pods again, as many as there were',
    to: ({ scaledDown }) => scaledDown?.from ?? USUAL_REPLICAS,
    verifiedBy,
    notes: ({ scaledDown }) => [
      'Whoever scaled it down may have had a reason: look at the thread first.',
      scaledDown
        ? `There were ${scaledDown.from} when Paksa scaled it down.`
        : `Paksa did not scale it down, and does not know how many there were: ${USUAL_REPLICAS} is what the guide’s deployment has. Scale on afterwards if there were more.`,
    ],
    refuse: ({ replicas }) =>
      replicas > 0 ? `There are ${replicas} replicas already: nothing to start.` : undefined,
  });
