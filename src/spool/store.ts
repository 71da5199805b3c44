/** The engine's store without the database: what it commits is an entry of the spool. The engine's own code runs on it. */
import { randomUUID } from 'node:crypto';
import type { Entry } from '../engine/alone.ts';
import type { Overrides, Store, Transaction } from '../engine/ports.ts';
import { UserError } from '../errors.ts';
import { overdueOf } from '../incident/due.ts';
import { stepOf } from '../policy/ladder.ts';
import type { Memory } from './memory.ts';

export interface SpooledStoreOptions {
  readonly memory: Memory;
  readonly add: (entry: Entry) => Promise<unknown>;
  /** The database's clock, as it is reckoned. */
  readonly now: () => number;
  /** The windows of paksa.yaml. */
  readonly maintenance: Transaction['maintenance'];
  readonly freezes: Transaction['freezes'];
}

/** What cannot be had from memory. */
const away = async (): Promise<never> => {
  throw new UserError('Paksa’s own database is away: ask again when it is back.');
};

export function createSpooledStore(options: SpooledStoreOptions): Store {
  const { memory } = options;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    // One after the other: stronger than rows that are held, and the same to whoever holds one.
    transact: (work) => {
      const mine = turn.then(() => transact(options, work));
      turn = mine.catch(() => undefined);
      return mine;
    },
    incident: async (id) => memory.incidents.get(id),
    openIncidents: async () => [...memory.incidents.values()].filter(({ status }) => status !== 'resolved'),
    overdue: async (byMs, most) => overdueOf(memory.incidents.values(), options.now(), byMs, most),
    owedPages: async () => [...memory.owed.values()],
    log: async () => [],
    tries: async () => [],
    diagnosis: async () => undefined,
    survey: async () => undefined,
    notice: away,
  };
}

async function transact<Result>(
  { memory, add, now, maintenance, freezes }: SpooledStoreOptions,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const entries: Entry[] = [];
  const result = await work({
    now: now(),
    hasHappened: async (cause) => memory.causes.has(cause),
    lock: async (id) => memory.incidents.get(id),
    lockOpen: async (fingerprint) =>
      [...memory.incidents.values()].find(
        (each) => each.fingerprint === fingerprint && each.status !== 'resolved',
      ),
    save: async ({ id }, happening, effects, cause) => {
      const before = memory.incidents.get(id);
      const step = before === undefined ? 0 : stepOf(before.ladder);
      entries.push({
        entry: 'happened',
        incident: id,
        step,
        happening,
        effects,
        cause: cause ?? `alone/${randomUUID()}`,
      });
    },
    // Pages and timers follow from what happened; everything else waits for the database.
    send: async () => undefined,
    overrides: overridesIn(memory, entries),
    maintenance,
    freezes,
    silences: {
      holdStill: async () => undefined,
      holdOpenings: async () => undefined,
      since: async (since, environment) =>
        memory.silences.filter(
          (each) => each.to > since && (environment === undefined || each.environment === environment),
        ),
      find: async (id) => memory.silences.find((each) => each.id === id),
      make: away,
      confirm: away,
      end: away,
    },
    // Which alerts fire is not known: one that a silence may not cover is not silenced.
    firesOutside: async () => true,
    lockOpenIn: async (environment) =>
      [...memory.incidents.values()].filter(
        (each) => each.environment === environment && each.status !== 'resolved',
      ),
    holdStarts: away,
    nextIncidentId: away,
    lockMerged: away,
    moveAlerts: away,
    saveDiagnosis: away,
    saveSurvey: away,
    alertsOf: away,
    joinAlerts: away,
    noticeAlerts: away,
    latestNotice: away,
    reserveMessage: away,
    handOver: away,
    drills: {
      latest: away,
      start: away,
      find: away,
      markTaken: away,
      note: away,
      markGot: away,
      end: away,
    },
    watch: { next: away, inForce: away, find: away, say: away, over: away },
  });
  for (const entry of entries) {
    memory.note(entry);
    await add(entry);
  }
  return result;
}

const overridesIn = (memory: Memory, entries: Entry[]): Overrides => ({
  since: async (schedule, since) =>
    memory.overrides.filter((each) => each.schedule === schedule && each.to > since),
  find: async (id) => memory.overrides.find((each) => each.id === id),
  make: away,
  end: away,
  recipient: async (page) => memory.recipients.get(page),
  settleRecipient: async (page, user) => {
    const settled = memory.recipients.get(page);
    if (settled !== undefined) return settled;
    entries.push({ entry: 'settled', page, user });
    return user;
  },
});
