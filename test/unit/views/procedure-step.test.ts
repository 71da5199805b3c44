/** The step that a procedure is at, on the card: what it says at each turn, and what can be pressed. */
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/incident/incident.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { pageView } from '../../../src/slack/views/page.ts';
import { at, attempt, finding, follow, incident, OPENED, preview } from '../sample-incident.ts';
import {
  emergency,
  having,
  PROVE,
  RENEW,
  RESTART,
  refOf,
  running,
  SURVEY,
  saw,
  started,
  stepOf,
  TELL,
} from '../sample-procedure.ts';
import { actionIds, buttonsIn, expectSendable, reads } from './judge.ts';

/** What can be pressed for this step. */
const pressable = (given: Incident, step: string) =>
  actionIds(incidentCard(given))
    .filter((id) => id.endsWith(`:${step}`))
    .map((id) => id.split(':')[0]);
const later = OPENED + 60_000;

describe('a person’s step', () => {
  const given = running([TELL, SURVEY]);

  test('gives its instructions, and asks who takes it', () => {
    const card = incidentCard(given);
    expectSendable(card);
    expect(reads(card)).toMatch(
      /Step 1 of 2: Tell people.*who takes it\?\n• Write to the list\n• Call the desk/,
    );
    expect(pressable(given, 'tell')).toEqual(['take', 'tick', 'could-not']);
    const { round } = stepOf(given);
    expect(buttonsIn(card)).toContainEqual({ actionId: 'tick:tell', value: `INC-1:tell:${round}` });
  });

  test('taken, says by whom', () => {
    const taken = having(given, { assignee: 'UDANA' });
    expect(reads(incidentCard(taken))).toContain('<@UDANA> is at it');
    expect(pressable(taken, 'tell')).toEqual(['tick', 'could-not']);
  });

  test('overdue, can still be done, tried again or skipped', () => {
    const late = having(given, { isOverdue: true });
    expect(reads(incidentCard(late))).toContain('⏰ 1. *Tell people* · *overdue* since');
    expect(pressable(late, 'tell')).toEqual(['take', 'tick', 'could-not', 'retry', 'skip']);
  });

  test('failed, says why, and waits', () => {
    const failed = having(given, { state: 'failed', by: 'UDANA', note: 'the desk is closed' });
    expect(reads(incidentCard(failed))).toMatch(/✖️ .*failed: the desk is closed\. It waits/);
    expect(pressable(failed, 'tell')).toEqual(['retry', 'skip']);
  });
});

describe('Paksa’s own steps', () => {
  test('looking', () => {
    const given = running([SURVEY, TELL]);
    expect(reads(incidentCard(given))).toContain('See what is there*: looking…');
    expect(pressable(given, 'survey')).toEqual([]);
  });

  test('a look that failed shows what it saw, the worst first', () => {
    const before = running([PROVE, TELL]);
    const findings = [saw('one', 'healthy'), saw('two', 'inconclusive'), saw('three', 'problem')];
    const { next } = follow(before, at({ type: 'step-looked', ...refOf(before), findings }, later, 'paksa'));
    expect(reads(incidentCard(next))).toMatch(/🔴 \*three\*.*\n⚪ \*two\*.*\n✅ \*one\*/);
    expect(pressable(next, 'prove')).toEqual(['retry', 'skip']);
  });

  test('what the last look found is at hand in the steps after it', () => {
    const before = running([SURVEY, TELL]);
    const findings = [saw('name', 'problem')];
    const { next } = follow(before, at({ type: 'step-looked', ...refOf(before), findings }, later, 'paksa'));
    expect(reads(incidentCard(next))).toMatch(/_See what is there_:\n🔴 \*name\*: it is problem/);
  });

  test('a fix has its preview, its decision and its end right there, once', () => {
    const before = running([RESTART, TELL]);
    const previewed = at(
      { type: 'previewed', fix: 'restart', round: 1, preview: preview('x') },
      later,
      'paksa',
    );
    const { next } = follow(before, previewed);
    const ids = actionIds(incidentCard(next));
    expect(ids.filter((id) => id.endsWith(':restart'))).toEqual(['approve:restart', 'deny:restart']);
    expect(ids.indexOf('approve:restart')).toBeLessThan(ids.indexOf('fix:renew'));
    const { next: denied } = follow(
      next,
      at({ type: 'denied', fix: 'restart', round: 1 }, later, 'UAPPROVER'),
    );
    expect(pressable(denied, 'restart')).toEqual(['retry', 'skip']);
    expect(reads(incidentCard(denied)).split('was denied by').length).toBe(2);
  });

  test('a fix that acts can neither be tried again nor skipped, however late it is', () => {
    const asked = running([RESTART]);
    const attempts = { restart: attempt('running', { fix: 'restart', round: 1 }) };
    const acting = having({ ...asked, attempts }, { isOverdue: true });
    expect(pressable(acting, 'restart')).toEqual([]);
  });

  test('a fix that did not help leaves on the card and in short what was seen, though nobody has diagnosed', () => {
    const before = follow(incident({ findings: [] }), started(emergency(RESTART, TELL))).next;
    const ref = { fix: 'restart', round: 1 };
    const findings = [{ ...finding('writes', 'problem'), summary: 'it still takes writes' }];
    const { next } = follow(
      before,
      at({ type: 'previewed', ...ref, preview: preview('x') }, later, 'paksa'),
      at({ type: 'approved', ...ref }, later, 'UAPPROVER'),
      at({ type: 'started', ...ref, owner: 'replica' }, later, 'paksa'),
      at({ type: 'acted', ...ref, outcome: 'restarted' }, later, 'paksa'),
      at({ type: 'verified', ...ref, passed: false, findings }, later, 'paksa'),
    );
    const card = incidentCard(next);
    expectSendable(card);
    expect(reads(card)).toContain('🔴 *writes*: it still takes writes');
    expect(card.text).toContain('emergency, at “Restart it”; it still takes writes');
    const page = pageView(next, { level: 1, attempt: 1, responder: 'user/U1' }, undefined);
    expect(reads(page)).toContain('🔴 *writes*: it still takes writes');
  });

  test('that well again is not said to be all, while nobody has diagnosed', () => {
    const well = incident({ findings: [finding('writes', 'healthy')] });
    expect(incidentCard(well).text).toContain('no problem is left');
    expect(incidentCard({ ...well, undiagnosed: true }).text).toContain('not diagnosed');
  });

  test.each([
    [{ findings: undefined }, 'looking whether it is needed'],
    [{ findings: [saw('expiry', 'problem')] }, 'waits until the other fix has been verified'],
  ])('before it is asked for: %o', ({ findings }, words) => {
    const given = having(running([RENEW]), findings ? { findings } : {});
    expect(reads(incidentCard(given))).toContain(words);
  });
});
