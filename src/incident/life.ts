/** Snoozed, handed over, opened again, noted; and what of that holds no longer once something else has happened. */
import { HAND_OVER, handedOver } from '../policy/ladder.ts';
import { rest } from './escalation.ts';
import type { Happening } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';
import { lift } from './silenced.ts';
import { snoozed } from './snooze.ts';
import { takenBack } from './taken-back.ts';

type Of<Name extends Happening['type']> = Extract<Happening, { type: Name }>;
export type LifeHappening =
  | Of<'acknowledged'>
  | Of<'unacknowledged'>
  | Of<'snoozed'>
  | Of<'reassigned'>
  | Of<'reopened'>
  | Of<'noted'>
  | Of<'refused'>;

export function lived(incident: Incident, event: LifeHappening): Transition {
  switch (event.type) {
    case 'acknowledged':
      return incident.status === 'acknowledged' && !incident.snoozed
        ? refuse('It has been acknowledged already.', incident.answeredBy)
        : moved(answered(incident, event.actor));
    case 'snoozed':
      return snoozed(incident, event);
    case 'reassigned':
      return reassigned(incident, event);
    case 'unacknowledged':
      return takenBack(incident, event);
    case 'reopened':
      if (event.reason?.trim() === '') return refuse('Say why: whoever reads this later has to know.');
      // Both incidents have to know of it, and only a person says why.
      return event.reason === undefined && incident.mergedInto !== undefined
        ? refuse(`It goes on in ${incident.mergedInto}.`)
        : takenBack(incident, event);
    case 'noted':
      return event.text.trim() === '' ? refuse('The note is empty.') : moved(incident);
    case 'refused':
      return moved(incident);
  }
}

/** Somebody is at it, for as long as it takes. */
export function answered(incident: Incident, by: string): Incident {
  const { snoozed: _, ...awake } = incident;
  return { ...rest(awake), status: 'acknowledged', answeredBy: by };
}

/**
 * It counts as answered only once they acknowledge: whoever is handed something at night may sleep. Until then the ladder
 * waits for as long as the level that it has come to may take, and goes on by itself.
 */
function reassigned(incident: Incident, { to, at, actor }: Of<'reassigned'>): Transition {
  const has = incident.status === 'acknowledged' && !incident.snoozed && incident.answeredBy === to;
  if (has) return refuse('They have acknowledged it already.', to);
  if (incident.handedTo?.user === to)
    return refuse('It has been handed to them already.', incident.handedTo.by);
  // Whoever takes it over by themselves is at it.
  if (to === actor) return moved(answered(incident, actor));
  const ladder = handedOver(incident.ladder, incident.policy.escalation, at);
  const page = { level: HAND_OVER, attempt: ladder.paged[HAND_OVER] ?? 1, responder: `user/${to}` };
  // They are called by hand: what silences it counts no more.
  return moved({ ...lift(incident, at), status: 'open', handedTo: { user: to, by: actor }, ladder }, [
    { do: 'page', page },
    ...(ladder.nextAt === undefined
      ? []
      : [{ do: 'set-timer', timer: 'ladder', due: ladder.nextAt } as const]),
  ]);
}

/** A snooze ends with any other answer, a hand-over with any answer, a merge when it is opened again; and when it was first. */
export function settled(before: Incident, incident: Incident, at: number): Incident {
  const { snoozed: snooze, handedTo, mergedInto, resolvedAt, answeredAt, ...rest } = incident;
  const { status } = incident;
  const isOver = status === 'resolved';
  const resolved = before.status === 'resolved' ? resolvedAt : at;
  const first = answeredAt ?? (status === 'open' ? undefined : at);
  return {
    ...rest,
    ...(first === undefined ? {} : { answeredAt: first }),
    ...(snooze && status === 'acknowledged' ? { snoozed: snooze } : {}),
    ...(handedTo && status === 'open' ? { handedTo } : {}),
    ...(isOver && resolved !== undefined ? { resolvedAt: resolved } : {}),
    ...(isOver && mergedInto !== undefined ? { mergedInto } : {}),
  };
}
