/** When nobody is paged: silences that people make, and maintenance windows that are planned. Instants are epoch milliseconds. */
import { DAY } from './wall-clock.ts';
import { spansAround, type Window } from './window.ts';

type Labels = Readonly<Record<string, string>>;

/** What is silenced; what is left out is not asked for. */
export interface Scope {
  readonly environments?: readonly string[] | undefined;
  readonly topics?: readonly string[] | undefined;
  /** Only incidents that alerts opened, while no alert fires in them whose labels are not these. */
  readonly labels?: Labels | undefined;
}

/** Made at run time, from an instant up to another. */
export interface Silence extends Scope {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly madeBy: string;
}

/** Planned in paksa.yaml. */
export interface MaintenanceWindow extends Scope {
  readonly name: string;
  readonly reason: string;
  readonly times:
    | { readonly once: { readonly from: number; readonly to: number } }
    /** On the clock of an IANA zone. */
    | { readonly weekly: readonly Window[]; readonly timeZone: string };
}

/** A stretch in which nobody is paged for what it covers. */
export interface Period {
  /** `silence/12`, or `window/deploys/1700000000000`: each time that a window comes is a period of its own. */
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  /** Who made the silence; absent of a window. */
  readonly by?: string;
}

/** What may be covered. */
export interface Covered {
  readonly environment: string;
  readonly topic: string;
  /** Whether alerts opened it, and every one that fires in it has these labels. */
  readonly isOnly: (labels: Labels) => boolean;
}

export const covers = (
  { environments, topics, labels }: Scope,
  { environment, topic, isOnly }: Covered,
): boolean =>
  (environments === undefined || environments.includes(environment)) &&
  (topics === undefined || topics.includes(topic)) &&
  (labels === undefined || Object.keys(labels).length === 0 || isOnly(labels));

const periodOfSilence = ({ id, from, to, reason, madeBy }: Silence): Period => ({
  id: `silence/${id}`,
  from,
  to,
  reason,
  by: madeBy,
});

/** Those of a window that are not over, as far ahead as the next one that begins. */
export function periodsOfWindow({ name, reason, times }: MaintenanceWindow, at: number): readonly Period[] {
  const spans =
    'once' in times
      ? [times.once]
      : // Once more for the week after: in this one, the clocks may skip it.
        [at, at + 7 * DAY].flatMap((around) => spansAround(times.weekly, times.timeZone, around));
  const left = spans.filter(({ to }) => to > at).toSorted((a, b) => a.from - b.from);
  const next = left.find(({ from }) => from > at)?.from ?? at;
  return [...new Map(left.map(({ from, to }) => [from, to]))]
    .filter(([from]) => from <= next)
    .map(([from, to]) => ({ id: `window/${name}/${from}`, from, to, reason }));
}

/** What covers it now or will, the soonest first. */
export const periodsOver = (
  covered: Covered,
  silences: readonly Silence[],
  windows: readonly MaintenanceWindow[],
  at: number,
): readonly Period[] =>
  [
    ...silences.filter((silence) => silence.to > at && covers(silence, covered)).map(periodOfSilence),
    ...windows.filter((window) => covers(window, covered)).flatMap((window) => periodsOfWindow(window, at)),
  ].toSorted((a, b) => a.from - b.from || a.to - b.to || (a.id < b.id ? -1 : 1));

export const inForceAt = (periods: readonly Period[], at: number): readonly Period[] =>
  periods.filter(({ from, to }) => from <= at && at < to);

/** Until when without a pause, one period after the other; undefined when none is in force. `periods`: the soonest first. */
export function silentUntil(periods: readonly Period[], at: number): number | undefined {
  let until = at;
  for (const { from, to } of periods) if (from <= until) until = Math.max(until, to);
  return until === at ? undefined : until;
}

/** When something begins or ends next; undefined when nothing does. */
export function nextChange(periods: readonly Period[], at: number): number | undefined {
  const changes = periods.flatMap(({ from, to }) => [from, to]).filter((change) => change > at);
  return changes.length === 0 ? undefined : Math.min(...changes);
}
