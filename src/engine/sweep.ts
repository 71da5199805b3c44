/**
 * Looks for ladders that stand still. Timers and pages are jobs of a queue; should the queue lose one, or nobody work on it,
 * the incident's own row still says what is due. What is found is moved on here, and what cannot be moved is told.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { OverdueTimer } from '../incident/due.ts';
import { type EscalateDeps, moveOn, pageKey, sendPage } from './escalate.ts';
import type { OwedPage } from './ports.ts';

/** The queue is this late at times, when much falls due at once. */
export const LATE_MS = 5_000;
/** A timer that is so late, and was tried, stands still. */
const STUCK_MS = 30_000;
/** A page is tried for about three minutes; then it is known to be late. */
export const PAGE_LATE_MS = 300_000;
/** Of older ones, somebody has long been told. */
const PAGE_AGE_MS = 86_400_000;
/** At once, of many that are late: the rest comes with the next sweep. */
const MOST = 500;
const SIDE_BY_SIDE = 5;
/** Whoever holds an incident for longer hangs. */
const PATIENCE_MS = 2_500;

export interface Swept {
  /** What was late and has been moved on. */
  readonly moved: readonly string[];
  /** What stays late, each with why: a person has to look. */
  readonly stuck: readonly string[];
}

/** @throws Error when the database cannot be asked: nothing is known then */
export async function sweep(deps: EscalateDeps): Promise<Swept> {
  const [timers, pages] = await Promise.all([
    deps.store.overdue(LATE_MS, MOST),
    deps.store.owedPages(PAGE_AGE_MS, PAGE_LATE_MS),
  ]);
  const moved: string[] = [];
  const stuck: string[] = [];
  const work = [
    ...timers.map((timer) => lateTimer(deps, timer)),
    ...pages.map((page) => latePage(deps, page)),
  ];
  const left = work.values();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const { name, isStuck, move } of left) {
        const why = await inTime(move());
        if (why === undefined) moved.push(name);
        else if (isStuck) stuck.push(`${name}: ${why}`);
      }
    }),
  );
  return { moved, stuck };
}

interface Late {
  readonly name: string;
  /** Whether it is so late that it would have moved by itself. */
  readonly isStuck: boolean;
  readonly move: () => Promise<unknown>;
}

/** What the queue did in the meantime is refused, and is as good. */
const lateTimer = ({ store }: EscalateDeps, { incident, timer, due, lateMs }: OverdueTimer): Late => ({
  name: `${incident}, ${timer}, due ${new Date(due).toISOString()}`,
  isStuck: lateMs > STUCK_MS,
  move: () => moveOn(store, { incident, timer, due }),
});

/** Sent again it reaches nobody twice: its key is looked for first. */
const latePage = (deps: EscalateDeps, { incident, page }: OwedPage): Late => ({
  name: pageKey(incident, page),
  isStuck: true,
  move: () => sendPage(deps, { task: 'page', incident, page }),
});

/** Why it could not be done; undefined once it is. What takes longer goes on, and is looked at again. */
async function inTime(work: Promise<unknown>): Promise<string | undefined> {
  const over = new AbortController();
  const done = work.then(() => undefined, messageOf);
  const deadline = pause(PATIENCE_MS, 'it hangs: somebody else holds it', { signal: over.signal });
  deadline.catch(() => undefined);
  const why = await Promise.race([done, deadline]);
  over.abort();
  return why;
}
