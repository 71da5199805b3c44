/** What was scaled down “for a while” has to be scaled back: a reminder for as long as it is not, and the way back. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { Fix } from '../../src/runbook/fix.ts';
import { scaleFix } from './scale.ts';
import { noWorkload } from './target.ts';
import { ago, count, moment } from './words.ts';

export const notScaledDown = (suggests: readonly string[]) =>
  check(
    'Replicas that were scaled down for a while',
    async ({ kubernetes, signal, now }): Promise<Verdict> => {
      const { replicas, scaledDown } = await kubernetes.workload('backend', signal);
      // One that is stopped altogether is found by those who count pods.
      if (!scaledDown || replicas === 0)
        return healthy(`${count(replicas, 'replica is', 'replicas are')} wanted`);
      const { from, at } = scaledDown;
      return problem(
        `still scaled down by Paksa from ${from} to ${count(replicas, 'replica')}, ${ago(at, now)}`,
        { evidence: { since: moment(at) }, severity: 'warning', suggests },
      );
    },
    { skip: noWorkload('backend') },
  );

export const scaleBack = (verifiedBy: readonly string[]): Fix =>
  scaleFix('backend', {
    title: 'Scale the backend back to as many replicas as there were',
    to: ({ replicas, scaledDown }) => scaledDown?.from ?? replicas,
    verifiedBy,
    notes: () => ['Each replica takes memory of its own: look at the nodes first.'],
    refuse: ({ scaledDown }) =>
      scaledDown ? undefined : 'Paksa has not scaled it down: there is nothing to scale back.',
  });
