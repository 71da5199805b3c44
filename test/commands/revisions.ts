/** Rollouts of the backend as the cluster tells of them. */
import type { Revision, RolloutHistory } from '../../src/adapters/kubernetes/port.ts';
import { minutesAgo } from './topic.ts';

export const revision = (number: number, of: Partial<Revision> = {}): Revision => ({
  number,
  template: `hash${number}`,
  since: minutesAgo(600 - number * 10),
  pods: [],
  ready: 0,
  changes: [],
  ...of,
});

/** A deploy of four minutes ago whose one pod `c` crashes, before which `a` and `b` ran and still do. */
export const history = (of: Partial<RolloutHistory> = {}): RolloutHistory => ({
  name: 'paksa-backend',
  namespace: 'paksa-financial',
  replicas: 2,
  paused: false,
  current: revision(5, { since: minutesAgo(4), pods: ['c'] }),
  earlier: [
    revision(4, {
      pods: ['a', 'b'],
      ready: 2,
      changes: [{ what: 'Command', before: 'sh -c exit 3', after: 'the image’s own' }],
    }),
  ],
  ...of,
});
