/**
 * Carries the ladders on without the database: what is due, by the engine's own code on the copy; and the pages that are owed.
 * Where there are other replicas, their traces in Slack are looked at first: one of them may reach the database, or be ahead.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AdapterError, messageOf } from '../errors.ts';
import type { OverdueTimer } from '../incident/due.ts';
import type { PageRef } from '../incident/incident.ts';
import { transition } from '../incident/transition.ts';
import type { SeenElsewhere } from './alone.ts';
import { type EscalateDeps, MOST_PAGE_TRIES, pageIsLate, pageKey, sendPage, timerDue } from './escalate.ts';
import type { OwedPage } from './ports.ts';

export interface CarryOnDeps extends EscalateDeps {
  /** For so long the others have the first turn, in milliseconds; undefined where there are none. */
  readonly patienceMs: number | undefined;
  /** What other replicas have left in Slack. */
  readonly lookAround: (incident: string) => Promise<SeenElsewhere>;
  /** Another replica has seen to this page. */
  readonly leave: (page: string) => Promise<void>;
  /** Tells the others, and people, that this step's pages are out. */
  readonly claim: (incident: string, page: PageRef) => Promise<void>;
  /** The version of the incident that the database last said. */
  readonly versionOf: (incident: string) => number;
  readonly onError: (error: unknown, what: string) => void;
}

const MOST = 500;
const MOST_PAUSE_MS = 20_000;
/** Slack has so long to show what the others did; a page does not wait longer for it. */
const LOOK_MS = 5_000;
const LOOK_AGAIN_MS = 30_000;

const NOTHING: SeenElsewhere = { version: 0, claimed: new Set(), isStopped: false };

export interface CarryingOn {
  /** Resolves once what is due has been decided; pages go on by themselves. */
  round(): Promise<void>;
  /** Resolves once the pages in hand have ended, or after `ms`. */
  settled(ms: number): Promise<void>;
}

export function createCarryOn(deps: CarryOnDeps): CarryingOn {
  const inHand = new Map<string, Promise<void>>();
  const tries = new Map<string, { count: number; notBefore: number }>();
  /** The ladder has gone on without these, and they are tried all the same. */
  const late = new Map<string, OwedPage>();
  /** Incidents that others move on: until when, by this process's clock, and what was last seen of them. */
  const left = new Map<string, { until: number; version: number }>();
  const claims = new Set<string>();

  const move = async ({ incident, timer, due }: OverdueTimer): Promise<void> => {
    const before = left.get(incident);
    if (before && before.until > performance.now()) return;
    const seen = deps.patienceMs === undefined ? NOTHING : await look(deps, incident);
    const known = before?.version ?? deps.versionOf(incident);
    if (seen.isStopped || seen.version > known) {
      const waitMs = seen.isStopped ? LOOK_AGAIN_MS : await stepMs(deps, { incident, timer, due });
      left.set(incident, { until: performance.now() + waitMs, version: Math.max(known, seen.version) });
      return;
    }
    await timerDue(deps, { task: 'timer', incident, timer, due });
    for (const page of await deps.store.owedPages(0, 0))
      if (page.incident === incident && seen.claimed.has(`${page.page.level}/${page.page.attempt}`))
        await deps.leave(pageKey(incident, page.page));
  };

  const send = async ({ incident, page }: OwedPage, key: string): Promise<void> => {
    try {
      await sendPage(deps, { task: 'page', incident, page });
      tries.delete(key);
      late.delete(key);
      const step = `${incident}/${page.level}/${page.attempt}`;
      if (deps.patienceMs === undefined || claims.has(step)) return;
      claims.add(step);
      await deps
        .claim(incident, page)
        .catch((error: unknown) => deps.onError(error, 'a claim was not posted'));
    } catch (error) {
      deps.onError(error, `${key} was not sent yet`);
      const count = (tries.get(key)?.count ?? 0) + 1;
      const asked = error instanceof AdapterError ? error.retryAfterMs : undefined;
      const waitMs = asked ?? Math.min(1_000 * 2 ** (count - 1), MOST_PAUSE_MS);
      tries.set(key, { count, notBefore: performance.now() + waitMs });
      // One that asks to wait is not counted: it is there.
      if (asked !== undefined || count < MOST_PAGE_TRIES) return;
      late.set(key, { incident, page });
      await pageIsLate(deps, { incident, page }, messageOf(error));
    }
  };

  return {
    round: async () => {
      const overdue = await deps.store.overdue(deps.patienceMs ?? 0, MOST);
      const turns = Map.groupBy(overdue, ({ incident }) => incident);
      await Promise.all(
        [...turns.values()].map(async (timers) => {
          for (const timer of timers) await move(timer);
        }),
      );
      for (const owed of [...(await deps.store.owedPages(0, 0)), ...late.values()]) {
        const key = pageKey(owed.incident, owed.page);
        if (inHand.has(key) || (tries.get(key)?.notBefore ?? 0) > performance.now()) continue;
        inHand.set(
          key,
          send(owed, key)
            .catch((error: unknown) => deps.onError(error, key))
            .finally(() => inHand.delete(key)),
        );
      }
    },
    settled: async (ms) => {
      const over = new AbortController();
      const deadline = pause(ms, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([Promise.all(inHand.values()), deadline]);
      over.abort();
    },
  };
}

/** Nothing is known where Slack does not answer in time: a page twice is better than none. */
async function look({ lookAround, onError }: CarryOnDeps, incident: string): Promise<SeenElsewhere> {
  const over = new AbortController();
  const late = pause(LOOK_MS, NOTHING, { signal: over.signal });
  late.catch(() => undefined);
  const looked = lookAround(incident).catch((error: unknown) => {
    onError(error, `nothing is known of what other replicas did about ${incident}: ${messageOf(error)}`);
    return NOTHING;
  });
  const seen = await Promise.race([looked, late]);
  over.abort();
  return seen;
}

/** How long the step that others have made waits for an answer: until then, theirs is the next move. */
async function stepMs({ store, patienceMs = 0 }: CarryOnDeps, timer: Omit<OverdueTimer, 'lateMs'>) {
  const incident = await store.incident(timer.incident);
  const at = timer.due;
  const result = incident && transition(incident, { type: 'timer-due', at, actor: 'paksa', ...timer });
  const nextAt = result?.moved ? result.next.ladder.nextAt : undefined;
  return patienceMs + Math.max(LOOK_AGAIN_MS, (nextAt ?? at) - at);
}
