/** Cutting the backend's pods off, and letting them back in; and whether the policy that says so is obeyed. */
import { z } from 'zod';
import { check, onlyNamed } from '../../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { fix, undoWith } from '../../../src/runbook/fix.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { placeOf } from '../../parts/database.ts';
import { runningPods } from '../../parts/stop-pods.ts';
import { noWorkload } from '../../parts/target.ts';
import { count } from '../../parts/words.ts';

const SKIP = { skip: noWorkload('backend') };

const isolated = onlyNamed(
  check(
    'A network policy cuts the backend off',
    async ({ kubernetes, signal }): Promise<Verdict> =>
      (await kubernetes.isIsolated(signal))
        ? healthy('it denies all traffic to and from its pods')
        : problem('none does, or another one allows some', { severity: 'warning', suggests: ['isolate'] }),
    SKIP,
  ),
);

/** A policy is a wish: only some network plugins fulfil it, and none of them says whether it does. So it is tried. */
const cutOff = onlyNamed(
  check(
    'The backend’s pods reach nobody',
    async (context): Promise<Verdict> => {
      const { kubernetes, signal } = context;
      const { running } = await runningPods(context);
      if (running.length === 0) return healthy('none of them runs');
      if (!(await kubernetes.isIsolated(signal)))
        return problem(`${count(running.length, 'pod runs', 'pods run')}, and no policy cuts them off`, {
          severity: 'warning',
          suggests: ['isolate', 'stop-pods'],
        });
      const facts = (await kubernetes.variables('backend', ['DATABASE_URL'], signal)).map(
        ({ variables }) => variables.DATABASE_URL,
      );
      const address = facts.find((fact) => fact?.address)?.address;
      if (!address) return inconclusive('no pod says in its DATABASE_URL whom to try to reach');
      const tried = await kubernetes.reach('backend', address.host, address.port, signal);
      if (tried.length === 0) return inconclusive('no pod could be asked from inside');
      const leaking = tried.find(({ reached }) => reached);
      return leaking
        ? problem(
            `${leaking.replica} still reaches ${placeOf(address)}: the cluster’s network does not enforce the policy`,
            { suggests: ['stop-pods'] },
          )
        : healthy(`${placeOf(address)} cannot be reached from ${count(tried.length, 'pod')}`);
    },
    { ...SKIP, timeoutSeconds: 20 },
  ),
);

const joined = check(
  'The backend is not cut off',
  async ({ kubernetes, signal }): Promise<Verdict> =>
    (await kubernetes.isIsolated(signal))
      ? problem('Paksa’s network policy cuts it off', { suggests: ['rejoin'] })
      : healthy('no policy of Paksa’s cuts it off'),
  SKIP,
);

export const checks = { joined, isolated, 'cut-off': cutOff };

const Isolation = z.object({ isolated: z.boolean() });

const stateOf = async ({ kubernetes, signal }: CheckContext): Promise<string> =>
  (await kubernetes.isIsolated(signal)) ? 'cut off' : 'reachable';

/** Both ways round. */
const toggled = {
  capture: async ({ kubernetes, signal }: CheckContext) => ({
    isolated: await kubernetes.isIsolated(signal),
  }),
  parse: (data: unknown) => Isolation.parse(data),
  isBack: async ({ kubernetes, signal }: CheckContext, { isolated: was }: z.infer<typeof Isolation>) =>
    (await kubernetes.isIsolated(signal)) === was,
  startsFrom: stateOf,
};

export const fixes = {
  isolate: fix('Cut the backend’s pods off by a network policy', {
    risk: 'high',
    touches: ['backend'],
    unavailable: noWorkload('backend'),
    preview: async (context) => {
      const { kubernetes, signal } = context;
      const state = await stateOf(context);
      if (state === 'cut off') throw new Error('It is cut off already: nothing to do.');
      const { name, namespace, replicas, ready } = await kubernetes.workload('backend', signal);
      return {
        summary: `Deny all traffic to and from the pods of ${namespace}/${name}`,
        changes: [{ what: 'Pods', before: `${ready} of ${replicas} reachable`, after: 'none reachable' }],
        notes: [
          'Nobody can use the system until this is taken back.',
          'The pods go on running: what they hold in memory can still be looked at.',
          'Only a network plugin that enforces policies does so, and connections that are open may stay open.',
        ],
        boundTo: state,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.isolate(signal);
      return 'the network policy is in place';
    },
    undo: undoWith({
      title: 'Let traffic through again',
      ...toggled,
      apply: async ({ kubernetes, signal }) => {
        await kubernetes.rejoin(signal);
        return 'the network policy is removed';
      },
    }),
    verifiedBy: ['isolated'],
  }),
  rejoin: fix('Let traffic through to the backend’s pods again', {
    risk: 'high',
    touches: ['backend'],
    unavailable: noWorkload('backend'),
    preview: async (context) => {
      const state = await stateOf(context);
      if (state === 'reachable') throw new Error('It is not cut off: nothing to do.');
      return {
        summary: 'Remove the network policy that cuts the backend off',
        changes: [{ what: 'Network policy', before: 'denies all traffic', after: 'gone' }],
        notes: ['Only once the audit is done. Whoever was kept out can try again from now on.'],
        boundTo: state,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.rejoin(signal);
      return 'the network policy is removed';
    },
    undo: undoWith({
      title: 'Cut the backend off again',
      ...toggled,
      apply: async ({ kubernetes, signal }) => {
        await kubernetes.isolate(signal);
        return 'the network policy is in place';
      },
    }),
    verifiedBy: ['joined'],
  }),
};
