/** How many replicas share the work: with fewer than are wanted, each has more to do. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { isUp } from '../parts/replicas.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { count } from '../parts/words.ts';

export const capacityCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    `${platform === 'docker' ? 'Containers' : 'Pods'} that share the work`,
    async (context): Promise<Verdict> => {
      const { one, many } = NOUN[platform];
      const [replicas, workload] = await Promise.all([
        runtimeOf(platform, context).replicas('backend', context.signal),
        platform === 'kubernetes' ? context.kubernetes.workload('backend', context.signal) : undefined,
      ]);
      const wanted = workload?.replicas ?? replicas.length;
      const up = replicas.filter(isUp).length;
      const evidence: Evidence = { ready: `${up} of ${wanted}` };
      if (up === 0)
        return inconclusive(
          `no ${one} takes requests: that is no matter of speed, see load-balancer`,
          evidence,
        );
      return up < wanted
        ? problem(`${up} of ${count(wanted, one, many)} do the work of all`, {
            evidence,
            severity: 'warning',
            suggests,
          })
        : healthy(`${count(up, one, many)}, as many as are wanted`, evidence);
    },
    { skip: noReplicas(platform, 'backend') },
  );
