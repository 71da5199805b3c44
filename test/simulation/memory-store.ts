/** The engine's store in memory, with what a database does to its clients: it is away, or it commits and is not heard. */
import { pageKey } from '../../src/engine/escalate.ts';
import type { LogEntry, OwedPage, RecordedSilence, Store, Transaction } from '../../src/engine/ports.ts';
import type { Task } from '../../src/engine/task.ts';
import { overdueOf, timersOf } from '../../src/incident/due.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { MaintenanceWindow } from '../../src/policy/silence.ts';

export interface MemoryStoreOptions {
  readonly now: () => number;
  /** Before a commit: throw, and nothing of it is there. */
  readonly beforeCommit: () => void;
  /** After it: throw, and all of it is there. */
  readonly afterCommit: () => void;
  /** Told of each commit, in its order. */
  readonly committed: (incident: Incident, entry: LogEntry) => void;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly silenced: (silence: RecordedSilence) => void;
  readonly enqueue: (task: Task, at: number) => void;
}

interface Owed extends OwedPage {
  readonly at: number;
}

export interface MemoryStore extends Store {
  /** When the sweep has something to find, if nothing happens before; never is `Infinity`. */
  nextLate(lateMs: number, pageLateMs: number): number;
}

export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const incidents = new Map<string, Incident>();
  const logs = new Map<string, LogEntry[]>();
  const causes = new Set<string>();
  const owed = new Map<string, Owed>();
  /** When each incident's soonest timer falls due. */
  const due = new Map<string, number>();
  /** Whom the page of a schedule is for. */
  const recipients = new Map<string, string>();
  const silences = new Map<string, RecordedSilence>();
  const open = () => [...incidents.values()].filter(({ status }) => status !== 'resolved');
  /** One transaction after the other: stronger than rows that are held, and the same to whoever holds one. */
  let turn: Promise<unknown> = Promise.resolve();

  async function transact<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const now = options.now();
    const commits: (() => void)[] = [];
    /** As this transaction sees them. */
    const mine = new Map(silences);
    const keep = (silence: RecordedSilence): RecordedSilence => {
      mine.set(silence.id, silence);
      commits.unshift(() => {
        silences.set(silence.id, silence);
        options.silenced(silence);
      });
      return silence;
    };
    const none = async (): Promise<never> => {
      throw new Error('the simulation has no such thing');
    };
    const result = await work({
      now,
      hasHappened: async (cause) => causes.has(cause),
      lock: async (id) => incidents.get(id),
      lockOpen: none,
      lockMerged: none,
      nextIncidentId: none,
      saveDiagnosis: none,
      saveSurvey: none,
      reserveMessage: none,
      handOver: none,
      alertsOf: none,
      joinAlerts: none,
      moveAlerts: none,
      noticeAlerts: none,
      latestNotice: none,
      drills: {
        latest: none,
        start: none,
        find: none,
        markTaken: none,
        note: none,
        markGot: none,
        end: none,
      },
      watch: { next: none, inForce: none, find: none, say: none, over: none },
      overrides: {
        since: async () => [],
        find: none,
        make: none,
        end: none,
        recipient: async (page) => recipients.get(page),
        settleRecipient: async (page, user) => {
          const settled = recipients.get(page) ?? user;
          commits.push(() => recipients.set(page, settled));
          return settled;
        },
      },
      silences: {
        holdStill: async () => undefined,
        holdOpenings: async () => undefined,
        since: async (since, environment) =>
          [...mine.values()].filter(
            (silence) =>
              silence.to > since && (environment === undefined || silence.environment === environment),
          ),
        find: async (id) => mine.get(id),
        make: async ({ topic, ...made }, cause) => {
          const silence: RecordedSilence = {
            ...made,
            ...(topic === undefined ? {} : { topic, topics: [topic] }),
            environments: [made.environment],
            id: cause,
            madeAt: now,
          };
          return keep(mine.get(cause) ?? silence);
        },
        confirm: none,
        end: async (id, by) => {
          const silence = mine.get(id);
          if (!silence || silence.to <= now) return undefined;
          return keep({ ...silence, to: now, endedBy: by });
        },
      },
      maintenance: options.maintenance,
      freezes: [],
      firesOutside: async () => false,
      holdStarts: none,
      lockOpenIn: async (environment) => open().filter((incident) => incident.environment === environment),
      save: async (incident, happening, effects, cause) => {
        commits.push(() => {
          const entry = { seq: incident.version, happening, effects };
          incidents.set(incident.id, incident);
          const [soonest] = timersOf(incident);
          if (soonest) due.set(incident.id, soonest.due);
          else due.delete(incident.id);
          logs.set(incident.id, [...(logs.get(incident.id) ?? []), entry]);
          for (const effect of effects)
            if (effect.do === 'page') {
              const { page } = effect;
              owed.set(pageKey(incident.id, page), { incident: incident.id, page, at: now });
            }
          if (cause !== undefined) {
            causes.add(cause);
            owed.delete(cause);
          }
          options.committed(incident, entry);
        });
      },
      send: async (task, at = now) => {
        commits.push(() => options.enqueue(task, at));
      },
    });
    options.beforeCommit();
    for (const commit of commits) commit();
    options.afterCommit();
    return result;
  }

  return {
    transact: (work) => {
      const mine = turn.then(() => transact(work));
      turn = mine.catch(() => undefined);
      return mine;
    },
    incident: async (id) => incidents.get(id),
    openIncidents: async () => open(),
    log: async (incident) => logs.get(incident) ?? [],
    diagnosis: async () => undefined,
    survey: async () => undefined,
    notice: async () => ({ alerts: [], more: 0 }),
    overdue: async (byMs, most) => overdueOf(open(), options.now(), byMs, most),
    tries: async () => [],
    owedPages: async (sinceMs, untilMs) =>
      [...owed.values()].filter(({ at }) => at >= options.now() - sinceMs && at <= options.now() - untilMs),
    nextLate: (lateMs, pageLateMs) => {
      let soonest = Number.POSITIVE_INFINITY;
      for (const at of due.values()) soonest = Math.min(soonest, at + lateMs);
      for (const { at } of owed.values()) soonest = Math.min(soonest, at + pageLateMs);
      return soonest;
    },
  };
}
