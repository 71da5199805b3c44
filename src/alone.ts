/**
 * Wires what a replica does when its database is away (ADR 17): it keeps what comes in on disk, carries the ladders on from
 * memory once the silence has lasted, and takes everything into the database when that is back.
 */

import type { AloneWork } from './alone-work.ts';
import type { EntryOf, Picture, Picturing } from './engine/alone.ts';
import type { CarryingOn } from './engine/carry-on.ts';
import type { Alerts, Checkpoint, Receipt, Receipts, Replies } from './engine/ports.ts';
import { type ReconcileDeps, reconcile } from './engine/reconcile.ts';
import { AdapterError, messageOf } from './errors.ts';
import { standBy } from './jobs/standing-by.ts';
import type { Log } from './log.ts';
import { recall } from './spool/memory.ts';
import type { Spool } from './spool/spool.ts';
import { isAway, withinMs } from './store/away.ts';

export interface AloneOptions {
  readonly spool: Spool;
  readonly picturing: Picturing;
  /** This replica's name. */
  readonly replica: string;
  readonly clock: DatabaseClock;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
  readonly reconciling: Omit<ReconcileDeps, 'isAway' | 'onLeft' | 'checkpoint'>;
  /** Brings the tables up to date and starts the queue, where that could not be done at start. */
  readonly begin: () => Promise<void>;
  /** What it is done with, on this memory. */
  readonly work: (memory: ReturnType<typeof recall>, picture: Picture) => AloneWork;
  /** Whether what came in waits too long to be wanted; whoever sent it is told. */
  readonly isStale: (received: EntryOf<'received'>) => Promise<boolean>;
  readonly isThereAtStart: boolean;
}

/** Between two pictures; once it is away, it is asked more often. In milliseconds. */
const PICTURE_MS = 2_500;
const AWAY_PICTURE_MS = 1_000;
/** So long a silence is not a moment's: less, and the queue's own patience is enough. */
const SILENCE_MS = 8_000;
/** One look that fails may be this machine's own breathlessness. */
const MOST_LOOKS = 3;
/** Slack waits 3 s for an acknowledgement. */
const KEEP_MS = 2_000;
const ROUND_MS = 500;
/** What is under way when the database is back has so long to end. */
const SETTLE_MS = 20_000;
/** Taking it over is tried so often before it is put aside for a person to look at: ladders must go on. */
const MOST_TRIES = 5;
/** Others that were away too have so long to take over what they did before this replica works on pages again. */
const OTHERS_MS = 15_000;

type Mode = 'with' | 'alone' | 'catching-up';

export type Alone = ReturnType<typeof createAlone>;

export function createAlone(options: AloneOptions) {
  const { spool, picturing, clock, log, checkpoint } = options;
  let mode: Mode = options.isThereAtStart ? 'with' : 'catching-up';
  let isHeard = options.isThereAtStart;
  let failures = 0;
  let waitingSince: number | undefined;
  let current: { work: AloneWork; carrying: CarryingOn; stop: () => Promise<void> } | undefined;

  const goOn = async (): Promise<void> => {
    const picture = spool.picture();
    if (mode === 'alone' || picture === undefined) return;
    mode = 'alone';
    log.error({ since: new Date(picture.at).toISOString() }, 'the database is away: going on from memory');
    const work = options.work(recall(picture, spool.entries()), picture);
    const over = new AbortController();
    const loop = keepGoing(work.carrying, over.signal, (error) =>
      log.error({ error: messageOf(error) }, 'a round without the database failed'),
    );
    current = {
      work,
      carrying: work.carrying,
      stop: async () => {
        over.abort();
        await loop;
        await work.carrying.settled(SETTLE_MS);
      },
    };
    void work.notice('away');
    for (const entry of spool.entries()) if (entry.entry === 'received') answer(entry.receipt);
  };

  const answer = (receipt: Receipt): void => {
    current?.work.answer(receipt).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'a payload could not be answered from memory: it is kept');
    });
  };

  const catchUp = async (): Promise<void> => {
    await voidStale();
    const entries = [...spool.entries()];
    try {
      await reconcile(
        {
          ...options.reconciling,
          checkpoint,
          isAway,
          onLeft: (incident, error) =>
            log.error(
              { incident, error: messageOf(error) },
              'what happened without the database was not taken over',
            ),
        },
        entries,
      );
    } catch (error) {
      failures += 1;
      if (isAway(error) || failures < MOST_TRIES) throw error;
      log.error({ error: messageOf(error) }, 'the spool cannot be taken over: it is put aside, look at it');
      await spool.putAside();
      return;
    }
    failures = 0;
    // Something came in between: the next picture finds it.
    await spool.clear(entries.length);
  };

  const voidStale = async (): Promise<void> => {
    const known = new Set(
      spool.entries().flatMap((each) => (each.entry === 'answered' ? [each.receipt] : [])),
    );
    for (const entry of [...spool.entries()]) {
      if (entry.entry !== 'received' || known.has(entry.receipt.id)) continue;
      const isStale = await options.isStale(entry).catch((error: unknown) => {
        log.warn(
          { error: messageOf(error) },
          'what came in too long ago was not looked at: it is judged as it is worked on',
        );
        return false;
      });
      if (isStale) await spool.add({ entry: 'answered', receipt: entry.receipt.id });
    }
  };

  const heard = async (picture: Picture): Promise<void> => {
    if (!isHeard) await options.begin();
    isHeard = true;
    if (mode === 'alone') {
      mode = 'catching-up';
      await current?.stop();
    }
    if (spool.entries().length > 0) {
      await catchUp();
      if (spool.entries().length > 0) return;
      // The next picture is the first that shows all of it.
      if (mode === 'with') return;
    }
    clock.set(picture);
    const before = spool.picture();
    await spool.keepPicture(picture);
    if (mode === 'with') return;
    waitingSince ??= performance.now();
    if (othersOwe(before, picture, options.replica) && performance.now() - waitingSince < OTHERS_MS) return;
    waitingSince = undefined;
    mode = 'with';
    void current?.work.notice('back');
    current = undefined;
    log.warn('the database is back, and has what happened without it');
  };

  const listening = standBy({
    take: () => picturing.take(spool.entries().length > 0, spool.pictureToRenew()),
    onHeard: heard,
    onSilence: async (ms, looks) => {
      const picture = spool.picture();
      if (picture && mode === 'with') await spool.keepPicture(picture);
      if (ms >= SILENCE_MS && (looks >= MOST_LOOKS || !isHeard)) await goOn();
    },
    onError: (error) => log.error({ error: messageOf(error) }, 'the database answers with an error'),
    everyMs: PICTURE_MS,
    awayEveryMs: AWAY_PICTURE_MS,
    ...(options.isThereAtStart ? {} : { heardAt: Number.NEGATIVE_INFINITY }),
  });

  /** In the database, or on disk. @throws when it is in neither */
  const keep = async (toDatabase: () => Promise<unknown>, toDisk: () => Promise<boolean>): Promise<void> => {
    if (mode !== 'alone')
      try {
        await withinMs(KEEP_MS, toDatabase());
        return;
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    const kept = await toDisk();
    checkpoint('spool-kept');
    if (!kept) throw new Error('neither the database nor the disk takes it');
  };

  return {
    receipts: (receipts: Receipts): Receipts => ({
      ...receipts,
      keep: async (receipt) => {
        await keep(
          () => receipts.keep(receipt),
          async () => {
            const kept = spool.add({ entry: 'received', at: clock.now(), receipt });
            answer(receipt);
            return kept;
          },
        );
        return true;
      },
    }),
    alerts: (alerts: Alerts): Alerts => ({
      ...alerts,
      keep: (some) =>
        keep(
          () => alerts.keep(some),
          () => spool.add({ entry: 'alerts', alerts: some }),
        ),
    }),
    replies: (replies: Replies): Replies => ({
      ...replies,
      keep: async (id, reply, afterMs) => {
        await keep(
          () => replies.keep(id, reply, afterMs),
          () => spool.add({ entry: 'reply', id, reply }),
        );
        return true;
      },
    }),
    /** Pages and timers are one's alone: the database's, or memory's. @throws AdapterError that asks to come back */
    whenThere: <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (mode === 'with') return work();
      throw new AdapterError('The database has not everything yet that happened without it.', {
        system: 'database',
        operation: 'work on the ladders',
        fault: 'unreachable',
        retryable: true,
        retryAfterMs: 1_000,
      });
    },
    isThere: () => mode === 'with',
    /** What is missing, and whether Paksa can do without. */
    state: (): { readonly without: readonly string[]; readonly works: boolean } =>
      mode === 'with'
        ? { without: [], works: true }
        : { without: ['database'], works: spool.isOnDisk() && spool.picture() !== undefined },
    stop: async () => {
      await listening.stop();
      await current?.stop();
      await spool.close();
      await picturing.close();
    },
  };
}

/** Whether a replica that was there before may still have pages that the database does not know of. */
const othersOwe = (before: Picture | undefined, now: Picture, self: string): boolean =>
  (before?.replicas ?? []).some((each) => each !== self && !now.settled.includes(each));

async function keepGoing(
  carrying: CarryingOn,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await carrying.round().catch(onError);
    await wait(ROUND_MS, signal);
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** The database's clock while it is away: what it last said, carried on by a clock that nobody sets. */
export interface DatabaseClock {
  now(): number;
  set(picture: Pick<Picture, 'at'>): void;
}

export function createDatabaseClock(remembered: Picture | undefined): DatabaseClock {
  // After a restart only the machine's own clock is left, corrected by what it was wrong by.
  let at = Date.now() + (remembered === undefined ? 0 : remembered.at - remembered.machineAt);
  let since = performance.now();
  return {
    now: () => Math.round(at + (performance.now() - since)),
    set: (picture) => {
      at = picture.at;
      since = performance.now();
    },
  };
}
