/** The life of an attempt as a table: at every stage, what may happen and what becomes of it. All else is refused. */
import { describe, expect, test } from 'vitest';
import type { AttemptRef, Effect, Happening } from '../../src/incident/event.ts';
import type { AttemptStage } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { at, EXPIRES, finding, MINUTE, OPENED, preview, trying } from './sample-incident.ts';

const NOW = OPENED + MINUTE;

const STEPS = {
  'fix-requested': () => at({ type: 'fix-requested', fix: 'renew' }),
  previewed: (ref) => at({ type: 'previewed', ...ref, preview: preview('serial 1') }),
  'preview-failed': (ref) => at({ type: 'preview-failed', ...ref, reason: 'no such file' }),
  approved: (ref) => at({ type: 'approved', ...ref }),
  denied: (ref) => at({ type: 'denied', ...ref }),
  'denied by its requester': (ref) => at({ type: 'denied', ...ref }, NOW, 'UREQUESTER'),
  drifted: (ref) => at({ type: 'drifted', ...ref, preview: preview('serial 9') }),
  'held-up': (ref) => at({ type: 'held-up', ...ref, by: { incident: 'INC-9', fix: 'Restart it' } }),
  started: (ref) => at({ type: 'started', ...ref, owner: 'replica' }),
  'undo-captured': (ref) => at({ type: 'undo-captured', ...ref, data: { kept: 'copy' } }),
  acted: (ref) => at({ type: 'acted', ...ref, outcome: 'renewed' }),
  failed: (ref) => at({ type: 'failed', ...ref, reason: 'refused' }),
  lost: (ref) => at({ type: 'lost', ...ref }),
  'verified: it helped': (ref) =>
    at({ type: 'verified', ...ref, passed: true, findings: [finding('expiry', 'healthy')] }),
  'verified: it did not help': (ref) =>
    at({ type: 'verified', ...ref, passed: false, findings: [finding('expiry', 'problem')] }),
  'undo-requested': (ref) => at({ type: 'undo-requested', ...ref }),
} satisfies Record<string, (ref: AttemptRef) => Happening>;
type Step = keyof typeof STEPS;
const steps = Object.entries(STEPS) as readonly (readonly [Step, (ref: AttemptRef) => Happening])[];

const LIFE: Record<AttemptStage, Partial<Record<Step, AttemptStage>>> = {
  previewing: { previewed: 'awaiting-approval', 'preview-failed': 'preview-failed' },
  'awaiting-approval': { approved: 'approved', denied: 'denied', 'denied by its requester': 'withdrawn' },
  approved: { 'held-up': 'approved', started: 'running', drifted: 'awaiting-approval', failed: 'failed' },
  running: { 'undo-captured': 'running', acted: 'verifying', lost: 'verifying', failed: 'failed' },
  verifying: { 'verified: it helped': 'succeeded', 'verified: it did not help': 'failed', failed: 'failed' },
  succeeded: { 'undo-requested': 'undoing', 'fix-requested': 'previewing' },
  undoing: { 'held-up': 'undoing', started: 'undo-running', failed: 'undo-failed' },
  'undo-running': { acted: 'verifying-undo', lost: 'verifying-undo', failed: 'undo-failed' },
  'verifying-undo': {
    'verified: it helped': 'undone',
    'verified: it did not help': 'undo-failed',
    failed: 'undo-failed',
  },
  undone: { 'fix-requested': 'previewing' },
  'preview-failed': { 'fix-requested': 'previewing' },
  withdrawn: { 'fix-requested': 'previewing' },
  denied: { 'fix-requested': 'previewing' },
  expired: { 'fix-requested': 'previewing' },
  failed: { 'undo-requested': 'undoing', 'fix-requested': 'previewing' },
  'undo-failed': { 'fix-requested': 'previewing' },
};
const stages = Object.keys(LIFE) as readonly AttemptStage[];

describe.each(stages)('an attempt that is %s', (stage) => {
  const before = trying(stage);

  test.each(steps)('%s', (name, step) => {
    const result = transition(before, step({ fix: 'renew', round: 2 }));
    const becomes = LIFE[stage][name];
    if (becomes === undefined)
      expect(result).toMatchObject({ moved: false, why: expect.stringMatching(/^\S.*\.$/) });
    else expect(result).toMatchObject({ moved: true, next: { attempts: { renew: { stage: becomes } } } });
  });

  test.each(steps.filter(([name]) => name !== 'fix-requested'))('%s, of another round', (_, step) => {
    for (const round of [1, 3])
      expect(transition(before, step({ fix: 'renew', round }))).toMatchObject({ moved: false });
  });
});

const run: Effect = { do: 'run', fix: 'renew', round: 2 };
const verify: Effect = { do: 'verify', fix: 'renew', round: 2 };
const decisionDue: Effect = { do: 'set-timer', timer: 'approval/renew', due: NOW + EXPIRES };

const LEADS_TO: readonly (readonly [AttemptStage, Step, readonly Effect[]])[] = [
  ['denied', 'fix-requested', [{ do: 'preview', fix: 'renew', round: 3 }]],
  ['previewing', 'previewed', [decisionDue]],
  ['previewing', 'preview-failed', []],
  ['awaiting-approval', 'approved', [run]],
  ['awaiting-approval', 'denied by its requester', []],
  ['approved', 'drifted', [decisionDue]],
  ['approved', 'held-up', []],
  ['approved', 'started', []],
  ['running', 'undo-captured', []],
  ['running', 'acted', [verify]],
  ['running', 'lost', [verify]],
  ['verifying', 'verified: it helped', []],
  ['succeeded', 'undo-requested', [{ do: 'undo', fix: 'renew', round: 2 }]],
  ['undoing', 'started', []],
  ['undo-running', 'acted', [verify]],
  ['undo-running', 'lost', [verify]],
];

test.each(LEADS_TO)('%s, then %s: the work that follows', (stage, name, effects) => {
  const result = transition(trying(stage), STEPS[name]({ fix: 'renew', round: 2 }));
  expect(result).toMatchObject({ moved: true, effects });
});

test('what is interrupted is looked at, and says so; it is never run again', () => {
  const result = transition(trying('running'), STEPS.lost({ fix: 'renew', round: 2 }));
  expect(result).toMatchObject({
    next: { attempts: { renew: { outcome: expect.stringContaining('Interrupted') } } },
    effects: [{ do: 'verify' }],
  });
});

test.each(['acted', 'approved', 'undo-requested', 'lost'] as const)(
  '%s, of a fix that nobody asked for, is refused',
  (name) => {
    expect(transition(trying('denied'), STEPS[name]({ fix: 'restart', round: 1 }))).toEqual({
      moved: false,
      why: 'That fix has not been asked for.',
    });
  },
);

test('a click on an old preview is told to look again', () => {
  expect(transition(trying('awaiting-approval'), STEPS.approved({ fix: 'renew', round: 1 }))).toEqual({
    moved: false,
    why: 'That preview is no longer the latest one: look at the card again.',
  });
});

test('a refusal says whose earlier click it was', () => {
  const twice = transition(trying('approved'), STEPS.approved({ fix: 'renew', round: 2 }));
  expect(twice).toEqual({ moved: false, why: 'That fix is approved already.', by: 'UAPPROVER' });
});
