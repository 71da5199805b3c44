/** Snoozed, handed over, opened again, merged: who is paged, when the ladder goes on, and what is refused. */
import { describe, expect, test } from 'vitest';
import { timersOf } from '../../src/incident/due.ts';
import type { MergedIncident } from '../../src/incident/life-event.ts';
import { transition } from '../../src/incident/transition.ts';
import { named, seen } from './sample-alerts.ts';
import {
  at,
  EXPIRES,
  finding,
  follow,
  incident,
  MINUTE,
  OPENED,
  pageKeys,
  trying,
} from './sample-incident.ts';

const NOW = OPENED + MINUTE;
const UNTIL = NOW + 60 * MINUTE;
const snoozed = at({ type: 'snoozed', until: UNTIL });
const acknowledged = at({ type: 'acknowledged' }, NOW, 'U9');
const escalated = at({ type: 'escalated' });
const over = at({ type: 'timer-due', timer: 'snooze', due: UNTIL }, UNTIL);

describe('a snooze', () => {
  test('rests the ladder until then, whether it was open or acknowledged', () => {
    for (const before of [incident(), follow(incident(), acknowledged).next]) {
      const { next, effects } = follow(before, snoozed);
      expect(next).toMatchObject({ status: 'acknowledged', snoozed: { until: UNTIL, by: 'USOMEBODY' } });
      expect(effects).toContainEqual({ do: 'set-timer', timer: 'snooze', due: UNTIL });
      expect(timersOf(next)).toEqual([{ timer: 'snooze', due: UNTIL }]);
    }
  });

  test('over, it goes on with the level that it had come to, and then with the next', () => {
    const woken = follow(incident(), escalated, snoozed, over);
    expect(woken.next).toMatchObject({ status: 'open', ladder: { state: 'climbing', level: 1 } });
    expect(woken.next).not.toHaveProperty('snoozed');
    const due = woken.next.ladder.nextAt ?? 0;
    const later = follow(woken.next, at({ type: 'timer-due', timer: 'ladder', due }, due));
    expect(pageKeys([...woken.effects, ...later.effects])).toEqual([
      '1.1 user/U1',
      '1.2 user/U1',
      '2.1 user/U2',
      '2.1 usergroup/S2',
    ]);
  });

  test('over, with nobody paged before: the first level', () => {
    expect(pageKeys(follow(incident(), snoozed, over).effects)).toEqual(['1.1 user/U1']);
  });

  test.each([
    ['a moment that is over', NOW],
    ['more than a week', NOW + 8 * 24 * 60 * MINUTE],
  ])('until %s is refused', (_, until) => {
    expect(transition(incident(), at({ type: 'snoozed', until }))).toMatchObject({ moved: false });
  });

  test('another one takes its place: the first one’s end is nothing any more', () => {
    const { next } = follow(incident(), snoozed, at({ type: 'snoozed', until: UNTIL + MINUTE }));
    expect(transition(next, over)).toMatchObject({ moved: false });
  });

  test('ends when anybody answers', () => {
    const { next } = follow(incident(), snoozed, acknowledged);
    expect(next).toMatchObject({ status: 'acknowledged', answeredBy: 'U9' });
    expect(next).not.toHaveProperty('snoozed');
    expect(transition(next, over)).toMatchObject({ moved: false });
  });

  test('ends at once when a fix fails, and more people are called', () => {
    const { next } = follow(trying('running'), snoozed);
    const failed = follow(next, at({ type: 'failed', fix: 'renew', round: 2, reason: 'refused' }));
    expect(failed.next).toMatchObject({ status: 'open', ladder: { level: 1 } });
    expect(failed.next).not.toHaveProperty('snoozed');
  });

  test('is not ended by silence: a decision that nobody takes expires, and nobody is woken', () => {
    const due = OPENED + EXPIRES;
    const { next, effects } = follow(
      trying('awaiting-approval'),
      snoozed,
      at({ type: 'timer-due', timer: 'approval/renew', due }, due),
    );
    expect(next).toMatchObject({ snoozed: { until: UNTIL }, attempts: { renew: { stage: 'expired' } } });
    expect(pageKeys(effects)).toEqual([]);
  });

  test('is ended by alerts that are graver, not by more of the same', () => {
    const minor = incident({ severity: 'warning', findings: [] });
    const warning = seen(named('A', 1, { severity: 'warning' }));
    const more = seen(named('A', 7, { severity: 'warning' }));
    const before = follow(minor, at({ type: 'alerted', alerts: warning, joined: ['A'] }), snoozed).next;
    expect(follow(before, at({ type: 'alerted', alerts: more, joined: [] })).next.snoozed).toBeDefined();
    const graver = follow(before, at({ type: 'alerted', alerts: seen(named('B')), joined: ['B'] }));
    expect(graver.next).toMatchObject({ status: 'open', severity: 'critical' });
    expect(pageKeys(graver.effects)).toEqual(['1.1 user/U1']);
  });
});

describe('a hand-over', () => {
  const handed = at({ type: 'reassigned', to: 'U7' });

  test('is a page to that person; the ladder waits as long as its level may take', () => {
    const { next, effects } = follow(incident(), escalated, acknowledged, handed);
    expect(next).toMatchObject({ status: 'open', handedTo: { user: 'U7', by: 'USOMEBODY' } });
    expect(next.ladder.nextAt).toBe(NOW + 10 * MINUTE);
    expect(pageKeys(effects).at(-1)).toBe('0.1 user/U7');
  });

  test('counts as answered once they acknowledge', () => {
    const { next } = follow(incident(), handed, at({ type: 'acknowledged' }, NOW, 'U7'));
    expect(next).toMatchObject({ status: 'acknowledged', answeredBy: 'U7' });
    expect(next).not.toHaveProperty('handedTo');
  });

  test('without an answer, or when they cannot be told, the ladder goes on', () => {
    const { next } = follow(incident(), handed);
    const due = next.ladder.nextAt ?? 0;
    const late = follow(next, at({ type: 'timer-due', timer: 'ladder', due }, due));
    const page = { level: 0, attempt: 1, responder: 'user/U7' };
    const failed = follow(next, at({ type: 'page-failed', page, reason: 'no such user' }));
    for (const { next: after, effects } of [late, failed]) {
      expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
      expect(after).not.toHaveProperty('handedTo');
    }
  });

  test('a second one is another page; the first one’s failure changes nothing then', () => {
    const { next, effects } = follow(incident(), handed, at({ type: 'reassigned', to: 'U8' }));
    expect(pageKeys(effects)).toEqual(['0.1 user/U7', '0.2 user/U8']);
    const page = { level: 0, attempt: 1, responder: 'user/U7' };
    expect(follow(next, at({ type: 'page-failed', page, reason: 'gone' })).effects).toEqual([]);
  });

  test('to oneself is an answer; to who has it already, refused', () => {
    expect(follow(incident(), at({ type: 'reassigned', to: 'USOMEBODY' })).next).toMatchObject({
      status: 'acknowledged',
      answeredBy: 'USOMEBODY',
    });
    expect(transition(follow(incident(), handed).next, handed)).toMatchObject({ moved: false });
    const taken = follow(incident(), at({ type: 'acknowledged' }, NOW, 'U7')).next;
    expect(transition(taken, handed)).toMatchObject({ moved: false, by: 'U7' });
  });
});

describe('opened again', () => {
  const resolved = follow(incident(), at({ type: 'resolved' })).next;

  test('its ladder begins again', () => {
    const { next, effects } = follow(resolved, at({ type: 'reopened', reason: 'it is back' }));
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'waiting', level: 0 } });
    expect(next).not.toHaveProperty('resolvedAt');
    expect(effects).toEqual([{ do: 'set-timer', timer: 'ladder', due: next.ladder.nextAt }]);
  });

  test('without a reason, or when it is open, it is refused', () => {
    expect(transition(resolved, at({ type: 'reopened', reason: ' ' }))).toMatchObject({ moved: false });
    expect(transition(incident(), at({ type: 'reopened', reason: 'why not' }))).toMatchObject({
      moved: false,
    });
  });
});

describe('a merge', () => {
  const merged = at({ type: 'merged', into: 'INC-2' });
  const other: MergedIncident = {
    id: 'INC-9',
    topic: 'slow-api',
    title: 'Slow API',
    fingerprint: 'production/slow-api',
    findings: [finding('timing', 'problem')],
  };
  const absorbed = at({ type: 'absorbed', incidents: [other], severity: 'critical' });
  const heard = (status: 'healthy' | 'problem') =>
    at({
      type: 'seen-elsewhere',
      of: other.fingerprint,
      findings: [finding('timing', status)],
      severity: 'critical',
    });
  const well = at({
    type: 'diagnosed',
    severity: 'warning',
    findings: [finding('expiry', 'healthy')],
    fixes: [],
  });

  test('ends it with a pointer, not while a fix is under way, and not into itself', () => {
    expect(follow(incident(), merged).next).toMatchObject({ status: 'resolved', mergedInto: 'INC-2' });
    for (const before of [trying('running'), follow(incident(), merged).next])
      expect(transition(before, merged)).toMatchObject({ moved: false });
    expect(transition(incident(), at({ type: 'merged', into: 'INC-1' }))).toMatchObject({ moved: false });
  });

  test('what goes on in it keeps it from ending by itself until that is well too', () => {
    const open = follow(incident(), absorbed, well).next;
    expect(open.status).toBe('open');
    expect(follow(open, heard('problem')).next.status).toBe('open');
    expect(follow(open, heard('healthy')).next.status).toBe('resolved');
  });

  test('makes it as grave, and wakes it', () => {
    const minor = incident({ severity: 'warning', findings: [] });
    const { next, effects } = follow(minor, snoozed, absorbed);
    expect(next).toMatchObject({ status: 'open', severity: 'critical' });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
  });

  test('what is seen of something else is not heard; what parted is forgotten', () => {
    expect(transition(incident(), heard('problem'))).toMatchObject({ moved: false });
    const { next } = follow(incident(), absorbed, at({ type: 'parted', incident: 'INC-9' }));
    expect(next.merged).toEqual([]);
    expect(transition(next, heard('problem'))).toMatchObject({ moved: false });
  });

  test('a fix of what was merged is taken back only once it is open again', () => {
    const { next } = follow(trying('succeeded'), merged);
    expect(transition(next, at({ type: 'undo-requested', fix: 'renew', round: 2 }))).toMatchObject({
      why: expect.stringContaining('INC-2'),
    });
  });
});
