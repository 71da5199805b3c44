/**
 * One queue a kind of task, with what it may cost to lose its worker. The options were measured side by side; a
 * heartbeat of 10 s is the library's floor, so that a dead worker's task is taken over within about 12 s.
 */
import type { PgBoss, Queue } from 'pg-boss';
import { MOST_PAGE_TRIES } from '../engine/escalate.ts';
import type { Task } from '../engine/task.ts';

export type QueueName = Task['task'] | 'run-lost' | 'page-lost' | 'drill-lost';

const ALIVE = { heartbeatSeconds: 10, notify: true } as const;
/** Comes back until it can be done: only the database or Slack being away makes it fail, and they return. */
const PERSISTENT = {
  ...ALIVE,
  retryLimit: 10_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
} as const;

export const QUEUES: Readonly<Record<QueueName, Omit<Queue, 'name'>>> = {
  diagnose: { ...PERSISTENT, expireInSeconds: 300 },
  look: { ...PERSISTENT, expireInSeconds: 300 },
  survey: { ...PERSISTENT, expireInSeconds: 300 },
  preview: { ...PERSISTENT, expireInSeconds: 120 },
  // Never again by itself: who finds it dead decides whether it had begun.
  run: { ...ALIVE, retryLimit: 0, deadLetter: 'run-lost', expireInSeconds: 3600 },
  'run-lost': PERSISTENT,
  verify: PERSISTENT,
  timer: PERSISTENT,
  page: {
    ...ALIVE,
    retryLimit: MOST_PAGE_TRIES,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 20,
    deadLetter: 'page-lost',
  },
  'page-lost': PERSISTENT,
  // Tried for about a minute: after that, somebody wants to know why not.
  drill: {
    ...ALIVE,
    retryLimit: 6,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 15,
    deadLetter: 'drill-lost',
  },
  'drill-lost': PERSISTENT,
  'drill-end': PERSISTENT,
  'look-ahead': PERSISTENT,
  quiet: PERSISTENT,
  // One waiting and one at work for each incident: its channel is brought up to date with all that has happened.
  room: { ...PERSISTENT, policy: 'stately' },
  // One waiting and one at work for each group: it is worked on by one, once for all that has come.
  alerts: { ...PERSISTENT, policy: 'stately' },
  // Likewise for each message: any number of changes while one is drawn are drawn once after it.
  publish: { ...PERSISTENT, policy: 'stately' },
  receive: { ...PERSISTENT, retryLimit: 20 },
  reply: { ...PERSISTENT, retryLimit: 20 },
};

function keyOf(task: Task): string | undefined {
  if (task.task === 'alerts') return `${task.environment}/${task.topic ?? ''}`;
  if (task.task === 'room') return task.incident;
  return task.task === 'publish' ? task.subject : undefined;
}

/** Dead letters first: a queue names one that must exist. Brings existing queues to these options. */
export async function createQueues(boss: PgBoss): Promise<void> {
  const there = new Map(
    (await boss.getQueues()).map((queue) => [queue.name, new Map(Object.entries(queue))]),
  );
  const names = Object.keys(QUEUES) as QueueName[];
  for (const name of names.sort((a, b) => Number(b.endsWith('-lost')) - Number(a.endsWith('-lost')))) {
    const { policy: _, ...changeable } = QUEUES[name];
    const present = there.get(name);
    if (!present) await boss.createQueue(name, QUEUES[name]);
    else if (Object.entries(changeable).some(([option, value]) => present.get(option) !== value))
      await boss.updateQueue(name, changeable);
  }
}

/** Options of `send` for a task that falls due `at` (epoch milliseconds), or now. */
export const sendOptions = (task: Task, at?: number): { singletonKey?: string; startAfter?: Date } => {
  const key = keyOf(task);
  return {
    ...(key === undefined ? {} : { singletonKey: key }),
    ...(at === undefined ? {} : { startAfter: new Date(at) }),
  };
};
