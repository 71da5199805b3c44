/** Whoever is called by a service outside Slack goes on being called there until that service is told of the answer. */
import { pagersOf, SLACK } from '../policy/policy.ts';
import type { Move } from './escalation.ts';
import type { Happening } from './event.ts';
import type { Incident } from './incident.ts';

/**
 * Adds it to what follows when the incident has just been answered, or was before its page went out. One that was left out
 * may have gone out as well: whoever sent it died before that was written down.
 */
export function quieted(before: Incident, move: Move, event: Happening): Move {
  const { status } = move.next;
  const isNews = status !== before.status || event.type === 'page-sent' || event.type === 'page-dropped';
  return status !== 'open' && isNews && isPagedOutside(move.next)
    ? { next: move.next, effects: [...move.effects, { do: 'quiet' }] }
    : move;
}

/** Slack's own pages are drawn again with the card. */
const isPagedOutside = ({ ladder, policy }: Incident): boolean =>
  Object.keys(ladder.paged).some((level) =>
    pagersOf(policy.escalation.levels[Number(level) - 1]).some((name) => name !== SLACK),
  );
