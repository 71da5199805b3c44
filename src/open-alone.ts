/** Opens what a replica goes by without its database: its place on the disk, the picture it takes, and who works on it then. */
import type { WebClient } from '@slack/web-api';
import { type Alone, createAlone, createDatabaseClock, type DatabaseClock } from './alone.ts';
import { createAloneWork } from './alone-work.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { EngineOptions, openEngine } from './open-engine.ts';
import { refuseStale } from './slack/answer-alone.ts';
import { takePlace } from './spool/place.ts';
import { openSpool, type Spool } from './spool/spool.ts';
import { createAlerts } from './store/alerts.ts';
import { isAway } from './store/away.ts';
import { createImports } from './store/imports.ts';
import { createPicturing } from './store/picture.ts';
import { createReplies } from './store/replies.ts';

export interface AlonePlace {
  readonly spool: Spool;
  readonly clock: DatabaseClock;
  release(): Promise<void>;
}

/** Where the disk refuses, it is in memory alone, and the log says so. */
export async function openPlace(folder: string, log: Log): Promise<AlonePlace> {
  const onError = (error: unknown, what: string): void =>
    log.error({ folder, error: messageOf(error) }, what);
  const place = await takePlace(folder).catch((error: unknown) => {
    onError(error, 'there is no place for the spool: give PAKSA_SPOOL a folder that can be written');
    return undefined;
  });
  const now = (): number => clock.now();
  const spool = await openSpool({ folder: place?.folder ?? folder, now, onError });
  const clock = createDatabaseClock(spool.picture());
  return { spool, clock, release: async () => place?.release() };
}

/** False when the database is away, and was known before: it is waited for then. @throws what else is wrong */
export async function thereOrRemembered(
  begun: Promise<void>,
  remembered: EngineOptions['remembered'],
): Promise<boolean> {
  try {
    await begun;
    return true;
  } catch (error) {
    if (remembered === undefined || !(error instanceof Error) || !isAway(error.cause ?? error)) throw error;
    return false;
  }
}

export interface Surroundings {
  readonly client: WebClient;
  readonly channelOf: (environment: string) => string | undefined;
  readonly place: AlonePlace;
}

export function openAlone(
  { config, databaseUrl, log }: EngineOptions,
  engine: Awaited<ReturnType<typeof openEngine>>,
  { client, channelOf, place: { spool, clock, release } }: Surroundings,
): Alone & { readonly begun: Promise<void> } {
  const { pool, jobs, store, topics, redact, checkpoint, working } = engine;
  const replica = working.owner;
  const begun = Promise.withResolvers<void>();
  if (engine.isThere) begun.resolve();
  const alone = createAlone({
    spool,
    picturing: createPicturing(databaseUrl, replica),
    replica,
    clock,
    log,
    checkpoint,
    reconciling: {
      store,
      alerts: createAlerts(pool, jobs.enqueue),
      replies: createReplies(pool, jobs.enqueue),
      imports: createImports(pool, jobs.enqueue),
    },
    begin: async () => {
      await engine.begin();
      begun.resolve();
    },
    work: (memory, picture) =>
      createAloneWork(
        {
          config,
          client,
          topics,
          replica,
          add: spool.add,
          now: clock.now,
          redact,
          checkpoint,
          log,
          channelOf,
        },
        memory,
        picture,
      ),
    isStale: (received) => refuseStale({ client, store }, received, clock.now()),
    isThereAtStart: engine.isThere,
  });
  return {
    ...alone,
    begun: begun.promise,
    stop: async () => {
      await alone.stop();
      await release();
    },
  };
}
