/** One layer of a schedule: people in turn, relieved at the same time of the wall's clock, whatever the zone does with it. */

import {
  DAY,
  dayOf,
  HOUR,
  instantOf,
  timeOf,
  WEEKDAYS,
  type Weekday,
  wallOf,
  weekdayOf,
} from './wall-clock.ts';
import { spansAround, type Window } from './window.ts';

export interface Layer {
  /** Slack's ids of users, in turn; the first begins. */
  readonly users: readonly string[];
  /** How long a turn is, in hours of the wall's clock: 24 is daily, 168 weekly. */
  readonly turnHours: number;
  /** The day on which it begins, `2026-01-05`. */
  readonly start: string;
  /** When people are relieved: `09:00`, and, for turns of whole weeks, the day. */
  readonly handover: { readonly at: string; readonly on?: Weekday | undefined };
  /** When there is anybody at all; always, where there is none. */
  readonly only: readonly Window[];
}

/** Who holds a layer, nobody where `user` is absent, and until when that cannot change. */
export interface Held {
  readonly user?: string;
  /** Epoch milliseconds, later than the instant asked for. */
  readonly until: number;
}

export function heldAt(layer: Layer, zone: string, at: number): Held {
  const begins = instantOf(zone, (dayOf(layer.start) ?? 0) + (timeOf(layer.handover.at) ?? 0));
  if (at < begins) return { until: begins };
  const { open, until } = openAt(layer.only, zone, at);
  if (!open) return { until };
  const [alone, ...others] = layer.users;
  // Nobody relieves them: there is no hand-over to look for.
  if (others.length === 0) return { ...(alone === undefined ? {} : { user: alone }), until };
  const { turn, ends } = turnAt(layer, zone, at);
  const user = layer.users.at(turn % layer.users.length);
  return { ...(user === undefined ? {} : { user }), until: Math.min(until, ends) };
}

/** Which turn it is, counted from the hand-over at or before the start. */
function turnAt(layer: Layer, zone: string, at: number): { turn: number; ends: number } {
  const first = firstHandover(layer);
  const length = layer.turnHours * HOUR;
  const begins = (turn: number) => instantOf(zone, first + turn * length);
  // Where clocks are set back or forward, the wall's clock alone can be one turn off.
  let turn = Math.floor((wallOf(zone, at) - first) / length);
  while (begins(turn + 1) <= at) turn += 1;
  while (begins(turn) > at) turn -= 1;
  return { turn, ends: begins(turn + 1) };
}

function firstHandover({ start, handover: { at, on } }: Layer): number {
  const day = dayOf(start) ?? 0;
  const daysBefore = on === undefined ? 0 : (weekdayOf(day) - WEEKDAYS.indexOf(on) + 7) % 7;
  return day - daysBefore * DAY + (timeOf(at) ?? 0);
}

function openAt(only: readonly Window[], zone: string, at: number): { open: boolean; until: number } {
  if (only.length === 0) return { open: true, until: Number.POSITIVE_INFINITY };
  const spans = spansAround(only, zone, at);
  const around = spans.filter(({ from, to }) => from <= at && at < to);
  if (around.length > 0) return { open: true, until: Math.max(...around.map(({ to }) => to)) };
  const coming = spans.filter(({ from }) => from > at).map(({ from }) => from);
  return { open: false, until: Math.min(at + 7 * DAY, ...coming) };
}
