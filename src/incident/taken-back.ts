/** An answer is taken back: the incident is open once more, and the ladder waits before it begins again. */
import { isAtSameService } from './actor.ts';
import { rearm } from './escalation.ts';
import type { Happening } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';

type TakenBack = Extract<Happening, { type: 'unacknowledged' | 'reopened' }>;

/** What somebody else has answered stands: a service's own time limit must not end it. */
export function takenBack(incident: Incident, { type, actor, at }: TakenBack): Transition {
  const { answeredBy, ...rest } = incident;
  const status = type === 'unacknowledged' ? 'acknowledged' : 'resolved';
  if (incident.status !== status) return refuse(`${incident.id} is not ${status}.`, answeredBy);
  const isOwn = answeredBy === actor || isAtSameService(answeredBy, actor);
  if (type === 'unacknowledged' && !isOwn) return refuse('Somebody else has acknowledged it.', answeredBy);
  const { next, effects } = rearm(rest, at);
  return moved(next, effects);
}
