/** What holds of a snooze, a hand-over, a merge and the incident's own channel, whatever else happens to the incident. */
import { describe, expect, test } from 'vitest';
import { archivedAt } from '../../src/incident/room.ts';
import { onEveryStep, onEveryWalk, timersOf } from './every-walk.ts';
import { pagesIn } from './sample-incident.ts';

/** Any: rare places are got to by most, and by this one every time. */
const SEED = 1;

test('the walks get everywhere', () => {
  const places = new Set<string>();
  onEveryStep(({ before, after, happening, moved }) => {
    if (after.snoozed) places.add('snoozed');
    if (before.snoozed && after.status === 'open') places.add(`woken by ${happening.type}`);
    if (after.handedTo) places.add('handed over');
    if (before.handedTo && after.answeredBy === before.handedTo.user) places.add('taken');
    if (after.mergedInto) places.add('merged');
    if (before.status === 'resolved' && after.status === 'open' && moved) places.add('opened again');
    if (after.room) places.add(`room ${after.room.state}`);
  }, SEED);
  expect([...places]).toEqual(
    expect.arrayContaining([
      ...['snoozed', 'handed over', 'merged', 'opened again', 'woken by timer-due'],
      ...['room owed', 'room open', 'room failed', 'room archived'],
    ]),
  );
});

describe('a snooze', () => {
  test('holds while it is acknowledged, and its timer is the last that was set', () => {
    onEveryWalk((steps) => {
      let due: number | undefined;
      for (const { after, effects } of steps) {
        due = timersOf(effects, 'snooze').at(-1) ?? due;
        if (!after.snoozed) continue;
        expect(after).toMatchObject({ status: 'acknowledged', ladder: { state: 'stopped' } });
        expect(after.snoozed.until).toBe(due);
      }
    });
  });

  test('ends in an answer, in its end, in pages, or with a ladder that waits: never in silence', () => {
    onEveryStep(({ before, after, effects }) => {
      if (!before.snoozed || after.snoozed || after.status !== 'open') return;
      const isTold = effects.some(
        (effect) => effect.do === 'tell' && ['climbed', 'exhausted', 'kept-quiet'].includes(effect.text.news),
      );
      expect(isTold || pagesIn(effects).length > 0 || timersOf(effects, 'ladder').length > 0).toBe(true);
    });
  });
});

describe('a hand-over', () => {
  test('is a page to that person, and the ladder goes on without them', () => {
    onEveryStep(({ before, after, effects, happening }) => {
      if (!after.handedTo) return;
      expect(after.status).toBe('open');
      // Silenced meanwhile, the ladder rests until that is over.
      expect(after.ladder.nextAt === undefined).toBe(after.silence?.until !== undefined);
      if (after.handedTo === before.handedTo) return;
      expect(happening.type).toBe('reassigned');
      expect(pagesIn(effects)).toEqual([
        { level: 0, attempt: after.ladder.paged[0], responder: `user/${after.handedTo.user}` },
      ]);
    });
  });
});

test('what goes on elsewhere is resolved, and does not come back by itself', () => {
  onEveryStep(({ before, after, happening }) => {
    if (after.mergedInto !== undefined) expect(after.status).toBe('resolved');
    if (before.mergedInto !== undefined && after.mergedInto === undefined)
      expect(happening.type).toBe('reopened');
  });
});

test('a problem of what goes on in it keeps it from ending by itself', () => {
  onEveryStep(({ before, after, happening }) => {
    const isOver = after.status === 'resolved' && before.status !== 'resolved';
    const isWrong = after.merged?.some(({ findings }) => findings.some(({ status }) => status === 'problem'));
    if (isOver && isWrong) expect(['resolved', 'merged']).toContain(happening.type);
  });
});

describe('its own channel', () => {
  test('is owed once, made once, and archived only when it is over', () => {
    onEveryStep(({ before, after, effects }) => {
      const [former, room] = [before.room, after.room];
      expect(room?.number ?? 0).toBeGreaterThanOrEqual(former?.number ?? 0);
      if (room?.state === 'owed' && former?.number !== room.number) {
        expect(effects).toContainEqual({ do: 'room' });
        expect(former?.state ?? 'archived').toBe('archived');
      }
      if (room?.state === 'archived' && former?.state !== 'archived') expect(after.status).toBe('resolved');
    });
  });

  test('has a timer set for when it is archived', () => {
    onEveryWalk((steps) => {
      let due: number | undefined;
      for (const { after, effects } of steps) {
        due = timersOf(effects, 'room').at(-1) ?? due;
        const at = archivedAt(after);
        if (at !== undefined) expect(due).toBe(at);
      }
    });
  });
});

test('it knows since when it is resolved, and when somebody was at it first', () => {
  onEveryStep(({ before, after, happening, moved }) => {
    expect(after.resolvedAt !== undefined).toBe(after.status === 'resolved');
    if (moved && after.status === 'resolved' && before.status !== 'resolved')
      expect(after.resolvedAt).toBe(happening.at);
    if (before.answeredAt !== undefined) expect(after.answeredAt).toBe(before.answeredAt);
  });
});
