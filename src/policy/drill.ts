/** A drill: pages that say so, to each of whom a ladder names, by each of their level's pagers. What it is, and whom it would wake. */
import { type Level, pagersOf, type Recipient, type Responder, refOf } from './policy.ts';

export interface PlannedPage {
  /** Counted from 1. */
  readonly level: number;
  /** Of a service that knows whom to call, the level's first responder stands for all. */
  readonly responder: string;
  /** Nobody, where nobody is on call. */
  readonly to?: Recipient;
  readonly pager: string;
}

export interface DrillPage extends PlannedPage {
  readonly state: 'owed' | 'taken' | 'failed';
  /** What took it, in words. */
  readonly takenBy?: string;
  readonly takenAt?: number;
  /** Why it was not taken, the last time it was tried. */
  readonly reason?: string;
  /** Who said that it has reached them. */
  readonly gotBy?: string;
  readonly gotAt?: number;
}

export interface Drill {
  /** `DRILL-3`. */
  readonly id: string;
  readonly environment: string;
  readonly levels: readonly Level[];
  readonly startedBy: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** From then on nothing more is sent; the services are told that it is over. */
  readonly endedAt?: number;
  readonly pages: readonly DrillPage[];
}

/** How long a drill lasts, in milliseconds: so long people have to answer, and so late a page of it may still be sent. */
export const DRILL_MS = 5 * 60_000;
/** How long after one the next may begin, in milliseconds. */
export const REST_MS = 30 * 60_000;

export interface Planning {
  /** One level alone, counted from 1. */
  readonly level?: number | undefined;
  /** Who takes the page now. */
  readonly takes: (responder: Responder) => Recipient | undefined;
  /** Whether a pager is paged once for a level, because it knows itself whom to call. */
  readonly isOfLevel: (pager: string) => boolean;
}

/** Every page that a drill of these levels sends. Not in order, as a real page's: the second pager has to work too. */
export const planDrill = (levels: readonly Level[], { level, takes, isOfLevel }: Planning): PlannedPage[] =>
  levels.flatMap((each, index) => {
    if (level !== undefined && level !== index + 1) return [];
    return pagersOf(each).flatMap((pager) =>
      (isOfLevel(pager) ? each.responders.slice(0, 1) : each.responders).map((responder): PlannedPage => {
        const to = takes(responder);
        return { level: index + 1, responder: refOf(responder), pager, ...(to === undefined ? {} : { to }) };
      }),
    );
  });

/** How far it is, or how it went, in words. */
export function verdictOf({ pages, endedAt }: Pick<Drill, 'pages' | 'endedAt'>): string {
  const [taken, failed] = (['taken', 'failed'] as const).map(
    (state) => pages.filter((each) => each.state === state).length,
  );
  const got = pages.filter(({ gotAt }) => gotAt !== undefined).length;
  const answers = got === 0 ? '' : `; ${plural(got, 'answer')}`;
  if (failed) return `${failed} of ${plural(pages.length, 'page')} not taken${answers}`;
  if (taken === pages.length) return `Every page was taken: ${taken}${answers}`;
  return `${endedAt === undefined ? 'Under way' : 'Over'}: ${taken} of ${plural(pages.length, 'page')} taken${answers}`;
}

/** In seconds, with a decimal: that is what is measured. */
export const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
