/** A procedure's fix steps: passed over, asked for, decided like every fix, and what becomes of the step then. */
import { describe, expect, test } from 'vitest';
import type { IncidentEvent } from '../../src/incident/event.ts';
import type { Attempt, Incident, ProposedFix } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
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
import {
  plan,
  RENEW,
  RESTART,
  refOf,
  running,
  STARTER,
  saw,
  started,
  stepOf,
  TELL,
} from './sample-procedure.ts';

const REF = { fix: 'restart', round: 1 };
const later = OPENED + 3 * MINUTE;
const paksa = (event: IncidentEvent) => at(event, later, 'paksa');
const looked = (given: Incident, ...statuses: readonly Parameters<typeof saw>[1][]) =>
  paksa({ type: 'step-looked', ...refOf(given), findings: statuses.map((status) => saw('expiry', status)) });
const previewed = paksa({ type: 'previewed', ...REF, preview: preview('state') });
const approved = at({ type: 'approved', ...REF }, later, 'UAPPROVER');
const denied = (actor: string) => at({ type: 'denied', ...REF, reason: 'a freeze' }, later, actor);
const begun = paksa({ type: 'started', ...REF, owner: 'replica' });
const acted = paksa({ type: 'acted', ...REF, outcome: 'restarted 3 pods' });
const verified = (passed: boolean) =>
  paksa({ type: 'verified', ...REF, passed, findings: [finding('expiry', 'healthy')], boundAfter: 'new' });
const again = (given: Incident) => at({ type: 'step-retried', ...refOf(given) }, later, 'U2');
const skipped = (given: Incident) =>
  at({ type: 'step-skipped', ...refOf(given), reason: 'done by hand' }, later, 'U2');
const overdue = (given: Incident) => {
  const { id, dueAt = 0 } = stepOf(given);
  return at({ type: 'timer-due', timer: `step/${id}`, due: dueAt }, dueAt, 'paksa');
};

/** At its first step, that restarts; the preview waits for a decision. */
const asked = running([RESTART, TELL]);
const { next: waiting } = follow(asked, previewed);
const first = (given: Incident) => given.procedure?.steps[0];

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
      note: 'not needed: expiry: it is healthy',
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
      at({ type: 'approved', ...second }, later, 'UAPPROVER'),
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

describe('beside what people ask for', () => {
  const request = (fix: string) => at({ type: 'fix-requested', fix }, OPENED, 'UOTHER');

  test('the same fix by hand is refused while the step has it, and names who runs the procedure', () => {
    for (const before of [asked, waiting])
      expect(transition(before, request('restart'))).toMatchObject({ moved: false, by: STARTER });
  });

  test.each(['previewing', 'awaiting-approval', 'approved', 'running', 'verifying'] as const)(
    'what somebody has asked for already, and is %s, is the step’s own',
    (stage) => {
      const theirs: Attempt = attempt(stage, { fix: 'restart', round: 4, requestedBy: 'UOTHER' });
      const before = incident({ attempts: { restart: theirs } });
      const { next, effects } = follow(before, started(plan(RESTART)));
      expect(next.attempts.restart).toEqual(theirs);
      expect(stepOf(next)).toMatchObject({ attempt: 4 });
      expect(effects.some((effect) => effect.do === 'preview')).toBe(false);
    },
  );

  test.each(['succeeded', 'failed', 'denied', 'undone', 'withdrawn'] as const)(
    'what is over, and was %s, is asked for anew',
    (stage) => {
      const before = incident({ attempts: { restart: attempt(stage, { fix: 'restart', round: 4 }) } });
      const { next } = follow(before, started(plan(RESTART)));
      expect(next.attempts.restart).toMatchObject({ stage: 'previewing', round: 5 });
      expect(stepOf(next)).toMatchObject({ state: 'doing', attempt: 5 });
    },
  );

  test.each(['running', 'undo-running'] as const)('another fix that is %s is waited for', (stage) => {
    const before = incident({ attempts: { renew: attempt(stage) } });
    const { next } = follow(before, started(plan(RESTART)));
    expect(stepOf(next)).toMatchObject({ state: 'doing' });
    expect(next.attempts.restart).toBeUndefined();
    const { next: free } = follow(next, paksa({ type: 'failed', fix: 'renew', round: 2, reason: 'x' }));
    expect(free.attempts.restart).toMatchObject({ stage: 'previewing', requestedBy: STARTER });
  });

  test('its own fix that is being taken back is waited for too', () => {
    const before = incident({ attempts: { restart: attempt('undo-running', { fix: 'restart', round: 4 }) } });
    const { next } = follow(before, started(plan(RESTART)));
    expect(stepOf(next)).not.toHaveProperty('attempt');
    const { next: free } = follow(next, paksa({ type: 'failed', fix: 'restart', round: 4, reason: 'x' }));
    expect(free.attempts.restart).toMatchObject({ stage: 'previewing', round: 5 });
  });
});

describe('overdue', () => {
  const { next: late } = follow(waiting, overdue(waiting));

  test('it can still be approved', () => {
    const { next } = follow(late, approved, begun, acted, verified(true));
    expect(first(next)?.state).toBe('done');
  });

  test('tried again: what nobody decided on is withdrawn, and asked for anew', () => {
    const { next, effects } = follow(late, again(late));
    expect(next.attempts.restart).toMatchObject({ stage: 'previewing', round: 2, requestedBy: STARTER });
    expect(effects).toContainEqual({ do: 'preview', fix: 'restart', round: 2 });
    expect(transition(next, approved)).toMatchObject({ moved: false });
  });

  test('skipped: its preview cannot be approved any more', () => {
    const { next } = follow(late, skipped(late));
    expect(next.attempts.restart).toMatchObject({ stage: 'withdrawn', outcome: 'the step was skipped' });
    expect(transition(next, approved)).toMatchObject({ moved: false });
    expect(stepOf(next).id).toBe('tell');
  });

  test('while it acts, it is neither begun again, skipped nor stopped', () => {
    const { next: acting } = follow(late, approved, begun);
    const stop = at({ type: 'procedure-stopped', round: acting.procedure?.round ?? 0, reason: 'enough' });
    for (const event of [again(acting), skipped(acting), stop])
      expect(transition(acting, event)).toMatchObject({
        moved: false,
        why: expect.stringContaining('under way'),
      });
  });
});

test('failed and tried again: looked at again first, and asked for in a new round', () => {
  const before = running([RENEW]);
  const problem = follow(before, looked(before, 'problem')).next;
  const { next: failed } = follow(
    problem,
    paksa({ type: 'preview-failed', fix: 'renew', round: 1, reason: 'gone' }),
  );
  const { next, effects } = follow(failed, again(failed));
  expect(effects).toContainEqual({ do: 'look', ...refOf(next) });
  const { next: anew } = follow(next, looked(next, 'problem'));
  expect(anew.attempts.renew).toMatchObject({ stage: 'previewing', round: 2 });
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

test('stopped or resolved, its preview is withdrawn', () => {
  const stop = at({ type: 'procedure-stopped', round: waiting.procedure?.round ?? 0, reason: 'enough' });
  for (const event of [stop, at({ type: 'resolved' })]) {
    const { next } = follow(waiting, event);
    expect(next.attempts.restart?.stage).toBe('withdrawn');
    expect(next.procedure?.ended?.how).toBe('stopped');
  }
});
