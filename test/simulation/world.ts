/**
 * One seed's night: incidents open, timers fall due, people answer or do not, replicas die, the database and the provider go
 * away. The engine's own code does the work; only the clock, the queue, the database and the outside are played.
 */
import { apply, commit } from '../../src/engine/apply.ts';
import { decide } from '../../src/engine/decide.ts';
import { MOST_PAGE_TRIES, pageIsLate, sendPage, timerDue } from '../../src/engine/escalate.ts';
import { periodsOf } from '../../src/engine/periods.ts';
import type { CheckpointName } from '../../src/engine/ports.ts';
import { endSilence, makeSilence } from '../../src/engine/silence.ts';
import { LATE_MS, PAGE_LATE_MS, sweep } from '../../src/engine/sweep.ts';
import { AdapterError, UserError } from '../../src/errors.ts';
import { PAKSA } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { silencing } from '../../src/incident/silenced.ts';
import { armed } from '../../src/policy/ladder.ts';
import { incident as sample } from '../unit/sample-incident.ts';
import { chancesOf } from './chances.ts';
import { LATE, settle, UNSEEN, type Watched, watch } from './invariants.ts';
import { createMemoryStore } from './memory-store.ts';
import { acted, anyDecision, anyPolicy, NIGHTS, previewed, verified } from './people.ts';
import { createProvider } from './provider.ts';
import { createQueue, type Job } from './queue.ts';
import { createRandom } from './random.ts';
import { type Act, actsOf, createOracle, silencingWith, windowsOf } from './silences.ts';

const MINUTE = 60_000;
const START = 1_700_000_000_000;
/** A dead worker's job is handed out again after so long. */
const HEARTBEAT_MS = 12_000;
const SWEEP_MS = 2_500;
/** More than any night of a hundred incidents takes: a world that does not end has found a loop. */
const MOST_STEPS = 200_000;

export interface Night {
  readonly steps: number;
  readonly pages: number;
  /** Sent twice by a provider that cannot be asked. */
  readonly doubled: number;
  /** How long after its ladder's step a page was taken, in milliseconds. */
  readonly lateness: readonly number[];
  readonly crashes: number;
  /** What the sweep moved on. */
  readonly swept: number;
}

class Crash extends Error {}
class DatabaseAway extends Error {}

/** @throws Error that names what does not hold */
export async function simulate(seed: number, count: number): Promise<Night> {
  const random = createRandom(seed);
  const chances = chancesOf(random);
  let now = START;
  let isOver = false;
  let steps = 0;
  let crashes = 0;
  let swept = 0;
  const queue = createQueue();
  const maintenance = windowsOf(random, START);
  const acts = actsOf(random, START);
  const oracle = createOracle(maintenance);
  const present = new Map<string, { incident: Incident; watched: Watched }>();
  const decidedAt = new Map<string, number>();
  const people: { readonly at: number; readonly incident: string; readonly actor: string }[] = [];

  const store = createMemoryStore({
    now: () => now,
    beforeCommit: () => {
      if (!isOver && random.chance(chances.databaseAway)) throw new DatabaseAway('the database is away');
    },
    afterCommit: () => {
      if (!isOver && random.chance(chances.answerLost)) throw new DatabaseAway('its answer was lost');
    },
    committed: (incident, entry) => {
      const before = present.get(incident.id)?.watched ?? UNSEEN;
      const watched = watch(before, incident, entry, oracle.isQuiet);
      present.set(incident.id, { incident, watched });
      for (const [key, state] of watched.pages)
        if (state === 'owed' && !decidedAt.has(key)) decidedAt.set(key, now);
    },
    maintenance,
    silenced: ({ id, from, to }) => oracle.note(`silence/${id}`, from, to),
    enqueue: (task, at) => {
      const isKept = task.task === 'run' || task.task === 'preview' || task.task === 'verify';
      if (!isKept && random.chance(chances.queueLoses)) return;
      queue.put({ at, task, tries: 0 });
    },
  });
  const provider = createProvider(
    random,
    chances,
    () => now,
    (incident, actor) => {
      if (oracle.isQuiet(now, present.get(incident)?.watched.liftedAt ?? 0))
        throw new Error(`${incident}: a page went out though it is silenced`);
      if (random.chance(chances.answers))
        people.push({ at: now + random.below(20 * MINUTE), incident, actor });
    },
  );
  const checkpoint = (_: CheckpointName) => {
    if (!random.chance(chances.crash)) return;
    crashes += 1;
    throw new Crash('the replica died');
  };
  const deps = {
    store,
    pager: provider.pager,
    schedules: new Map([[NIGHTS.name, NIGHTS]]),
    redact: (text: string) => text,
    checkpoint,
  };
  const happens = (incident: string, event: Parameters<typeof apply>[2]) =>
    apply(store, incident, event, { actor: PAKSA });

  const carryOut = async ({ task, tries, isLost }: Job): Promise<void> => {
    switch (task.task) {
      case 'timer':
        return timerDue(deps, task);
      case 'page':
        if (tries >= MOST_PAGE_TRIES) await pageIsLate(deps, task, LATE);
        return sendPage(deps, task);
      case 'preview':
        await happens(task.incident, previewed(random, task));
        return;
      case 'verify':
        await happens(task.incident, verified(random, task));
        return;
      case 'run': {
        if (isLost) {
          await happens(task.incident, { type: 'lost', fix: task.fix, round: task.round });
          return;
        }
        const { fix, round } = task;
        const begun = await happens(task.incident, { type: 'started', fix, round, owner: 'a replica' });
        if (!begun.done) return;
        checkpoint('started');
        if (begun.incident.attempts[fix]?.stage === 'running')
          await happens(task.incident, { type: 'undo-captured', fix, round, data: 'what was there' });
        checkpoint('captured');
        await happens(task.incident, acted(random, task));
        return;
      }
      default:
        return;
    }
  };

  /** As the queue's workers do: what fails comes back, what dies comes back later. */
  const work = async (job: Job): Promise<void> => {
    const again = (after: number, of: Partial<Job> = {}) =>
      queue.put({ ...job, ...of, at: now + after, tries: job.tries + 1 });
    try {
      await carryOut(job);
    } catch (error) {
      if (!isExpected(error)) throw error;
      if (job.task.task === 'run') return again(HEARTBEAT_MS, { isLost: true });
      if (error instanceof Crash) return again(HEARTBEAT_MS);
      const asked = error instanceof AdapterError ? error.retryAfterMs : undefined;
      again(asked ?? Math.min(20_000, 1_000 * 2 ** job.tries));
    }
  };
  const look = async (): Promise<void> => {
    try {
      swept += (await sweep(deps)).moved.length;
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  };
  const forSilences = silencingWith(store);
  const somebodySilences = async (act: Act): Promise<void> => {
    const by = { id: 'cli:somebody', groups: [] };
    const wanted = { environment: 'production', labels: {}, reason: 'upgrade', by, cause: act.id };
    try {
      await (act.does === 'end'
        ? endSilence(forSilences, act.id, by)
        : makeSilence(forSilences, { ...wanted, to: now + act.lengthMs, sure: true }));
    } catch (error) {
      if (error instanceof UserError) return;
      if (!isExpected(error)) throw error;
      acts.push({ ...act, at: now + 1_000 });
    }
  };
  const somebodyActs = async (): Promise<void> => {
    const index = people.reduce(
      (best, { at }, each) => (at < (people[best]?.at ?? Infinity) ? each : best),
      0,
    );
    const [who] = people.splice(index, 1);
    const incident = who && present.get(who.incident)?.incident;
    if (!who || !incident) return;
    const cause = `click/${steps}`;
    const actor = { id: who.actor, groups: [who.actor] };
    const decision = anyDecision(random, incident, now);
    // Pressed twice, or delivered twice.
    for (let press = 0; press < (random.chance(chances.workTwice) ? 2 : 1); press += 1)
      await decide(deps, incident.id, decision, actor, cause).catch((error: unknown) => {
        if (!isExpected(error)) throw error;
      });
    if (random.chance(0.7)) people.push({ ...who, at: now + random.below(10 * MINUTE) });
  };

  for (let index = 1; index <= count; index += 1) {
    const id = `INC-${index}`;
    const policy = anyPolicy(random);
    now = START + random.below(10 * MINUTE);
    const opened = {
      ...sample({ id, fingerprint: id, policy, ladder: armed(policy.escalation, now) }),
      version: 0,
      openedAt: now,
    };
    const { severity, findings } = opened;
    for (let isOpen = false; !isOpen; isOpen = present.has(id))
      await store
        .transact(async (tx) => {
          const known = silencing(await periodsOf(tx, opened), tx.now);
          const event = { type: 'opened', severity, findings } as const;
          return commit(tx, { ...opened, ...known }, event, { actor: PAKSA });
        })
        .catch((error: unknown) => {
          if (!isExpected(error)) throw error;
        });
  }

  now = START;
  for (;;) {
    const late = store.nextLate(LATE_MS, PAGE_LATE_MS);
    const sweepsAt = Math.max(now, late) + SWEEP_MS;
    const workAt = queue.next() ?? Infinity;
    const silencesAt = Math.min(Infinity, ...acts.map(({ at }) => at));
    const actsAt = Math.min(Infinity, ...people.map(({ at }) => at));
    const soonest = Math.min(sweepsAt, workAt, actsAt, silencesAt);
    if (soonest === Infinity) break;
    steps += 1;
    if (steps > MOST_STEPS) throw new Error('it does not come to an end');
    now = Math.max(now, soonest);
    if (soonest === silencesAt) {
      const [act] = acts.splice(
        acts.findIndex(({ at }) => at === silencesAt),
        1,
      );
      if (act) await somebodySilences(act);
    } else if (soonest === actsAt) await somebodyActs();
    else if (soonest === workAt) {
      const job = queue.take();
      if (!job) continue;
      await Promise.all(
        random.chance(chances.workTwice) && job.task.task !== 'run' ? [work(job), work(job)] : [work(job)],
      );
    } else await look();
  }
  isOver = true;
  settle(present, provider.taken);
  const times = Map.groupBy(provider.taken, ({ key }) => key);
  return {
    steps,
    pages: times.size,
    doubled: [...times.values()].filter(({ length }) => length > 1).length,
    lateness: [...times].map(([key, [first]]) => (first?.at ?? now) - (decidedAt.get(key) ?? now)),
    crashes,
    swept,
  };
}

/** What a night brings; everything else is a bug. */
const isExpected = (error: unknown): boolean =>
  error instanceof Crash || error instanceof DatabaseAway || error instanceof AdapterError;
