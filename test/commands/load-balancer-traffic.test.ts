/** The topic `load-balancer`, who gets requests in the cluster: one case a finding. */
import { describe, expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { Replica } from '../../commands/parts/replicas.ts';
import type { Endpoints, Readiness, Workload } from '../../src/adapters/kubernetes/port.ts';
import type { InsideAnswer } from '../../src/adapters/runtime/port.ts';
import type { Given } from './context.ts';
import { crashing, replica, topic, workload } from './emergencies/samples.ts';
import { history, revision } from './revisions.ts';
import { HEALTH, ILL } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, warning } from './topic.ts';

const { look } = topic(loadBalancer);

describe('endpoints', () => {
  const A = '10.1.0.1:8000 (a)';
  const B = '10.1.0.2:8000 (b)';
  const rollout = ['rollout-restart'];
  const cluster = (
    endpoints: Pick<Endpoints, 'ready' | 'notReady'>,
    wanted: Partial<Workload> = {},
    ...pods: (readonly [Replica, Partial<InsideAnswer>?])[]
  ): Given => ({
    kubernetes: {
      endpoints: async () => ({ service: 'paksa-backend-service', ...endpoints }),
      workload: async () => workload(wanted),
      history: async () => history({ current: revision(1, { pods: ['a', 'b'] }), earlier: [] }),
      replicas: async () => pods.map(([pod]) => pod),
      ask: async () => pods.flatMap(([{ name }, of]) => (of ? [{ replica: name, detail: '', ...of }] : [])),
    },
  });
  const unready = (name: string) => replica(name, { ready: false, why: 'ContainersNotReady' });
  const ok = { status: 200, detail: HEALTH };
  const lacking = { status: 503, detail: ILL };
  const starting = replica('b', { ready: false, startedAt: minutesAgo(0.2) });
  test.each([
    ['all', cluster({ ready: [A, B], notReady: [] }), healthy('2 addresses get requests')],
    [
      'one on its way, in a rollout',
      cluster(
        { ready: [A], notReady: [B] },
        {},
        [replica('a'), ok],
        [starting, { detail: 'connection refused' }],
      ),
      healthy('1 address gets requests, more are on the way'),
    ],
    [
      'one that crashes',
      cluster({ ready: [A], notReady: [B] }, {}, [replica('a'), ok], [crashing('b')]),
      warning('b ends and is started again and again: 7 restarts; it gets no requests', rollout),
    ],
    [
      'all crash',
      cluster({ ready: [], notReady: [A, B] }, {}, [crashing('a')], [crashing('b')]),
      problem(
        'nobody gets requests: a ends and is started again and again: 7 restarts, and 1 more likewise',
        rollout,
      ),
    ],
    [
      'all lack something else',
      cluster({ ready: [], notReady: [A, B] }, {}, [unready('a'), lacking], [unready('b'), lacking]),
      inconclusive(
        'nobody gets requests: a answers 503: database: connection refused, and 1 more likewise. That is not the load balancer’s',
      ),
    ],
    [
      'scaled to nothing',
      cluster({ ready: [], notReady: [] }, { replicas: 0 }),
      problem('nobody gets requests: the backend is scaled to nothing', ['start-pods']),
    ],
    [
      'all have only just started',
      cluster({ ready: [], notReady: [B] }, {}, [starting, { detail: 'connection refused' }]),
      inconclusive('nobody gets requests yet: the pods have only just started'),
    ],
    [
      'no pod came to be',
      cluster({ ready: [], notReady: [] }, {}),
      problem('nobody gets requests: 2 pods are wanted, and none is there', rollout),
    ],
    [
      'pods that answer, and are not behind the service',
      cluster({ ready: [], notReady: [] }, {}, [replica('a'), ok], [replica('b'), ok]),
      problem(
        expect.stringMatching(/^nobody gets requests, though 2 pods answer: compare the service’s selector/),
      ),
    ],
    [
      'no such service',
      { kubernetes: { endpoints: faulty('not-found', 'Look with kubectl get svc.') } },
      problem('there is no such service: Look with kubectl get svc.'),
    ],
    [
      'nobody may ask',
      { kubernetes: { endpoints: faulty('forbidden', 'Allow it.') } },
      inconclusive('could not look: Allow it.'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('endpoints', given)).toMatchObject(verdict);
  });

  test('shows who gets requests and who does not', async () => {
    const given = cluster({ ready: [A], notReady: [B] }, {}, [replica('a'), ok], [crashing('b')]);
    expect((await look('endpoints', given)).evidence).toEqual({
      service: 'paksa-backend-service',
      ready: [A],
      'not ready': [B],
      'no roll-back': 'revision 1 is the only one that is kept',
    });
  });

  test('a deploy that does not come up is named, and can be taken back', async () => {
    const given = cluster({ ready: [A, B], notReady: [] }, {}, [replica('a'), ok], [replica('b'), ok]);
    const crashed = cluster({ ready: [A, B], notReady: ['10.1.0.3:8000 (c)'] }, {}, [crashing('c')]);
    expect(await look('endpoints', given)).toMatchObject(healthy('2 addresses get requests'));
    expect(
      await look('endpoints', { kubernetes: { ...crashed.kubernetes, history: async () => history() } }),
    ).toMatchObject(
      warning(
        expect.stringMatching(
          /7 restarts; it gets no requests\. Revision 5, .* the deploy can be rolled back$/,
        ),
        ['roll-back'],
      ),
    );
  });
});

describe('readiness', () => {
  const probed = (readiness?: Readiness): Given => ({
    kubernetes: { workload: async () => workload(readiness ? { readiness } : {}) },
  });
  test.each([
    [
      'soon',
      probed({ periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 }),
      healthy('a dead pod is left within 30 s'),
    ],
    [
      'just soon enough',
      probed({ periodSeconds: 20, timeoutSeconds: 1, failureThreshold: 3 }),
      healthy('a dead pod is left within 60 s'),
    ],
    [
      'too late',
      probed({ periodSeconds: 60, timeoutSeconds: 1, failureThreshold: 3 }),
      warning('a dead pod gets requests for up to 180 s', ['fix-readiness']),
    ],
    ['none', probed(), warning('paksa-backend has none: pods get requests before they can answer them')],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('readiness', given)).toMatchObject(verdict);
  });
});
