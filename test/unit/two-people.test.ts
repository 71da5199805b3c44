/** What one person's approval is not enough for, and what one may do all the same: break the glass, and be reviewed. */
import { describe, expect, test } from 'vitest';
import { timersOf } from '../../src/incident/due.ts';
import type { IncidentEvent } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { ALONE } from '../../src/policy/risk.ts';
import {
  at,
  attempt,
  follow,
  incident,
  MINUTE,
  OPENED,
  policy,
  preview,
  proposed,
} from './sample-incident.ts';

const HOUR = 60 * MINUTE;
const REF = { fix: 'renew', round: 2 };
const BROKEN = OPENED + 2 * MINUTE;

/** `renew` is of high risk, and its preview is due. */
function asked(of: Partial<Incident> = {}): Incident {
  const { approval, ...rest } = policy();
  return incident({
    policy: { ...rest, approval: { ...approval, twoPeople: ALONE, breakGlass: { reviewWithinMs: HOUR } } },
    fixes: [proposed('renew', { risk: 'high' })],
    attempts: { renew: attempt('previewing') },
    ...of,
  });
}
const previewed = () => follow(asked(), at({ type: 'previewed', ...REF, preview: preview('serial 1') })).next;
const by = (actor: string, event: IncidentEvent, when = BROKEN) => at(event, when, actor);
const approves = (actor: string) => by(actor, { type: 'approved', ...REF });
const broken = () =>
  follow(previewed(), by('UALONE', { type: 'approved', ...REF, breakGlass: 'nobody answers' }));

describe('of high risk', () => {
  test('the first approval waits for another one', () => {
    const { next, effects } = follow(previewed(), approves('UONE'));
    expect(next.attempts.renew).toMatchObject({ stage: 'awaiting-approval', approvedBy: 'UONE' });
    expect(effects).toEqual([]);
  });

  test('the same person does not count twice', () => {
    const { next } = follow(previewed(), approves('UONE'));
    expect(transition(next, approves('UONE'))).toMatchObject({
      why: expect.stringContaining('somebody else'),
    });
  });

  test('the second one lets it run', () => {
    const { next, effects } = follow(previewed(), approves('UONE'), approves('UTWO'));
    expect(next.attempts.renew).toMatchObject({ stage: 'approved', approvedBy: 'UONE', decidedBy: 'UTWO' });
    expect(effects).toEqual([{ do: 'run', ...REF }]);
  });

  test('one is enough to deny, and the first approval expires like none', () => {
    const { next } = follow(previewed(), approves('UONE'));
    expect(follow(next, by('UTWO', { type: 'denied', ...REF })).next.attempts.renew?.stage).toBe('denied');
    const due = next.attempts.renew?.expiresAt ?? 0;
    const expired = follow(next, at({ type: 'timer-due', timer: 'approval/renew', due }, due));
    expect(expired.next.attempts.renew?.stage).toBe('expired');
    expect(expired.next.ladder.level).toBe(1);
  });

  test('what has changed since takes two again', () => {
    const approved = follow(previewed(), approves('UONE'), approves('UTWO')).next;
    const { next } = follow(approved, at({ type: 'drifted', ...REF, preview: preview('serial 2') }));
    expect(next.attempts.renew?.approvedBy).toBeUndefined();
    const again = follow(next, by('UONE', { type: 'approved', fix: 'renew', round: 3 }));
    expect(again.next.attempts.renew?.stage).toBe('awaiting-approval');
  });
});

test.each([
  ['of medium risk', { fixes: [proposed('renew')] }],
  ['where two people are never asked for', { policy: policy() }],
])('%s, one is enough', (_, of) => {
  const { next, effects } = follow(
    asked(of),
    at({ type: 'previewed', ...REF, preview: preview('serial 1') }),
    approves('UONE'),
  );
  expect(next.attempts.renew?.stage).toBe('approved');
  expect(effects).toContainEqual({ do: 'run', ...REF });
});

test('much of something makes it of high risk', () => {
  const much = { ...preview('serial 1'), extent: { rows: 5_000 } };
  const { next } = follow(
    asked({ fixes: [proposed('renew')] }),
    at({ type: 'previewed', ...REF, preview: much }),
  );
  expect(next.attempts.renew?.weighed).toEqual({ risk: 'high', why: ['5,000 rows, more than 1,000'] });
  expect(follow(next, approves('UONE')).next.attempts.renew?.stage).toBe('awaiting-approval');
});

describe('broken glass', () => {
  test('runs on one word, is told to all, and owes a review', () => {
    const { next, effects } = broken();
    expect(next.attempts.renew).toMatchObject({ stage: 'approved', decidedBy: 'UALONE' });
    expect(effects).toEqual([
      { do: 'run', ...REF },
      { do: 'tell', text: { news: 'glass-broken', title: 'renew', by: 'UALONE', reason: 'nobody answers' } },
      { do: 'set-timer', timer: 'review/renew', due: BROKEN + HOUR },
    ]);
  });

  const reviews = (actor: string) => by(actor, { type: 'reviewed', ...REF, remark: 'rightly' });

  test('is reviewed by somebody else, once, when the incident is long over too', () => {
    const { next } = broken();
    expect(transition(next, reviews('UALONE'))).toMatchObject({
      why: expect.stringContaining('somebody else'),
    });
    const over: Incident = { ...next, status: 'resolved' };
    const { next: seen } = follow(over, reviews('UOTHER'));
    expect(seen.reviews).toMatchObject([{ reviewedBy: 'UOTHER', remark: 'rightly' }]);
    expect(seen.status).toBe('resolved');
    expect(transition(seen, reviews('UTHIRD'))).toMatchObject({ by: 'UOTHER' });
    expect(timersOf(seen)).toEqual([]);
  });

  test('nothing is reviewed that was approved as it should be', () => {
    expect(transition(previewed(), reviews('UOTHER'))).toMatchObject({ moved: false });
  });

  test('is said again while nobody has, of a resolved one too, and the review of a later round is its own', () => {
    const over: Incident = { ...broken().next, status: 'resolved' };
    const due = BROKEN + HOUR;
    expect(timersOf(over)).toEqual([{ timer: 'review/renew', due }]);
    const reminded = follow(over, at({ type: 'timer-due', timer: 'review/renew', due }, due));
    expect(reminded.effects).toEqual([
      { do: 'tell', text: expect.objectContaining({ news: 'review-owed', by: 'UALONE' }) },
      { do: 'set-timer', timer: 'review/renew', due: due + HOUR },
    ]);
    expect(transition(reminded.next, at({ type: 'timer-due', timer: 'review/renew', due }, due)).moved).toBe(
      false,
    );
    expect(timersOf(reminded.next)).toEqual([{ timer: 'review/renew', due: due + HOUR }]);
  });
});
