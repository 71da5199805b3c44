/** Who of the backend gets requests in the cluster: the guide's `kubectl get endpoints`, and the readiness probe that decides. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { noWorkload } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import { healthOf, RESTARTS, remedyFor, told } from './backend.ts';
import { isNoticedTooLate, unnoticedSeconds } from './figures.ts';

const SHOWN = 8;

export const endpoints = check(
  'Endpoints of the backend’s service',
  async (context): Promise<Verdict> => {
    const { kubernetes, signal } = context;
    const found = await asked(kubernetes.endpoints(signal));
    if (!found.answered)
      return found.fault === 'not-found'
        ? problem(`there is no such service: ${found.message}`)
        : inconclusive(`could not look: ${found.message}`);
    const { service, ready, notReady } = found.answer;
    const evidence: Evidence = {
      service,
      ready: ready.slice(0, SHOWN),
      'not ready': notReady.slice(0, SHOWN),
    };
    if (ready.length > 0 && notReady.length === 0)
      return healthy(`${count(ready.length, 'address gets', 'addresses get')} requests`, evidence);
    return explain(context, ready.length, evidence);
  },
  { skip: noWorkload('backend'), timeoutSeconds: 20 },
);

/** Why not everybody gets requests; of who merely lacks something, or is on its way, it is no finding. */
async function explain(context: CheckContext, ready: number, evidence: Evidence): Promise<Verdict> {
  const [{ replicas: wanted }, pods] = await Promise.all([
    context.kubernetes.workload('backend', context.signal),
    healthOf('kubernetes', context),
  ]);
  const nobody = 'nobody gets requests';
  if (wanted === 0)
    return problem(`${nobody}: the backend is scaled to nothing`, { evidence, suggests: ['start-pods'] });
  const broken = pods.filter(({ state }) => state === 'broken');
  if (broken.length > 0) {
    const remedy = await remedyFor('kubernetes', broken, context);
    const says =
      ready === 0
        ? `${nobody}: ${told(broken)}`
        : `${told(broken)}; ${broken.length === 1 ? 'it gets' : 'they get'} no requests`;
    return problem(`${says}${remedy.because}`, {
      evidence: { ...evidence, ...remedy.evidence },
      severity: ready === 0 ? 'critical' : 'warning',
      suggests: remedy.suggests,
    });
  }
  const ill = pods.filter(({ state }) => state === 'ill');
  if (ill.length > 0)
    return inconclusive(
      `${ready === 0 ? `${nobody}: ` : ''}${told(ill)}. That is not the load balancer’s`,
      evidence,
    );
  if (ready > 0)
    return healthy(
      `${count(ready, 'address gets', 'addresses get')} requests, more are on the way`,
      evidence,
    );
  if (pods.some(({ state }) => state === 'starting'))
    return inconclusive(`${nobody} yet: the pods have only just started`, evidence);
  return problem(
    pods.length === 0
      ? `${nobody}: ${count(wanted, 'pod is', 'pods are')} wanted, and none is there`
      : `${nobody}, though ${count(pods.length, 'pod answers', 'pods answer')}: compare the service’s selector and port with the pods, and look at the readiness probe`,
    { evidence, suggests: pods.length === 0 ? RESTARTS.kubernetes : [] },
  );
}

export const readiness = check(
  'Readiness probe of the backend',
  async ({ kubernetes, signal }): Promise<Verdict> => {
    const { name, readiness: probe } = await kubernetes.workload('backend', signal);
    if (!probe)
      return problem(`${short(name, 80)} has none: pods get requests before they can answer them`, {
        severity: 'warning',
      });
    const evidence = {
      'asked every': `${probe.periodSeconds} s`,
      'given up after': `${probe.timeoutSeconds} s`,
      'left after': count(probe.failureThreshold, 'failure'),
    };
    const seconds = unnoticedSeconds(probe);
    return isNoticedTooLate(probe)
      ? problem(`a dead pod gets requests for up to ${seconds} s`, {
          evidence,
          severity: 'warning',
          suggests: ['fix-readiness'],
        })
      : healthy(`a dead pod is left within ${seconds} s`, evidence);
  },
  { skip: noWorkload('backend') },
);
