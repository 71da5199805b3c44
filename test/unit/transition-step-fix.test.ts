/** A procedure's fix steps: passed over, asked for, decided like every fix, and what becomes of the step then. */
import { describe, expect, test } from 'vitest';
import type { Incident, ProposedFix } from '../../src/incident/incident.ts';
import {
  at,
  attempt,
  finding,
  follow,
  incident,
  MINUTE,
  OPENED,
  pageKeys,
  preview,
  proposed,
} from './sample-incident.ts';
import { plan, RENEW, RESTART, refOf, running, STARTER, stepOf, TELL } from './sample-procedure.ts';
import {
  acted,
  approved,
  asked,
  begun,
  first,
  LATER,
  paksa,
  previewed,
  REF,
  verified,
  waiting,
} from './sample-step-fix.ts';
import { looked } from './sample-steps.ts';

describe('whether it is needed', () => {
  const before = running([RENEW, TELL]);

  test('is looked at before anything is asked for', () => {
    expect(before.attempts).toEqual({});
    expect(stepOf(before)).toMatchObject({ id: 'renew', state: 'doing' });
  });

  test('no problem: it is passed over, and says what was seen', () => {
    const { next } = follow(before, looked(before, 'healthy', 'skipped'));
    expect(first(next)).toMatchObject({
      state: 'skipped',
      by: 'paksa',
      note: 'not needed: check 0: it is healthy',
    });
    expect(next.attempts).toEqual({});
    expect(stepOf(next).id).toBe('tell');
  });

  test.each([
    ['a problem', ['problem', 'healthy']],
    ['could not look', ['healthy', 'inconclusive']],
    ['nothing to look at here', ['skipped']],
  ] as const)('%s: it is asked for', (_, statuses) => {
    const { next, effects } = follow(before, looked(before, ...statuses));
    expect(stepOf(next)).toMatchObject({ id: 'renew', attempt: 1 });
    expect(next.attempts.renew).toMatchObject({ stage: 'previewing', round: 1, requestedBy: STARTER });
    expect(effects).toEqual([{ do: 'preview', fix: 'renew', round: 1 }]);
  });
});

describe('what cannot be used', () => {
  const starting = (fixes: readonly ProposedFix[]) =>
    follow(incident(), at({ type: 'procedure-started', plan: plan(RENEW, TELL), fixes }, OPENED, STARTER))
      .next;

  test('here is skipped with the reason, without a look', () => {
    const next = starting([proposed('renew', { unavailable: 'no cluster configured' })]);
    expect(first(next)).toMatchObject({ state: 'skipped', by: 'paksa', note: 'no cluster configured' });
    expect(stepOf(next).id).toBe('tell');
  });

  test('because it is gone fails the step', () => {
    const before = starting([]);
    const { next, effects } = follow(before, looked(before, 'problem'));
    expect(stepOf(next)).toMatchObject({
      state: 'failed',
      note: expect.stringContaining('not part of this'),
    });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
  });
});

describe('done like every fix', () => {
  test('asked for as by whoever runs the procedure, who does not approve', () => {
    expect(asked.attempts.restart).toMatchObject({ stage: 'previewing', requestedBy: STARTER });
    expect(stepOf(waiting)).toMatchObject({ id: 'restart', state: 'doing' });
  });

  test('verified: the step is done, by who decided, and the incident stays open', () => {
    const { next } = follow(waiting, approved, begun, acted, verified(true));
    expect(first(next)).toMatchObject({ state: 'done', by: 'UAPPROVER', note: 'restarted 3 pods' });
    expect(next).toMatchObject({ status: 'open', attempts: { restart: { stage: 'succeeded' } } });
    expect(stepOf(next).id).toBe('tell');
  });

  test('verified as the last step, the incident stays open too', () => {
    const { next } = follow(running([RESTART]), previewed, approved, begun, acted, verified(true));
    expect(next).toMatchObject({ status: 'open', procedure: { ended: { how: 'finished' } } });
  });

  test('one fix that helped does not end an emergency that was never diagnosed', () => {
    const undiagnosed = incident({ findings: [], attempts: { renew: attempt('verifying') } });
    const helped = paksa({ type: 'verified', fix: 'renew', round: 2, passed: true, findings: [] });
    expect(follow(undiagnosed, helped).next.status).toBe('open');
  });

  test('drifted: it waits for the new decision', () => {
    const drifted = paksa({ type: 'drifted', ...REF, preview: preview('another state') });
    const { next } = follow(waiting, approved, drifted);
    expect(stepOf(next)).toMatchObject({ id: 'restart', state: 'doing' });
    const second = { fix: 'restart', round: 2 };
    const { next: done } = follow(
      next,
      at({ type: 'approved', ...second }, LATER, 'UAPPROVER'),
      paksa({ type: 'started', ...second, owner: 'replica' }),
      paksa({ type: 'acted', ...second, outcome: 'restarted' }),
      paksa({ type: 'verified', ...second, passed: true, findings: [] }),
    );
    expect(first(done)?.state).toBe('done');
  });

  test('taken back afterwards, the step stays done', () => {
    const reversible = { fixes: [proposed('renew'), proposed('restart')] };
    const { next: done } = follow(
      { ...waiting, ...reversible },
      approved,
      begun,
      paksa({ type: 'undo-captured', ...REF, data: {} }),
      acted,
      verified(true),
    );
    const { next } = follow(
      done,
      at({ type: 'undo-requested', ...REF }),
      begun,
      acted,
      paksa({ type: 'verified', ...REF, passed: true, findings: [] }),
    );
    expect(next.attempts.restart?.stage).toBe('undone');
    expect(first(next)?.state).toBe('done');
    expect(stepOf(next).id).toBe('tell');
  });
});

describe('fails with its fix, and the ladder climbs once', () => {
  const expires = at(
    { type: 'timer-due', timer: 'approval/restart', due: waiting.attempts.restart?.expiresAt ?? 0 },
    OPENED + 60 * MINUTE,
    'paksa',
  );
  const denied = (actor: string) => at({ type: 'denied', ...REF, reason: 'a freeze' }, LATER, actor);
  const ENDS: readonly (readonly [string, Incident, Parameters<typeof follow>[1][], string])[] = [
    [
      'verified: it did not help',
      waiting,
      [approved, begun, acted, verified(false)],
      'did not help: restarted',
    ],
    [
      'it failed',
      waiting,
      [approved, paksa({ type: 'failed', ...REF, reason: 'refused' })],
      'did not help: refused',
    ],
    ['denied', waiting, [denied('UAPPROVER')], 'was denied: a freeze'],
    ['withdrawn by who asked', waiting, [denied(STARTER)], 'was withdrawn: a freeze'],
    ['nobody decided', waiting, [expires], 'nobody decided'],
    [
      'no preview',
      asked,
      [paksa({ type: 'preview-failed', ...REF, reason: 'gone' })],
      'cannot be previewed: gone',
    ],
  ];
  test.each(ENDS)('%s', (_, before, happenings, note) => {
    const { next, effects } = follow(before, ...happenings);
    expect(stepOf(next)).toMatchObject({
      id: 'restart',
      state: 'failed',
      note: expect.stringContaining(note),
    });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
  });
});

describe('a problem that its fix left', () => {
  const problem = { ...finding('expiry', 'problem'), suggests: ['renew'], evidence: { days: 3 } };
  const before = running([RENEW, TELL], { findings: [problem, finding('name', 'problem')] });
  const seen = (status: 'healthy' | 'problem' | 'inconclusive') =>
    paksa({
      type: 'step-looked',
      ...refOf(before),
      findings: [{ check: 'expiry', title: 'Expiry', status, summary: 'valid for 90 days' }],
    });

  test('is none any more once a look has found it healthy', () => {
    const { next } = follow(before, seen('healthy'));
    expect(next.findings).toEqual([
      { ...finding('expiry', 'healthy'), summary: 'valid for 90 days' },
      finding('name', 'problem'),
    ]);
  });

  test.each(['problem', 'inconclusive'] as const)('stays as it was found while a look says %s', (status) => {
    expect(follow(before, seen(status)).next.findings).toEqual(before.findings);
  });
});
