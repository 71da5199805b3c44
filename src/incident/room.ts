/** The channel of its own that a severe incident gets: when it is owed, when something in it changes, when it is archived. */
import type { Move } from './escalation.ts';
import type { Effect, Happening } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';
import { underway } from './plan.ts';

/** `owed` → open or failed; open → archived. An incident that is opened again after that gets another one. */
export interface Room {
  /** Which of the incident's channels it is, from 1. */
  readonly number: number;
  readonly state: 'owed' | 'open' | 'failed' | 'archived';
  readonly channel?: string;
  readonly name?: string;
}

/** Adds what follows for the channel, whatever happened. */
export function roomed(before: Incident, { next, effects }: Move, event: Happening): Move {
  const { room } = next;
  if (isOwed(next))
    return {
      next: { ...next, room: { number: (room?.number ?? 0) + 1, state: 'owed' } },
      effects: [...effects, { do: 'room' }],
    };
  if (room?.state !== 'open') return { next, effects };
  const isOver = next.status === 'resolved' && before.status !== 'resolved';
  const due = archivedAt(next);
  return {
    next,
    effects: [
      ...effects,
      ...(isNews(before, next, event) ? [{ do: 'room' } as const] : []),
      ...(isOver && due !== undefined ? [{ do: 'set-timer', timer: 'room', due } as const] : []),
    ],
  };
}

function isOwed(incident: Incident): boolean {
  const { policy, room, severity, status } = incident;
  if (!policy.rooms || status === 'resolved' || (room && room.state !== 'archived')) return false;
  return policy.rooms.for === 'critical' ? severity === 'critical' : underway(incident)?.emergency === true;
}

/** Somebody else has to be there, or those who are have to be told. */
const isNews = (before: Incident, next: Incident, { type }: Happening): boolean =>
  type === 'page-sent' ||
  type === 'room-opened' ||
  type === 'reassigned' ||
  before.status !== next.status ||
  before.answeredBy !== next.answeredBy ||
  before.room?.state !== next.room?.state;

/** When it is archived, epoch milliseconds; undefined while the incident goes on, or when it is left. */
export function archivedAt({ room, resolvedAt, policy }: Incident): number | undefined {
  const after = policy.rooms?.archiveAfterMs;
  return room?.state !== 'open' || resolvedAt === undefined || after === undefined
    ? undefined
    : resolvedAt + after;
}

type RoomHappening = Extract<Happening, { type: 'room-opened' | 'room-failed' | 'room-joined' }>;

export function roomChanged(incident: Incident, event: RoomHappening): Transition {
  const { room } = incident;
  if (event.type === 'room-joined') return moved(incident);
  if (room?.state !== 'owed' || room.number !== event.number)
    return refuse('That channel is not waited for any more.');
  if (event.type === 'room-failed') return moved({ ...incident, room: { ...room, state: 'failed' } });
  const { channel, name } = event;
  const opened: Incident = { ...incident, room: { ...room, state: 'open', channel, name } };
  // It may have been resolved while its channel was being made.
  const due = archivedAt(opened);
  const timer: Effect[] = due === undefined ? [] : [{ do: 'set-timer', timer: 'room', due }];
  return moved(opened, timer);
}

export function roomDue(incident: Incident, due: number): Transition {
  const { room } = incident;
  return room && incident.status === 'resolved' && archivedAt(incident) === due
    ? moved({ ...incident, room: { ...room, state: 'archived' } }, [{ do: 'room' }])
    : refuse('That channel is not due to be archived any more.');
}
