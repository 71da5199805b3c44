/** The ladder rests until a time, and goes on by itself: when that has come, or at once when something becomes worse. */
import { resumed } from '../policy/ladder.ts';
import type { AlertsSeen } from './alert.ts';
import { climbOnto, type Move, raise, rest } from './escalation.ts';
import type { Happening } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';
import { keptQuiet } from './silenced.ts';

/** Longer than this, nobody remembers; milliseconds. */
const LONGEST_MS = 7 * 86_400_000;

/** Whoever snoozes answers for it until then: pages under way are dropped, and whoever was called is told. */
export function snoozed(incident: Incident, event: Extract<Happening, { type: 'snoozed' }>): Transition {
  const { until, at, actor } = event;
  if (until <= at) return refuse('That moment is over already: name a later one.');
  if (until - at > LONGEST_MS)
    return refuse('A snooze lasts seven days at most: resolve it, or name a sooner time.');
  return moved(
    { ...rest(incident), status: 'acknowledged', answeredBy: actor, snoozed: { until, by: actor } },
    [{ do: 'set-timer', timer: 'snooze', due: until }],
  );
}

export function snoozeDue(
  incident: Incident,
  event: { readonly due: number; readonly at: number },
): Transition {
  if (incident.snoozed?.until !== event.due) return refuse('That snooze has ended already.');
  const { next, effects } = goOn(incident, event.at, 'The snooze is over.');
  return moved(next, effects);
}

/** Whoever was paged last is paged first: they know it already. While it is silenced, it only is open again. */
function goOn(incident: Incident, at: number, why: string): Move {
  const open: Incident = { ...incident, status: 'open' };
  const { ladder, policy } = open;
  return keptQuiet(open, at, why) ?? climbOnto(open, resumed(ladder, policy.escalation, at), why);
}

/** `why`: what has become worse; undefined when nothing has. */
export function woken({ next, effects }: Move, at: number, why: string | undefined): Move {
  if (why === undefined || !next.snoozed || next.status !== 'acknowledged') return { next, effects };
  const { next: awake, effects: more } = goOn(next, at, why);
  return { next: awake, effects: [...effects, ...more] };
}

/** Worse than when it was snoozed: graver, or a critical alert that it had not heard of. */
export function becameGraver(before: Incident, after: Incident, alerts?: AlertsSeen): string | undefined {
  if (after.severity === 'critical' && before.severity !== 'critical') return 'It has become graver.';
  const known = new Set(before.alerts?.names.map(({ name }) => name));
  const isNew = alerts?.names.find(
    ({ name, firing, severity }) => firing > 0 && severity === 'critical' && !known.has(name),
  );
  return isNew && `The critical alert ${isNew.name} fires too.`;
}

/** More people are called for what failed; silence alone does not end a rest that somebody asked for. */
export const raiseUnlessSnoozed = (incident: Incident, at: number, why: string): Move =>
  incident.snoozed ? { next: incident, effects: [] } : raise(incident, at, why);
