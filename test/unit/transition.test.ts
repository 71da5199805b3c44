/** An incident as a whole: opened, diagnosed again, acknowledged, resolved; and what may still happen after its end. */
import { describe, expect, test } from 'vitest';
import type { IncidentEvent } from '../../src/incident/event.ts';
import type { AttemptStage } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import type { Finding } from '../../src/runbook/finding.ts';
import {
  at,
  attempt,
  finding,
  follow,
  incident,
  MINUTE,
  OPENED,
  preview,
  proposed,
  trying,
} from './sample-incident.ts';

const diagnosed = (...findings: readonly Finding[]): IncidentEvent => ({
  type: 'diagnosed',
  severity: 'warning',
  findings,
  fixes: [proposed('renew', { suggested: false })],
});

test('opened: the ladder is armed, and its timer set', () => {
  const opened = at({ type: 'opened', severity: 'critical', findings: [] }, OPENED);
  const { next, effects } = follow(incident(), opened);
  const due = OPENED + 5 * MINUTE;
  expect(next).toMatchObject({ status: 'open', version: 2, ladder: { state: 'waiting', nextAt: due } });
  expect(effects).toEqual([{ do: 'set-timer', timer: 'ladder', due }]);
});

describe('diagnosed again', () => {
  test('what was seen replaces what was seen before', () => {
    const { next } = follow(incident(), at(diagnosed(finding('expiry', 'problem'))));
    expect(next).toMatchObject({ status: 'open', severity: 'warning', fixes: [{ suggested: false }] });
    expect(next.findings).toEqual([finding('expiry', 'problem')]);
  });

  test('all healthy ends the incident', () => {
    const { next } = follow(trying('previewing'), at(diagnosed(finding('expiry', 'healthy'))));
    expect(next).toMatchObject({
      status: 'resolved',
      ladder: { state: 'stopped' },
      attempts: { renew: { stage: 'withdrawn' } },
    });
  });

  test.each([
    ['a problem', [finding('expiry', 'healthy'), finding('name', 'problem')]],
    [
      'something that could not be looked at',
      [finding('expiry', 'healthy'), finding('name', 'inconclusive')],
    ],
    ['nothing at all', []],
  ])('%s does not', (_, findings) => {
    expect(follow(incident(), at(diagnosed(...findings))).next.status).toBe('open');
  });

  test('does not end it under a fix that is still working', () => {
    const { next } = follow(trying('running'), at(diagnosed(finding('expiry', 'healthy'))));
    expect(next).toMatchObject({ status: 'open', attempts: { renew: { stage: 'running' } } });
  });

  test('does not wake the ladder of one that somebody is at', () => {
    const { next } = follow(
      incident(),
      at({ type: 'acknowledged' }),
      at(diagnosed(finding('expiry', 'problem'))),
    );
    expect(next).toMatchObject({ status: 'acknowledged', ladder: { state: 'stopped' } });
  });
});

describe('acknowledged', () => {
  const { next: answered } = follow(
    incident(),
    at({ type: 'escalated' }),
    at({ type: 'acknowledged' }, OPENED + MINUTE, 'U1'),
  );

  test('stops the ladder: the step that was due is not any more', () => {
    expect(answered).toMatchObject({
      status: 'acknowledged',
      answeredBy: 'U1',
      ladder: { state: 'stopped' },
    });
    const due = OPENED + MINUTE + 10 * MINUTE;
    expect(transition(answered, at({ type: 'timer-due', timer: 'ladder', due }, due))).toMatchObject({
      moved: false,
    });
  });

  test('again, names who did', () => {
    expect(transition(answered, at({ type: 'acknowledged' }))).toEqual({
      moved: false,
      why: 'It has been acknowledged already.',
      by: 'U1',
    });
  });

  test('does not stand once a fix has failed: the next level is paged, and may acknowledge in turn', () => {
    const failing = { ...answered, attempts: { renew: attempt('running') } };
    const failed = at({ type: 'failed', fix: 'renew', round: 2, reason: 'refused' });
    const { next } = follow(failing, failed);
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'climbing', level: 2 } });
    expect(follow(next, at({ type: 'acknowledged' }, OPENED, 'U2')).next.answeredBy).toBe('U2');
  });
});

describe('resolved', () => {
  const { next: done } = follow(incident(), at({ type: 'resolved' }, OPENED, 'U1'));

  test('by hand: says by whom, and stops the ladder', () => {
    expect(done).toMatchObject({ status: 'resolved', answeredBy: 'U1', ladder: { state: 'stopped' } });
    expect(done.ladder).not.toHaveProperty('nextAt');
  });

  test.each(['approved', 'running', 'verifying', 'undoing', 'undo-running', 'verifying-undo'] as const)(
    'not while a fix is %s',
    (stage) => {
      expect(transition(trying(stage), at({ type: 'resolved' }))).toEqual({
        moved: false,
        why: 'A fix is under way: wait until it has been verified.',
      });
    },
  );

  test.each([
    ['previewing', 'withdrawn'],
    ['awaiting-approval', 'withdrawn'],
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['denied', 'denied'],
  ] as const)('what was %s is %s', (stage, becomes) => {
    expect(follow(trying(stage), at({ type: 'resolved' })).next.attempts.renew?.stage).toBe(becomes);
  });

  const REF = { fix: 'renew', round: 2 };
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const ended = (stage: AttemptStage) => ({ ...done, attempts: { renew: attempt(stage) } });

  const ACCEPTED: readonly (readonly [AttemptStage, IncidentEvent])[] = [
    ['succeeded', { type: 'undo-requested', ...REF }],
    ['undoing', { type: 'started', ...REF, owner: 'replica' }],
    ['undo-running', { type: 'acted', ...REF, outcome: 'back' }],
    ['undo-running', { type: 'lost', ...REF }],
    ['undo-running', { type: 'failed', ...REF, reason: 'gone' }],
    ['verifying-undo', { type: 'verified', ...REF, passed: true, findings: [] }],
    ['verifying-undo', { type: 'verified', ...REF, passed: false, findings: [] }],
    ['succeeded', { type: 'page-sent', page, by: 'slack' }],
    ['succeeded', { type: 'page-failed', page, reason: 'no such user' }],
    ['succeeded', { type: 'page-dropped', page }],
    ['succeeded', { type: 'reopened' }],
    ['succeeded', { type: 'noted', text: 'DNS' }],
    ['succeeded', { type: 'heard', deed: 'resolve', why: 'a fix is under way' }],
  ];
  test.each(ACCEPTED)('with an attempt %s, still accepts %o', (stage, event) => {
    expect(transition(ended(stage), at(event))).toMatchObject({ moved: true });
  });

  const REFUSED: readonly (readonly [AttemptStage, IncidentEvent])[] = [
    ['withdrawn', { type: 'fix-requested', fix: 'renew' }],
    ['withdrawn', { type: 'previewed', ...REF, preview: preview('serial 1') }],
    ['withdrawn', { type: 'preview-failed', ...REF, reason: 'gone' }],
    ['withdrawn', { type: 'approved', ...REF }],
    ['withdrawn', { type: 'denied', ...REF }],
    ['succeeded', { type: 'drifted', ...REF, preview: preview('serial 9') }],
    ['succeeded', { type: 'undo-captured', ...REF, data: {} }],
    ['succeeded', { type: 'opened', severity: 'critical', findings: [] }],
    ['succeeded', diagnosed(finding('expiry', 'problem'))],
    ['succeeded', { type: 'acknowledged' }],
    ['succeeded', { type: 'unacknowledged' }],
    ['succeeded', { type: 'escalated' }],
    ['succeeded', { type: 'resolved' }],
    ['succeeded', { type: 'timer-due', timer: 'ladder', due: OPENED }],
    ['succeeded', { type: 'timer-due', timer: 'approval/renew', due: OPENED }],
  ];
  test.each(REFUSED)('with an attempt %s, refuses %o', (stage, event) => {
    expect(transition(ended(stage), at(event))).toEqual({ moved: false, why: 'INC-1 is resolved already.' });
  });

  test('a page that reached nobody wakes no ladder', () => {
    const { next, effects } = follow(
      incident(),
      at({ type: 'escalated' }),
      at({ type: 'resolved' }),
      at({ type: 'page-failed', page, reason: 'no such user' }),
    );
    expect(next).toMatchObject({ status: 'resolved', ladder: { state: 'stopped' } });
    expect(effects.at(-1)).toMatchObject({ do: 'set-timer' });
  });

  test('an undo that did not bring back what was there opens it again, and pages', () => {
    const lost = at({ type: 'verified', ...REF, passed: false, findings: [] });
    const { next, effects } = follow(ended('verifying-undo'), lost);
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'climbing', level: 1 } });
    expect(effects).toContainEqual({ do: 'page', page });
  });
});
