/** The ladder, wired: the pagers of paksa.yaml in order, Slack's among them, and what its timers, pages and answers set in motion. */
import { type EscalateDeps, pageIsLate, sendPage, timerDue } from './engine/escalate.ts';
import type { Checkpoint, Deliveries, Pager, Quieter, Schedules, Store } from './engine/ports.ts';
import { quiet } from './engine/quiet.ts';
import type { LostHandlers, TaskHandlers } from './jobs/jobs.ts';
import { atMost, MOST_OF_SLACK } from './paging/at-once.ts';
import type { ServicePager } from './paging/held.ts';
import { createInOrder, whyNot } from './paging/in-order.ts';
import { createQuieter } from './paging/quiet.ts';
import { SLACK } from './policy/policy.ts';

export interface LadderDeps {
  readonly deliveries: Deliveries;
  /** Beside Slack, by name. */
  readonly services: ReadonlyMap<string, ServicePager>;
  /** Pages and timers wait until the database has what happened without it. */
  readonly whenThere: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly store: Store;
  readonly schedules: Schedules;
  /** The pager that is always there. */
  readonly slack: Pager;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
}

export interface Ladder {
  readonly deliveries: Deliveries;
  /** All of them, by name. */
  readonly pagers: ReadonlyMap<string, Pager>;
  readonly quieter: Quieter;
  readonly escalating: EscalateDeps;
  readonly handlers: Pick<TaskHandlers, 'timer' | 'page' | 'quiet'>;
  readonly lost: Pick<LostHandlers, 'page'>;
}

export function openLadder({
  deliveries,
  services,
  whenThere,
  store,
  schedules,
  slack,
  redact,
  checkpoint,
}: LadderDeps): Ladder {
  const pagers = new Map<string, Pager>([
    [SLACK, { page: atMost(MOST_OF_SLACK, SLACK, slack.page) }],
    ...services,
  ]);
  const quieter = createQuieter({ services, deliveries, redact, checkpoint });
  const pager = createInOrder({ pagers, deliveries, redact });
  const escalating: EscalateDeps = { store, pager, schedules, redact, checkpoint };
  return {
    deliveries,
    pagers,
    quieter,
    escalating,
    handlers: {
      timer: (task) => whenThere(() => timerDue({ store, checkpoint }, task)),
      page: (task) => whenThere(() => sendPage(escalating, task)),
      quiet: (task) => quiet({ store, quieter }, task),
    },
    lost: {
      // The ladder goes on without it, and it is tried all the same for as long as nobody has answered.
      page: (task) =>
        whenThere(async () => {
          await pageIsLate(escalating, task, await whyNot(deliveries, task.incident, task.page));
          await sendPage(escalating, task);
        }),
    },
  };
}
