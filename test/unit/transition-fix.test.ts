/** Fixes in an incident: asked for, drifted, verified, taken back, and one at a time. */
import { describe, expect, test } from 'vitest';
import type { AttemptStage, Incident } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import type { Finding } from '../../src/runbook/finding.ts';
import {
  at,
  attempt,
  EXPIRES,
  finding,
  follow,
  incident,
  MINUTE,
  OPENED,
  preview,
  proposed,
  trying,
} from './sample-incident.ts';

const REF = { fix: 'renew', round: 2 };
const helped = (...findings: readonly Finding[]) =>
  at({ type: 'verified', ...REF, passed: true, findings, boundAfter: 'serial 2' });

describe('asking for a fix', () => {
  const ask = (fix: string) => at({ type: 'fix-requested', fix });

  test('begins its first round', () => {
    const { next, effects } = follow(incident(), ask('renew'));
    expect(next.attempts).toEqual({
      renew: { fix: 'renew', round: 1, stage: 'previewing', requestedBy: 'USOMEBODY' },
    });
    expect(effects).toEqual([{ do: 'preview', fix: 'renew', round: 1 }]);
  });

  test('again, begins the next one and forgets what the last one left', () => {
    const { next } = follow(trying('undone'), ask('renew'));
    expect(next.attempts.renew).toEqual({
      fix: 'renew',
      round: 3,
      stage: 'previewing',
      requestedBy: 'USOMEBODY',
    });
  });

  test('that the runbook has no more, or that cannot be used here, is refused with the reason', () => {
    const held = incident({ fixes: [proposed('renew', { unavailable: 'no cluster configured' })] });
    expect(transition(held, ask('gone'))).toMatchObject({ why: expect.stringContaining('diagnose again') });
    expect(transition(held, ask('renew'))).toMatchObject({
      why: expect.stringContaining('no cluster configured'),
    });
  });

  test.each(['previewing', 'awaiting-approval'] as const)('that is %s already names who asked', (stage) => {
    expect(transition(trying(stage), ask('renew'))).toMatchObject({ moved: false, by: 'UREQUESTER' });
  });
});

describe('one at a time', () => {
  const WORKING: readonly AttemptStage[] = [
    'approved',
    'running',
    'verifying',
    'undoing',
    'undo-running',
    'verifying-undo',
  ];
  const beside = (stage: AttemptStage, other: AttemptStage) =>
    incident({
      attempts: { renew: attempt(stage), restart: attempt(other, { fix: 'restart', round: 1 }) },
    });

  test.each(WORKING)('while one is %s no other begins', (stage) => {
    const other = { fix: 'restart', round: 1 };
    const refused = { moved: false, why: 'Another fix is under way: one at a time.' };
    expect(transition(beside(stage, 'denied'), at({ type: 'fix-requested', fix: 'restart' }))).toMatchObject(
      refused,
    );
    expect(transition(beside(stage, 'awaiting-approval'), at({ type: 'approved', ...other }))).toMatchObject(
      refused,
    );
    const undoable = { ...beside(stage, 'succeeded'), fixes: [proposed('renew'), proposed('restart')] };
    expect(transition(undoable, at({ type: 'undo-requested', ...other }))).toMatchObject(refused);
    expect(transition(beside(stage, 'denied'), at({ type: 'resolved' }))).toMatchObject({ moved: false });
  });

  test('two previews may wait side by side, and one of them be approved', () => {
    const both = beside('awaiting-approval', 'awaiting-approval');
    const { next } = follow(both, at({ type: 'approved', ...REF }));
    expect(next.attempts.restart?.stage).toBe('awaiting-approval');
  });
});

test('drift voids the approval: a new round, a new preview, a new click', () => {
  const drifted = at({ type: 'drifted', ...REF, preview: preview('serial 9') });
  const { next, effects } = follow(trying('approved'), drifted);
  expect(next.attempts.renew).toMatchObject({
    round: 3,
    stage: 'awaiting-approval',
    preview: { boundTo: 'serial 9' },
    expiresAt: drifted.at + EXPIRES,
  });
  expect(next.attempts.renew).not.toHaveProperty('decidedBy');
  expect(effects).toEqual([{ do: 'set-timer', timer: 'approval/renew', due: drifted.at + EXPIRES }]);
  expect(transition(next, at({ type: 'approved', ...REF }))).toMatchObject({ moved: false });
  expect(follow(next, at({ type: 'approved', fix: 'renew', round: 3 })).effects).toEqual([
    { do: 'run', fix: 'renew', round: 3 },
  ]);
});

describe('a fix that helped', () => {
  test('ends the incident when nothing else is wrong: the ladder rests, other requests are withdrawn', () => {
    const before = trying('verifying', {
      attempts: {
        renew: attempt('verifying'),
        restart: attempt('awaiting-approval', { fix: 'restart', round: 1 }),
      },
    });
    const { next, effects } = follow(before, helped(finding('expiry', 'healthy')));
    expect(next).toMatchObject({
      status: 'resolved',
      answeredBy: 'paksa',
      ladder: { state: 'stopped' },
      attempts: { renew: { stage: 'succeeded', boundAfter: 'serial 2' }, restart: { stage: 'withdrawn' } },
    });
    expect(next.ladder).not.toHaveProperty('nextAt');
    expect(effects).toEqual([]);
  });

  test.each(['open', 'acknowledged'] as const)(
    'leaves it %s while another check sees a problem',
    (status) => {
      const before = trying('verifying', {
        status,
        findings: [finding('expiry', 'problem'), finding('clock', 'problem')],
      });
      const { next } = follow(before, helped(finding('expiry', 'healthy')));
      expect(next.status).toBe(status);
      expect(next.ladder).toEqual(before.ladder);
      expect(next.findings.map(({ check, status }) => [check, status])).toEqual([
        ['expiry', 'healthy'],
        ['clock', 'problem'],
      ]);
    },
  );
});

describe('what a verification sees of checks that the incident did not know', () => {
  const statuses = ({ findings }: Incident) => findings.map(({ check, status }) => [check, status]);
  const verifying = (findings: readonly Finding[]) => trying('verifying', { findings });
  const failed = (...findings: readonly Finding[]) =>
    at({ type: 'verified', ...REF, passed: false, findings, boundAfter: 'serial 2' });
  const SEEN = [
    finding('writes', 'problem'),
    finding('expiry', 'problem'),
    finding('clock', 'healthy'),
    finding('reads', 'inconclusive'),
  ];

  test('comes after what it knew, in order; what is well is not news', () => {
    const { next } = follow(
      verifying([finding('name', 'healthy'), finding('expiry', 'healthy')]),
      failed(...SEEN),
    );
    expect(statuses(next)).toEqual([
      ['name', 'healthy'],
      ['expiry', 'problem'],
      ['writes', 'problem'],
      ['reads', 'inconclusive'],
    ]);
  });

  test('is there where nobody has diagnosed, such as in an emergency', () => {
    const { next } = follow(verifying([]), failed(...SEEN));
    expect(statuses(next)).toEqual([
      ['writes', 'problem'],
      ['expiry', 'problem'],
      ['reads', 'inconclusive'],
    ]);
  });

  test('is there after an undo too', () => {
    const { next } = follow(trying('verifying-undo', { findings: [] }), helped(finding('writes', 'problem')));
    expect(statuses(next)).toEqual([['writes', 'problem']]);
  });

  test('keeps the incident open, also after a fix that helped', () => {
    const { next } = follow(
      verifying([finding('expiry', 'problem')]),
      helped(finding('expiry', 'healthy'), finding('writes', 'problem')),
    );
    expect(next.status).toBe('open');
  });

  describe('and that is well by now', () => {
    const again = [
      at({ type: 'fix-requested', fix: 'renew' }),
      at({ type: 'previewed', fix: 'renew', round: 3, preview: preview('serial 2') }),
      at({ type: 'approved', fix: 'renew', round: 3 }),
      at({ type: 'started', fix: 'renew', round: 3, owner: 'replica' }),
      at({ type: 'acted', fix: 'renew', round: 3, outcome: 'renewed' }),
    ];
    const well = at({
      type: 'verified',
      fix: 'renew',
      round: 3,
      passed: true,
      findings: [finding('writes', 'healthy')],
      boundAfter: 'serial 3',
    });
    const failedFirst = (findings: readonly Finding[]) =>
      follow(verifying(findings), failed(finding('writes', 'problem')), ...again).next;

    test('ends an incident that was diagnosed', () => {
      const { next } = follow(failedFirst([finding('expiry', 'healthy')]), well);
      expect(next.status).toBe('resolved');
    });

    test('does not end one that was not: the rest of the topic has never been looked at', () => {
      const { next } = follow(failedFirst([]), well);
      expect(statuses(next)).toEqual([['writes', 'healthy']]);
      expect(next.status).toBe('open');
    });

    test('ends it once somebody has diagnosed', () => {
      const { fixes } = incident();
      const findings = [finding('expiry', 'healthy'), finding('writes', 'problem')];
      const diagnosed = at({ type: 'diagnosed', severity: 'warning', fixes, findings });
      const { next } = follow(failedFirst([]), diagnosed, well);
      expect(next.status).toBe('resolved');
    });
  });
});

describe('an undo', () => {
  const undo = at({ type: 'undo-requested', ...REF }, OPENED + 60 * MINUTE);
  const back = at(
    { type: 'verified', ...REF, passed: true, findings: [finding('expiry', 'problem')] },
    OPENED + 90 * MINUTE,
  );

  test('opens a resolved incident again, and its ladder begins at the bottom', () => {
    const { next: paged } = follow(trying('verifying'), at({ type: 'escalated' }));
    const { next: resolved } = follow(paged, helped(finding('expiry', 'healthy')));
    const { next, effects } = follow(
      resolved,
      undo,
      at({ type: 'started', ...REF, owner: 'replica' }),
      at({ type: 'acted', ...REF, outcome: 'back' }),
      back,
    );
    expect(next).toMatchObject({ status: 'open', attempts: { renew: { stage: 'undone' } } });
    expect(next.findings[0]?.status).toBe('problem');
    const due = back.at + 5 * MINUTE;
    expect(next.ladder).toMatchObject({ state: 'waiting', level: 0, nextAt: due });
    expect(effects.at(-1)).toEqual({ do: 'set-timer', timer: 'ladder', due });
    const due1 = follow(next, at({ type: 'timer-due', timer: 'ladder', due }, due));
    expect(due1.next.ladder).toMatchObject({ state: 'climbing', level: 1, attempt: 2 });
  });

  test('of a fix that failed after it acted is possible too', () => {
    expect(follow(trying('failed'), undo).effects).toEqual([{ do: 'undo', ...REF }]);
  });

  test.each(['undo', 'boundAfter'] as const)('is refused where the attempt left no %s', (lacking) => {
    const { [lacking]: _, ...left } = attempt('failed');
    expect(transition(incident({ attempts: { renew: left } }), undo)).toEqual({
      moved: false,
      why: 'That attempt left nothing that could be put back.',
    });
  });

  test('of what cannot be taken back is refused with the reason', () => {
    const restarted = attempt('succeeded', { fix: 'restart', round: 1 });
    const asked = at({ type: 'undo-requested', fix: 'restart', round: 1 });
    expect(transition(incident({ attempts: { restart: restarted } }), asked)).toMatchObject({
      moved: false,
      why: 'It cannot be undone: a restart cannot be taken back.',
    });
  });
});
