/** An incident for which nobody is paged for a while: its ladder stops when that begins, and is armed again when it ends. */
import { rearmed, stopped } from '../policy/ladder.ts';
import { inForceAt, nextChange, type Period, silentUntil } from '../policy/silence.ts';
import type { Move } from './escalation.ts';
import type { Effect, Happening } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';

/** What an incident knows of silences and maintenance windows. Instants are epoch milliseconds. */
export interface Silencing {
  /** What covers it now or will, the soonest first. */
  readonly periods: readonly Period[];
  /** Those that cover it no more, though they are not over: people were called for it all the same. */
  readonly lifted: readonly Pick<Period, 'id' | 'to'>[];
  /** Until when nobody is paged for it; absent while people are. */
  readonly until?: number;
  /** When it has to be looked at again. */
  readonly nextAt?: number;
}

/** As an incident begins: known, and not begun yet. */
export const silencing = (periods: readonly Period[], at: number): { readonly silence?: Silencing } =>
  periods.length === 0 ? {} : { silence: { periods, lifted: [], ...due(periods, at) } };

const due = (periods: readonly Period[], at: number): Pick<Silencing, 'nextAt'> => {
  const nextAt = nextChange(periods, at);
  return nextAt === undefined ? {} : { nextAt };
};

/** Told with an event, because nobody has looked it up since it was resolved. */
export const knowing = (incident: Incident, { silences, at }: Happening): Incident =>
  silences === undefined
    ? incident
    : { ...incident, silence: learnt(incident.silence ?? { periods: [], lifted: [] }, silences, at) };

/** The periods that count for it: none of a declared emergency, and none that was lifted. */
function counting({ silence, procedure }: Incident): readonly Period[] {
  if (!silence || procedure?.emergency) return [];
  return silence.periods.filter(({ id }) => !silence.lifted.some((lifted) => lifted.id === id));
}

/** The period in force that ends last; undefined while people are paged. */
export const silencedBy = (incident: Incident, at: number): Period | undefined =>
  inForceAt(counting(incident), at).toSorted((a, b) => b.to - a.to)[0];

/** Nobody is called now, which is told; undefined while people are. `why`: what they would have been called for. */
export function keptQuiet(incident: Incident, at: number, why: string): Move | undefined {
  const until = silentUntil(counting(incident), at);
  return until === undefined
    ? undefined
    : { next: incident, effects: [{ do: 'tell', text: { news: 'kept-quiet', why, until } }] };
}

/** People are called for it by hand: what is in force counts no more. */
export function lift(incident: Incident, at: number): Incident {
  const { silence } = incident;
  if (!silence) return incident;
  const now = inForceAt(counting(incident), at);
  return {
    ...incident,
    silence: { ...silence, lifted: [...silence.lifted, ...now.map(({ id, to }) => ({ id, to }))] },
  };
}

/** What covers it was looked up once more. */
export function seen(
  incident: Incident,
  { periods, at }: Extract<Happening, { type: 'silences-seen' }>,
): Transition {
  const before = incident.silence ?? { periods: [], lifted: [] };
  const { nextAt } = due(periods, at);
  const next: Incident = { ...incident, silence: learnt(before, periods, at) };
  const isSame =
    nextAt === before.nextAt &&
    silentUntil(counting(next), at) === before.until &&
    periods.length === before.periods.length &&
    periods.every(({ id, to }, index) => id === before.periods[index]?.id && to === before.periods[index].to);
  return isSame ? refuse('Nothing has changed in what silences it.') : moved(next);
}

/** What covered it, is not over, and covers it no more does not come back: such as labels that do not fit any more. */
function learnt({ nextAt: _, ...before }: Silencing, periods: readonly Period[], at: number): Silencing {
  const gone = inForceAt(before.periods, at).filter(({ id }) => !periods.some((each) => each.id === id));
  const lifted = [...before.lifted, ...gone.map(({ id, to }) => ({ id, to }))];
  return { ...before, periods, lifted: lifted.filter(({ to }) => to > at), ...due(periods, at) };
}

/** Whatever happened: a silence that has begun by now stops the ladder, one that is over lets it go on. */
export function quietedDown({ next: incident, effects }: Move, at: number): Move {
  const { silence, status } = incident;
  if (!silence || status === 'resolved') return { next: incident, effects };
  const until = silentUntil(counting(incident), at);
  const { until: before, ...rest } = silence;
  if (until === undefined)
    return before === undefined
      ? { next: incident, effects }
      : goesOn({ ...incident, silence: rest }, effects, at, before);
  const next: Incident = { ...incident, silence: { ...rest, until } };
  const { state } = incident.ladder;
  return state === 'waiting' || state === 'climbing'
    ? {
        next: { ...next, ladder: stopped(incident.ladder) },
        effects: [...effects, told(incident, at, until)],
      }
    : { next, effects };
}

function told(incident: Incident, at: number, until: number): Effect {
  const { reason = '', by } = silencedBy(incident, at) ?? {};
  return { do: 'tell', text: { news: 'silenced', until, reason, ...(by === undefined ? {} : { by }) } };
}

function goesOn(incident: Incident, effects: readonly Effect[], at: number, ends: number): Move {
  if (incident.status !== 'open') return { next: incident, effects };
  const isEarly = at < ends;
  if (incident.ladder.state !== 'stopped')
    return { next: incident, effects: [...effects, { do: 'tell', text: { news: 'silence-over', isEarly } }] };
  const ladder = rearmed(incident.ladder, incident.policy.escalation, at);
  const { nextAt } = ladder;
  const goes = nextAt === undefined ? {} : { nextAt };
  return {
    next: { ...incident, ladder },
    effects: [
      ...effects,
      { do: 'tell', text: { news: 'silence-over', isEarly, ...goes } },
      ...(nextAt === undefined ? [] : [{ do: 'set-timer', timer: 'ladder', due: nextAt } as const]),
    ],
  };
}

/** The timer of the next change, where that is another one than before. */
export function timed(before: Incident, { next, effects }: Move): Move {
  const nextAt = next.silence?.nextAt;
  const isNew = next.version === 1 || before.status === 'resolved' || nextAt !== before.silence?.nextAt;
  return nextAt === undefined || !isNew || next.status === 'resolved'
    ? { next, effects }
    : { next, effects: [...effects, { do: 'set-timer', timer: 'silence', due: nextAt }] };
}
