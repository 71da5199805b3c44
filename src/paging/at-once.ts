/** One that hangs keeps its pages' workers and connections: how many, so that other destinations' pages go out all the same. */
import type { Pager } from '../engine/ports.ts';
import { AdapterError } from '../errors.ts';

/**
 * Of a replica's workers on pages (jobs.ts) and its connections (store/pool.ts), three services that hang at the same time as
 * Slack leave some to everybody else.
 */
export const MOST_OF_A_SERVICE = 3;
export const MOST_OF_SLACK = 5;

const BUSY_MS = 2_000;

/** The rest is put off, and comes back. */
export function atMost(most: number, name: string, page: Pager['page']): Pager['page'] {
  let underWay = 0;
  return async (...asked) => {
    if (underWay >= most)
      throw new AdapterError(`${most} pages are on their way by “${name}” already: Paksa tries again.`, {
        system: name,
        operation: 'page',
        fault: 'refused',
        retryable: true,
        retryAfterMs: BUSY_MS,
      });
    underWay += 1;
    try {
      return await page(...asked);
    } finally {
      underWay -= 1;
    }
  };
}
