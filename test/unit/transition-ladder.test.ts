/** What climbs the ladder, what does not, and what goes out when it does. */
import { describe, expect, test } from 'vitest';
import type { IncidentEvent } from '../../src/incident/event.ts';
import type { AttemptStage } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import {
  at,
  EXPIRES,
  follow,
  incident,
  level,
  MINUTE,
  OPENED,
  pageKeys,
  policy,
  preview,
  trying,
  user,
} from './sample-incident.ts';

const REF = { fix: 'renew', round: 2 };
const NOW = OPENED + MINUTE;
const verified = (passed: boolean): IncidentEvent => ({ type: 'verified', ...REF, passed, findings: [] });

test('a page is dropped once somebody has answered, and not before', () => {
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const dropped = at({ type: 'page-dropped', page });
  expect(transition(incident(), dropped)).toEqual({ moved: false, why: 'Nobody has answered it.' });
  expect(transition(incident({ status: 'acknowledged' }), dropped)).toMatchObject({
    moved: true,
    effects: [],
  });
});

describe('a step that fails pages the next level at once', () => {
  const CLIMBS: readonly (readonly [AttemptStage, IncidentEvent, string])[] = [
    ['awaiting-approval', { type: 'denied', ...REF }, 'A fix was denied.'],
    [
      'awaiting-approval',
      { type: 'timer-due', timer: 'approval/renew', due: OPENED + EXPIRES },
      'Nobody decided on a fix in time.',
    ],
    ['approved', { type: 'failed', ...REF, reason: 'gone' }, 'A fix failed.'],
    ['running', { type: 'failed', ...REF, reason: 'gone' }, 'A fix failed.'],
    ['verifying', verified(false), 'A fix ran, but did not help.'],
    ['undo-running', { type: 'failed', ...REF, reason: 'gone' }, 'A fix failed.'],
    ['verifying-undo', verified(false), 'An undo did not bring back what was there.'],
    ['denied', { type: 'escalated' }, 'More people were asked for.'],
  ];
  test.each(CLIMBS)('%s: %o', (stage, event, why) => {
    const { next, effects } = follow(trying(stage), at(event));
    const due = NOW + 10 * MINUTE;
    expect(next).toMatchObject({
      status: 'open',
      ladder: { state: 'climbing', level: 1, attempt: 1, nextAt: due },
    });
    expect(effects).toEqual([
      { do: 'tell', text: { news: 'climbed', level: 1, attempt: 1, why, passedOver: [] } },
      { do: 'page', page: { level: 1, attempt: 1, responder: 'user/U1' } },
      { do: 'set-timer', timer: 'ladder', due },
    ]);
  });

  const STAYS: readonly (readonly [AttemptStage, IncidentEvent, string])[] = [
    ['previewing', { type: 'preview-failed', ...REF, reason: 'no such file' }, 'USOMEBODY'],
    ['awaiting-approval', { type: 'denied', ...REF, reason: 'not now' }, 'UREQUESTER'],
    ['approved', { type: 'drifted', ...REF, preview: preview('serial 9') }, 'paksa'],
    ['running', { type: 'lost', ...REF }, 'paksa'],
    ['verifying-undo', verified(true), 'paksa'],
  ];
  test.each(STAYS)('%s: %o does not', (stage, event, actor) => {
    const { next, effects } = follow(trying(stage), at(event, NOW, actor));
    expect(next.ladder).toMatchObject({ state: 'waiting', level: 0 });
    expect(pageKeys(effects)).toEqual([]);
  });
});

describe('a decision that is due', () => {
  const due = OPENED + EXPIRES;

  test('expires the attempt', () => {
    const { next } = follow(
      trying('awaiting-approval'),
      at({ type: 'timer-due', timer: 'approval/renew', due }),
    );
    expect(next.attempts.renew?.stage).toBe('expired');
  });

  test.each(['approved', 'denied', 'withdrawn', 'previewing', 'expired'] as const)(
    'is not, of one that is %s',
    (stage) => {
      const result = transition(trying(stage), at({ type: 'timer-due', timer: 'approval/renew', due }));
      expect(result).toMatchObject({ moved: false });
    },
  );

  test('of an earlier preview, or of a fix that nobody asked for, is not', () => {
    for (const event of [
      at({ type: 'timer-due', timer: 'approval/renew', due: due - 1 }),
      at({ type: 'timer-due', timer: 'approval/restart', due }),
    ])
      expect(transition(trying('awaiting-approval'), event)).toMatchObject({ moved: false });
  });
});

describe('the ladder’s timer', () => {
  const step = (due: number) => at({ type: 'timer-due', timer: 'ladder', due }, due);

  test('set for an earlier step is late, and dropped', () => {
    const { next } = follow(incident(), at({ type: 'escalated' }));
    expect(transition(next, step(OPENED + 5 * MINUTE))).toMatchObject({ moved: false });
  });

  test('delivered twice climbs once', () => {
    const first = OPENED + 5 * MINUTE;
    const { next } = follow(incident(), step(first));
    expect(next.ladder.level).toBe(1);
    expect(transition(next, step(first))).toMatchObject({ moved: false });
  });

  test('tells why: nobody acknowledged, then a level that did not answer', () => {
    const { effects } = follow(incident(), step(OPENED + 5 * MINUTE), step(OPENED + 15 * MINUTE));
    expect(
      effects.flatMap((effect) =>
        effect.do === 'tell' && effect.text.news === 'climbed' ? [effect.text.why] : [],
      ),
    ).toEqual(['Nobody has acknowledged the incident.', 'Level 1 did not answer.']);
  });

  test('past the last level says so, and sets no timer', () => {
    const minutes = [5, 15, 25, 35].map((count) => step(OPENED + count * MINUTE));
    const { next, effects } = follow(incident(), ...minutes);
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'exhausted', level: 3 } });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1', '2.1 user/U2', '2.1 usergroup/S2', '3.1 channel/C3']);
    expect(effects.at(-1)).toEqual({
      do: 'tell',
      text: { news: 'exhausted', why: 'Level 3 did not answer.', passedOver: [] },
    });
  });
});

describe('asking for more people', () => {
  test('with the step that was seen climbs; once somebody else has, it is answered instead', () => {
    const { next } = follow(incident(), at({ type: 'escalated', step: 0 }));
    expect(next.ladder.level).toBe(1);
    expect(transition(next, at({ type: 'escalated', step: 0 }))).toEqual({
      moved: false,
      why: 'Level 1 has been paged since: look at the card again.',
    });
    expect(follow(next, at({ type: 'escalated', step: 1 })).next.ladder.level).toBe(2);
  });

  test('wakes the ladder of one that somebody is at', () => {
    const { next } = follow(incident(), at({ type: 'acknowledged' }), at({ type: 'escalated' }));
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'climbing', level: 1 } });
  });
});

describe('pages that reach nobody', () => {
  const { next: atLevel2 } = follow(incident(), at({ type: 'escalated' }), at({ type: 'escalated' }));
  const failed = (responder: string, of = { level: 2, attempt: 1 }) =>
    at({ type: 'page-failed', page: { ...of, responder }, reason: 'no such user' });

  test('some of a level: the others may still answer', () => {
    const { next, effects } = follow(atLevel2, failed('user/U2'));
    expect(next.ladder).toEqual(atLevel2.ladder);
    expect(effects).toEqual([]);
  });

  test('the same one twice is still only some', () => {
    expect(follow(atLevel2, failed('user/U2'), failed('user/U2')).next.ladder.level).toBe(2);
  });

  test('everybody of a level: the next is paged at once, not after the delay', () => {
    const { next, effects } = follow(atLevel2, failed('user/U2'), failed('usergroup/S2'));
    expect(next.ladder).toMatchObject({ state: 'climbing', level: 3, nextAt: NOW + 10 * MINUTE });
    expect(pageKeys(effects)).toEqual(['3.1 channel/C3']);
    expect(effects[0]).toMatchObject({ text: { why: 'Nobody of level 2 could be reached.' } });
    expect(next.pagesFailed).toEqual([]);
  });

  test('of an earlier step count for nothing', () => {
    const { next } = follow(
      atLevel2,
      failed('user/U1', { level: 1, attempt: 1 }),
      failed('user/U2', { level: 2, attempt: 7 }),
      failed('usergroup/S2'),
    );
    expect(next.ladder.level).toBe(2);
  });

  test('of one that somebody is at page nobody further', () => {
    const { next } = follow(
      atLevel2,
      at({ type: 'acknowledged' }),
      failed('user/U2'),
      failed('usergroup/S2'),
    );
    expect(next).toMatchObject({ status: 'acknowledged', ladder: { state: 'stopped', level: 2 } });
  });

  test('at every level in turn end in saying so', () => {
    const { next, effects } = follow(
      atLevel2,
      failed('user/U2'),
      failed('usergroup/S2'),
      failed('channel/C3', { level: 3, attempt: 1 }),
    );
    expect(next.ladder.state).toBe('exhausted');
    expect(effects.at(-1)).toMatchObject({ do: 'tell', text: { news: 'exhausted' } });
  });
});

test('a page that was sent changes nothing but the version', () => {
  const before = incident();
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const { next, effects } = follow(before, at({ type: 'page-sent', page, by: 'slack' }));
  expect(next).toEqual({ ...before, version: 2 });
  expect(effects).toEqual([]);
});

test('whoever stands twice in a level is paged once', () => {
  const twice = policy({ levels: [level([user('U1'), user('U1')])] });
  const { effects } = follow(incident({ policy: twice }), at({ type: 'escalated' }));
  expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
});
