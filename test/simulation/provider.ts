/** Who takes pages, with the ways in which that goes wrong. A page is looked for by its key first, where that can be done. */
import { pageKey } from '../../src/engine/escalate.ts';
import type { Pager } from '../../src/engine/ports.ts';
import { AdapterError } from '../../src/errors.ts';
import type { Chances } from './chances.ts';
import type { Random } from './random.ts';

export interface Taken {
  readonly key: string;
  readonly at: number;
  /** Whether this provider can say if it has a page already; a telephone cannot. */
  readonly canBeAsked: boolean;
}

export interface Provider {
  readonly pager: Pager;
  readonly taken: readonly Taken[];
}

export function createProvider(
  random: Random,
  chances: Chances,
  now: () => number,
  onTaken: (incident: string, to: string) => void,
): Provider {
  const taken: Taken[] = [];
  const fails = (message: string, retryable: boolean, retryAfterMs?: number) =>
    new AdapterError(message, {
      system: 'provider',
      operation: 'page',
      fault: retryable ? 'unreachable' : 'refused',
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  return {
    taken,
    pager: {
      page: async (incident, page, to) => {
        const key = pageKey(incident.id, page);
        const canBeAsked = to.kind !== 'usergroup';
        if (random.chance(chances.pageUnreachable))
          throw fails('nobody answers', true, random.chance(0.3) ? 30_000 : undefined);
        if (canBeAsked && taken.some((each) => each.key === key)) return 'found there';
        if (random.chance(chances.pageRefused)) throw fails('no such number', false);
        taken.push({ key, at: now(), canBeAsked });
        onTaken(incident.id, to.id);
        if (random.chance(chances.pageUnanswered)) throw fails('the answer was lost', true);
        return 'sent';
      },
    },
  };
}
