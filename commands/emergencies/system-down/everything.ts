/** The guide's `kubectl get pods -n paksa-financial`, judged: every pod of the namespace, and whether each service has somebody behind it. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../../src/runbook/finding.ts';
import type { Target } from '../../../src/runbook/target.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { ON_ITS_WAY } from '../../parts/replicas.ts';
import { SERVICES, type Service } from '../../parts/services.ts';
import { noCluster } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';

type Pod = Awaited<ReturnType<CheckContext['kubernetes']['pods']>>[number];

const SHOWN = 8;

/** What restarts the pods of each service. */
const RESTARTS: Readonly<Record<Service, string>> = {
  backend: 'rollout-restart',
  postgres: 'restart-statefulset',
  redis: 'restart-redis-pods',
  nginx: 'restart-ingress',
};

/** On its way in or out: no trouble while another one of its workload works. */
const isInPassing = ({ why = '' }: Pod): boolean => ON_ITS_WAY.test(why) || why === 'Terminating';

/** A job that has ended, and an evicted pod, stay listed; whoever made them makes others. */
const hasEnded = ({ phase }: Pod): boolean => phase === 'Succeeded' || phase === 'Failed';

const ownerOf = ({ owner, name }: Pod): string => owner ?? name;

export const pods = check(
  'All pods',
  async ({ kubernetes, target, signal }): Promise<Verdict> => {
    const all = await kubernetes.pods(signal);
    const lasting = all.filter((pod) => !hasEnded(pod));
    if (lasting.length === 0)
      return problem(
        all.length === 0
          ? 'there is no pod in the namespace'
          : `none runs: ${count(all.length, 'pod has', 'pods have')} ended`,
      );
    const standing = new Set(lasting.filter(({ ready }) => ready).map(ownerOf));
    const ill = lasting.filter((pod) => !pod.ready && !(standing.has(ownerOf(pod)) && isInPassing(pod)));
    if (ill.length === 0) return healthy(`${count(lasting.length, 'pod')}, none of them in trouble`);
    const lines = ill.map((pod) => short(`${pod.name}: ${pod.why ?? pod.phase}`, 120));
    const more = ill.length > 3 ? ` and ${ill.length - 3} more` : '';
    return problem(
      `${ill.length} of ${count(lasting.length, 'pod')} not ready: ${short(lines.slice(0, 3).join('; '), 200)}${more}`,
      {
        evidence: { pods: lines.slice(0, SHOWN) },
        severity: ill.every((pod) => standing.has(ownerOf(pod))) ? 'warning' : 'critical',
        suggests: restartsOf(ill, target),
      },
    );
  },
  { skip: noCluster },
);

function restartsOf(ill: readonly Pod[], { kubernetes }: Target): string[] {
  const owners = new Set(ill.map(ownerOf));
  return SERVICES.filter((service) => {
    const workload = kubernetes?.workloads[service];
    return workload !== undefined && owners.has(`${workload.kind}/${workload.name}`);
  }).map((service) => RESTARTS[service]);
}

export const services = check(
  'All services of the cluster',
  async ({ kubernetes, target, signal }): Promise<Verdict> => {
    const all = await kubernetes.services(signal);
    const empty = all
      .filter(({ hasSelector, readyAddresses }) => hasSelector && readyAddresses === 0)
      .map(({ name }) => name);
    const wanted = target.kubernetes?.backendService ?? '';
    if (!all.some(({ name }) => name === wanted))
      return problem(
        `there is no service ${wanted}, so that nobody reaches the backend: apply its manifest again`,
        { evidence: { services: all.slice(0, SHOWN).map(({ name }) => name) } },
      );
    if (empty.length === 0) return healthy(`${count(all.length, 'service')}, each with somebody behind it`);
    const isBackend = empty.includes(wanted);
    return problem(`nobody is behind ${short(empty.join(', '), 150)}`, {
      evidence: { services: empty.slice(0, SHOWN) },
      severity: isBackend || empty.length === all.length ? 'critical' : 'warning',
      suggests: isBackend ? ['rollout-restart', 'start-pods'] : [],
    });
  },
  { skip: noCluster },
);
