/** What an incident waits for. */
import { expect, test } from 'vitest';
import { timersOf } from '../../src/incident/due.ts';
import { EXPIRES, incident, MINUTE, OPENED, trying } from './sample-incident.ts';

test('the ladder’s next step', () => {
  expect(timersOf(incident())).toEqual([{ timer: 'ladder', due: incident().ladder.nextAt }]);
});

test('a decision, the soonest first', () => {
  const waiting = trying('awaiting-approval');
  const soon = { ...waiting, ladder: { ...waiting.ladder, nextAt: OPENED + EXPIRES + MINUTE } };
  expect(timersOf(soon)).toEqual([
    { timer: 'approval/renew', due: OPENED + EXPIRES },
    { timer: 'ladder', due: OPENED + EXPIRES + MINUTE },
  ]);
});

test('nothing where the ladder rests and the decision is made', () => {
  const decided = trying('running');
  const { nextAt: _, ...ladder } = decided.ladder;
  expect(timersOf({ ...decided, ladder: { ...ladder, state: 'stopped' } })).toEqual([]);
});

test('nothing of what is resolved', () => {
  expect(timersOf({ ...trying('awaiting-approval'), status: 'resolved' })).toEqual([]);
});
