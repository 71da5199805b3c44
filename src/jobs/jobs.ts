/** Durable tasks on pg-boss: put in with the state that causes them, worked on by any replica. */
import { type Job, type JobResult, PgBoss } from 'pg-boss';
import type { Enqueue } from '../engine/ports.ts';
import type { Task, TaskOf } from '../engine/task.ts';
import { AdapterError, messageOf } from '../errors.ts';
import { type InTouch, keepInTouch } from './in-touch.ts';
import { createQueues, type QueueName, sendOptions } from './queues.ts';

/** What to do for each kind of task. `signal` aborts when the claim on it is lost. */
export type TaskHandlers = {
  readonly [Name in Task['task']]: (task: TaskOf<Name>, signal: AbortSignal) => Promise<void>;
};

/** What to do for a task that nobody could finish in its time. */
export interface LostHandlers {
  readonly run: (task: TaskOf<'run'>) => Promise<void>;
  readonly page: (task: TaskOf<'page'>) => Promise<void>;
  readonly drill: (task: TaskOf<'drill'>) => Promise<void>;
}

export interface Jobs {
  readonly enqueue: Enqueue;
  /** Begins to work on these kinds of task. */
  work(handlers: Partial<TaskHandlers>, lost?: Partial<LostHandlers>): Promise<void>;
  /** Takes no more, and waits for what is in hand, at most `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

/**
 * A NOTIFY wakes the workers of a kind when a task is put in; what comes back, such as a dead worker's task, is found by
 * polling. Every worker polls for itself: were all of them to do so every second, a replica and its database would be busy with
 * nothing. So one of each kind does, and the others, who are wanted while that one is at work, now and then.
 * One that has found something asks again at once.
 */
const POLLING = {
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 1,
  burstWhenBatchFull: true,
  // The later a lost replica was heard from, the longer it has to notice (in-touch.ts).
  heartbeatRefreshSeconds: 2,
} as const;
const NOW_AND_THEN = { ...POLLING, notifyPollingIntervalSeconds: 5 } as const;
/** How many of a kind are worked on at a time. */
const SIDE_BY_SIDE = 3;
/** What comes many at a time, and waits for others. */
const MANY_SIDE_BY_SIDE = 10;
/** More than those that hang may keep (paging/at-once.ts). */
const PAGES_SIDE_BY_SIDE = 16;
/** Each has one of the store's connections while Slack is asked. */
const MESSAGES_SIDE_BY_SIDE = 5;
/** Nothing wakes a worker when a timer falls due. Timers are short work, and many may fall due at once. */
const TIMERS = {
  ...POLLING,
  notifyPollingIntervalSeconds: 0.5,
  localConcurrency: 2,
  batchSize: 8,
  perJobResults: true,
} as const;

/** As of src/store/pool.ts: a statement that is swallowed would keep its worker waiting for ever. */
const CONNECTION = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
  // That a connection is free, too: all workers share a few.
  connectionTimeoutMillis: 10_000,
  statement_timeout: 10_000,
  query_timeout: 11_000,
  idle_in_transaction_session_timeout: 8_000,
} as const;

/** By which the queue wakes its workers, as the library names it. */
const CHANNEL = `'pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24)`;

export interface JobsOptions {
  /** What its connections are called. */
  readonly applicationName?: string;
  /** The queue itself failed, such as its connection. */
  readonly onError: (error: Error) => void;
  /** A task failed; the queue's options decide whether it is tried again. */
  readonly onFailure: (task: Task, error: unknown) => void;
}

/** Not started yet: until then work can be owed, and nobody does it. */
export function createJobs(
  connectionString: string,
  { onError, onFailure, applicationName = 'paksa' }: JobsOptions,
): Jobs & { start(): Promise<void> } {
  const boss = new PgBoss({
    ...CONNECTION,
    connectionString,
    application_name: applicationName,
    useListenNotify: true,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    max: 8,
  });
  boss.on('error', onError);
  let inTouch: InTouch | undefined;
  /** Until the claim on the task is lost, as far as this replica can know. */
  const claimed = (signal: AbortSignal): AbortSignal =>
    inTouch ? AbortSignal.any([signal, inTouch.signal()]) : signal;

  const enqueue: Enqueue = async (query, task, at) => {
    const options = sendOptions(task, at);
    for (;;) {
      const sent = await boss.send(task.task, task, { ...options, db: { executeSql: query } });
      if (sent !== null || options.singletonKey === undefined) return;
      // One waits already, and will do. Nobody may take it before what it is about is committed, or it would miss that.
      const { rows } = await query(
        `SELECT FROM pgboss.job WHERE name = $1 AND singleton_key = $2 AND state = 'created' FOR SHARE`,
        [task.task, options.singletonKey],
      );
      if (rows.length === 0) continue;
      // Whoever was told of it meanwhile has passed it over: they are told again, at the commit.
      await query(`SELECT pg_notify(${CHANNEL}, $1)`, [task.task]);
      return;
    }
  };
  /** A system that asked to be left alone is, for as long as it said; everything else is the queue's to try again. */
  const orLater = async (task: Task, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof AdapterError) || error.retryAfterMs === undefined) {
        onFailure(task, error);
        throw error;
      }
      await boss.send(task.task, task, {
        ...sendOptions(task),
        // Whoever asks for no time at all is given a second.
        startAfter: Math.max(1, Math.ceil(error.retryAfterMs / 1000)),
      });
    }
  };
  const each =
    <Work extends Task>(handle: (task: Work, signal: AbortSignal) => Promise<void>) =>
    async (jobs: Job<Work>[]): Promise<void> => {
      for (const { data, signal } of jobs) await orLater(data, handle(data, claimed(signal)));
    };
  /** Side by side, and each settled for itself. */
  const together =
    <Work extends Task>(handle: (task: Work, signal: AbortSignal) => Promise<void>) =>
    (jobs: Job<Work>[]): Promise<JobResult[]> =>
      Promise.all(
        jobs.map(async ({ id, data, signal }): Promise<JobResult> => {
          try {
            await orLater(data, handle(data, claimed(signal)));
            return { id, status: 'completed' };
          } catch (error) {
            return { id, status: 'failed', output: { message: messageOf(error) } };
          }
        }),
      );

  return {
    enqueue,
    // Tried again after a failure, it is as if it had not been tried.
    start: async () => {
      await boss.start();
      await createQueues(boss);
      inTouch ??= keepInTouch(() => boss.getDb().executeSql('SELECT 1'));
    },
    work: async (handlers, lost = {}) => {
      const attend = async <Work extends Task>(
        queue: QueueName,
        handle: ((task: Work, signal: AbortSignal) => Promise<void>) | undefined,
        atATime = SIDE_BY_SIDE,
      ): Promise<void> => {
        if (!handle) return;
        await boss.work<Work>(queue, POLLING, each(handle));
        await boss.work<Work>(queue, { ...NOW_AND_THEN, localConcurrency: atATime - 1 }, each(handle));
      };
      const listen = <Name extends Task['task']>(name: Name, atATime?: number): Promise<void> =>
        attend<TaskOf<Name>>(name, handlers[name], atATime);
      const listenForTimers = async (): Promise<void> => {
        if (handlers.timer) await boss.work<TaskOf<'timer'>>('timer', TIMERS, together(handlers.timer));
      };
      // Each kind by name, so that a new one cannot be forgotten here.
      const kinds: Record<Task['task'], Promise<void>> = {
        diagnose: listen('diagnose', MANY_SIDE_BY_SIDE),
        survey: listen('survey'),
        preview: listen('preview'),
        run: listen('run'),
        verify: listen('verify'),
        look: listen('look'),
        timer: listenForTimers(),
        page: listen('page', PAGES_SIDE_BY_SIDE),
        quiet: listen('quiet'),
        room: listen('room'),
        drill: listen('drill'),
        'drill-end': listen('drill-end'),
        'look-ahead': listen('look-ahead'),
        alerts: listen('alerts'),
        publish: listen('publish', MESSAGES_SIDE_BY_SIDE),
        receive: listen('receive', MANY_SIDE_BY_SIDE),
        reply: listen('reply'),
      };
      await Promise.all([
        ...Object.values(kinds),
        attend<TaskOf<'run'>>('run-lost', lost.run),
        attend<TaskOf<'drill'>>('drill-lost', lost.drill),
        attend<TaskOf<'page'>>('page-lost', lost.page),
      ]);
    },
    stop: async (drainMs) => {
      await boss.stop({ graceful: true, timeout: drainMs, close: true });
      inTouch?.stop();
    },
  };
}

export async function startJobs(connectionString: string, options: JobsOptions): Promise<Jobs> {
  const jobs = createJobs(connectionString, options);
  await jobs.start();
  return jobs;
}
