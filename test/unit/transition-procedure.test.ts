/** Procedures in an incident: begun, one step after the other, overdue, failed, tried again, skipped, stopped, finished. */
import { describe, expect, test } from 'vitest';
import type { Happening } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { stopped } from '../../src/policy/ladder.ts';
import { at, follow, incident, MINUTE, OPENED, pageKeys } from './sample-incident.ts';
import {
  emergency,
  PROVE,
  plan,
  refOf,
  running,
  STARTER,
  SURVEY,
  saw,
  started,
  stepOf,
  TELL,
} from './sample-procedure.ts';

const looked = (given: Incident, ...statuses: readonly Parameters<typeof saw>[1][]): Happening =>
  at(
    {
      type: 'step-looked',
      ...refOf(given),
      findings: statuses.map((status, index) => saw(`check ${index}`, status)),
    },
    OPENED + 2 * MINUTE,
    'paksa',
  );
const done = (given: Incident, actor = 'U1') => at({ type: 'step-done', ...refOf(given) }, undefined, actor);
const couldNot = (given: Incident, reason = 'the desk is closed') =>
  at({ type: 'step-failed', ...refOf(given), reason }, undefined, 'U1');
const again = (given: Incident) => at({ type: 'step-retried', ...refOf(given) }, OPENED + 30 * MINUTE, 'U2');
const skipped = (given: Incident, reason = 'done by phone') =>
  at({ type: 'step-skipped', ...refOf(given), reason }, OPENED + 30 * MINUTE, 'U2');
const stop = (given: Incident, reason = 'begun by mistake') =>
  at({ type: 'procedure-stopped', round: given.procedure?.round ?? 0, reason }, undefined, 'U2');
const overdue = (given: Incident): Happening => {
  const { id, dueAt = 0 } = stepOf(given);
  return at({ type: 'timer-due', timer: `step/${id}`, due: dueAt }, dueAt, 'paksa');
};
const states = (given: Incident) => given.procedure?.steps.map(({ state }) => state);
const news = (course: { effects: readonly { do: string }[] }) =>
  course.effects.flatMap((effect) => ('text' in effect ? [effect.text] : []));

describe('started', () => {
  test('its first step is begun: looked at, with its timer', () => {
    const { next, effects } = follow(incident(), started(plan(SURVEY, TELL)));
    expect(states(next)).toEqual(['doing', 'waiting']);
    const due = OPENED + 5 * MINUTE;
    expect(next.procedure).toMatchObject({ startedBy: STARTER, startedAt: OPENED, emergency: false });
    expect(stepOf(next)).toMatchObject({ round: 2, startedAt: OPENED, dueAt: due });
    expect(effects).toEqual([
      { do: 'tell', text: { news: 'step-begun', title: SURVEY.title, number: 1, of: 2 } },
      { do: 'set-timer', timer: 'step/survey', due },
      { do: 'look', step: 'survey', round: 2 },
    ]);
  });

  test('nobody is paged for one that is no emergency, and the severity stays', () => {
    const { next, effects } = follow(incident({ severity: 'warning' }), started(plan(TELL)));
    expect(next).toMatchObject({ severity: 'warning', status: 'open', ladder: { state: 'waiting' } });
    expect(pageKeys(effects)).toEqual([]);
  });

  test('while another is under way, is refused, and names who started that', () => {
    expect(transition(running([TELL]), started(plan(SURVEY)))).toEqual({
      moved: false,
      why: '“Walk through it” is under way already.',
      by: STARTER,
    });
  });

  test('a second time from a card of before, is refused; once it has ended, from a new card, it begins anew', () => {
    const { next: over } = follow(running([TELL]), stop(running([TELL])));
    expect(transition(over, started(plan(TELL), 0))).toMatchObject({
      moved: false,
      why: expect.stringContaining('since'),
    });
    const { next } = follow(over, started(plan(TELL), over.procedure?.round ?? 0));
    expect(states(next)).toEqual(['doing']);
    expect(stepOf(next).round).toBeGreaterThan(over.procedure?.round ?? 0);
  });
});

describe('an emergency', () => {
  test('is critical, and pages level 1 at once', () => {
    const { next, effects } = follow(incident({ severity: 'warning' }), started(emergency(TELL)));
    expect(next).toMatchObject({ severity: 'critical', ladder: { state: 'climbing', level: 1 } });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
  });

  test.each([
    ['acknowledged', 'stopped'],
    ['open', 'exhausted'],
  ] as const)('in one that is %s, with a ladder that is %s, begins at level 1 again', (status, state) => {
    const { ladder } = incident();
    const before = incident({
      status,
      ladder: { ...stopped(ladder), state, level: 3, paged: { 1: 1, 3: 1 } },
    });
    const { next, effects } = follow(before, started(emergency(TELL)));
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'climbing', level: 1 } });
    expect(pageKeys(effects)).toEqual(['1.2 user/U1']);
  });

  test('in one whose ladder climbs already, pages nobody once more', () => {
    const { next: climbing } = follow(incident(), at({ type: 'escalated' }));
    const { next, effects } = follow(climbing, started(emergency(TELL)));
    expect(pageKeys(effects)).toEqual([]);
    expect(next.ladder).toEqual(climbing.ladder);
  });

  test('stays critical whatever a diagnosis finds meanwhile', () => {
    const { next } = follow(
      incident(),
      started(emergency(TELL)),
      at({ type: 'diagnosed', severity: 'warning', findings: [], fixes: [] }),
    );
    expect(next.severity).toBe('critical');
  });
});

describe('a look', () => {
  const ENDS: readonly (readonly [string, typeof SURVEY, Parameters<typeof saw>[1][], string])[] = [
    ['healthy', SURVEY, ['healthy', 'healthy'], 'done'],
    ['a problem is written down', SURVEY, ['healthy', 'problem'], 'done'],
    ['what could not be looked at too', SURVEY, ['inconclusive'], 'done'],
    ['nothing to look at here', SURVEY, ['skipped', 'skipped'], 'skipped'],
    ['must be healthy: is', PROVE, ['healthy', 'skipped'], 'done'],
    ['must be healthy: a problem', PROVE, ['healthy', 'problem'], 'failed'],
    ['must be healthy: could not look', PROVE, ['healthy', 'inconclusive'], 'failed'],
    ['must be healthy: nothing to look at here', PROVE, ['skipped'], 'skipped'],
  ];
  test.each(ENDS)('%s', (_, step, statuses, state) => {
    const before = running([step, TELL]);
    const { next, effects } = follow(before, looked(before, ...statuses));
    expect(next.procedure?.steps[0]).toMatchObject({
      state,
      by: 'paksa',
      endedAt: OPENED + 2 * MINUTE,
      findings: statuses.map((status) => ({ status })),
    });
    expect(stepOf(next).id).toBe(state === 'failed' ? step.id : 'tell');
    expect(news({ effects })[0]).toMatchObject({ news: 'step-ended', state, tookMs: 2 * MINUTE });
    expect(pageKeys(effects)).toEqual(state === 'failed' ? ['1.1 user/U1'] : []);
  });

  test('says what it missed', () => {
    const before = running([PROVE]);
    const { next } = follow(before, looked(before, 'problem', 'problem', 'inconclusive', 'healthy'));
    expect(stepOf(next).note).toBe('2 of 4 checks see a problem, 1 could not look');
    const other = running([SURVEY]);
    const { next: passed } = follow(other, looked(other, 'skipped'));
    expect(passed.procedure?.steps[0]?.note).toBe('nothing to look at here: check 0: it is skipped');
  });

  test('of an earlier try, or a second one, changes nothing', () => {
    const before = running([PROVE, TELL]);
    const { next: failed } = follow(before, looked(before, 'problem'));
    const { next: retried } = follow(failed, again(failed));
    expect(transition(retried, looked(before, 'healthy'))).toMatchObject({ moved: false });
    const { next: passed } = follow(retried, looked(retried, 'healthy'));
    expect(transition(passed, looked(retried, 'healthy'))).toMatchObject({ moved: false });
  });

  test('that Paksa cannot do, because a check is gone, fails with that reason', () => {
    const before = running([SURVEY, TELL]);
    const gone = { ...couldNot(before, 'no check “expiry” any more'), actor: 'paksa' };
    const { next } = follow(before, gone);
    expect(stepOf(next)).toMatchObject({ state: 'failed', by: 'paksa', note: 'no check “expiry” any more' });
  });

  test('is nobody’s to tick', () => {
    const before = running([SURVEY]);
    for (const tick of [done(before), couldNot(before), at({ type: 'step-taken', ...refOf(before) })])
      expect(transition(before, tick)).toMatchObject({ moved: false, why: 'That step is Paksa’s own.' });
  });
});

describe('what a person does', () => {
  const before = running([TELL, SURVEY]);

  test('is taken by one, and ticked by anybody', () => {
    const taken = at({ type: 'step-taken', ...refOf(before) }, undefined, 'U1');
    const { next } = follow(before, taken);
    expect(stepOf(next)).toMatchObject({ state: 'doing', assignee: 'U1' });
    expect(transition(next, { ...taken, actor: 'U2' })).toMatchObject({ moved: false, by: 'U1' });
    const { next: ticked } = follow(next, done(next, 'U2'));
    expect(ticked.procedure?.steps[0]).toMatchObject({ state: 'done', by: 'U2', assignee: 'U1' });
    expect(stepOf(ticked).id).toBe('survey');
  });

  test('ticked by two at once, is ticked by one, and the other is told who', () => {
    const { next } = follow(before, done(before, 'U1'));
    expect(transition(next, done(before, 'U2'))).toEqual({
      moved: false,
      why: '“Tell people” is done already.',
      by: 'U1',
    });
    const { next: failed } = follow(before, couldNot(before));
    expect(transition(failed, done(before, 'U2'))).toMatchObject({ moved: false, by: 'U1' });
  });

  test('that could not be done, climbs the ladder, and is waited for', () => {
    const { next, effects } = follow(before, couldNot(before));
    expect(states(next)).toEqual(['failed', 'waiting']);
    expect(stepOf(next)).toMatchObject({ by: 'U1', note: 'the desk is closed' });
    expect(next.ladder).toMatchObject({ state: 'climbing', level: 1 });
    expect(news({ effects }).at(-1)).toMatchObject({ news: 'climbed', why: 'Step “Tell people” failed.' });
  });

  test.each(['', '  \n'])('without a reason (%j) nothing fails, is skipped or stopped', (reason) => {
    expect(transition(before, couldNot(before, reason))).toMatchObject({ moved: false });
    const { next: late } = follow(before, overdue(before));
    expect(transition(late, skipped(late, reason))).toMatchObject({ moved: false });
    expect(transition(before, stop(before, reason))).toMatchObject({ moved: false });
  });
});

describe('overdue', () => {
  const before = running([TELL, SURVEY]);
  const { next: late, effects } = follow(before, overdue(before));

  test('the ladder climbs, once, and the step stays open', () => {
    expect(stepOf(late)).toMatchObject({ state: 'doing', isOverdue: true });
    expect(pageKeys(effects)).toEqual(['1.1 user/U1']);
    expect(news({ effects })[0]).toMatchObject({ why: 'Step “Tell people” is overdue.' });
    expect(transition(late, overdue(before))).toMatchObject({ moved: false });
    expect(follow(late, done(late)).next.procedure?.steps[0]?.state).toBe('done');
  });

  test('however the incident stands: an acknowledgement stops the ladder, not the steps', () => {
    const { next: answered } = follow(before, at({ type: 'acknowledged' }));
    const course = follow(answered, overdue(answered));
    expect(course.next.status).toBe('open');
    expect(pageKeys(course.effects)).toEqual(['1.1 user/U1']);
  });

  test('tried again, the time begins anew, and nobody has it', () => {
    const { next: taken } = follow(late, at({ type: 'step-taken', ...refOf(late) }));
    const { next, effects: set } = follow(taken, again(taken));
    const due = OPENED + 50 * MINUTE;
    expect(stepOf(next)).toMatchObject({ state: 'doing', startedAt: OPENED, dueAt: due });
    expect(stepOf(next)).not.toHaveProperty('assignee');
    expect(stepOf(next)).not.toHaveProperty('isOverdue');
    expect(set).toEqual([{ do: 'set-timer', timer: 'step/tell', due }]);
    expect(transition(next, overdue(before))).toMatchObject({ moved: false });
    expect(transition(next, done(late))).toMatchObject({
      moved: false,
      why: expect.stringContaining('again'),
    });
  });

  test('a timer of a step that has ended, or of an incident that is resolved, does nothing', () => {
    expect(transition(follow(before, done(before)).next, overdue(before))).toMatchObject({ moved: false });
    const { next: over } = follow(before, at({ type: 'resolved' }));
    expect(transition(over, overdue(before))).toMatchObject({ moved: false });
  });
});

describe('stuck', () => {
  const before = running([TELL, SURVEY]);
  const { next: failed } = follow(before, couldNot(before));

  test('only then it is tried again or skipped', () => {
    for (const event of [again(before), skipped(before)])
      expect(transition(before, event)).toMatchObject({
        moved: false,
        why: expect.stringContaining('not overdue'),
      });
  });

  test('failed, and tried again: what the last try left is gone', () => {
    const { next } = follow(failed, again(failed));
    expect(stepOf(next)).toMatchObject({ state: 'doing', startedAt: OPENED });
    for (const left of ['note', 'by', 'endedAt']) expect(stepOf(next)).not.toHaveProperty(left);
  });

  test('failed, and skipped with a reason: the next step begins', () => {
    const { next, effects } = follow(failed, skipped(failed));
    expect(next.procedure?.steps[0]).toMatchObject({ state: 'skipped', by: 'U2', note: 'done by phone' });
    expect(stepOf(next).id).toBe('survey');
    expect(news({ effects })[0]).toMatchObject({ state: 'skipped', tookMs: 30 * MINUTE });
  });

  test('failed, its timer does nothing more', () => {
    expect(transition(failed, overdue(before))).toMatchObject({ moved: false });
  });
});

describe('its end', () => {
  test('the last step done or skipped finishes it, and people resolve the incident', () => {
    const before = running([TELL]);
    const { next, effects } = follow(before, done(before));
    expect(next.procedure?.ended).toMatchObject({ how: 'finished', by: 'U1' });
    expect(next.status).toBe('open');
    expect(news({ effects }).at(-1)).toMatchObject({
      news: 'procedure-ended',
      how: 'finished',
      tookMs: MINUTE,
    });
    expect(transition(next, done(before))).toMatchObject({ moved: false });
  });

  test.each(['open', 'acknowledged'] as const)(
    'a healthy diagnosis resolves one that is %s only when it is finished',
    (status) => {
      const healthy = at({
        type: 'diagnosed',
        severity: 'warning',
        findings: [{ check: 'c', title: 'c', status: 'healthy', summary: '', evidence: {}, suggests: [] }],
        fixes: [],
      });
      const before = { ...running([TELL]), status };
      expect(follow(before, healthy).next.status).toBe(status);
      const { next: finished } = follow(before, done(before));
      expect(follow(finished, healthy).next.status).toBe('resolved');
    },
  );

  test('resolving the incident ends it where it is', () => {
    const before = running([TELL, SURVEY]);
    const { next, effects } = follow(before, at({ type: 'resolved' }, OPENED + MINUTE, 'U1'));
    expect(next).toMatchObject({
      status: 'resolved',
      procedure: { ended: { how: 'stopped', by: 'U1', why: 'the incident was resolved' } },
    });
    expect(states(next)).toEqual(['left', 'left']);
    expect(news({ effects })).toMatchObject([{ news: 'procedure-ended', how: 'stopped' }]);
  });

  test('stopped with a reason: what failed stays failed, what was not done is left', () => {
    const before = running([TELL, SURVEY]);
    const { next: failed } = follow(before, couldNot(before));
    const { next } = follow(failed, stop(failed));
    expect(states(next)).toEqual(['failed', 'left']);
    expect(next).toMatchObject({ status: 'open', procedure: { ended: { how: 'stopped', by: 'U2' } } });
    expect(transition(next, stop(failed))).toMatchObject({ moved: false, by: 'U2' });
    expect(transition(next, again(failed))).toMatchObject({ moved: false, by: 'U2' });
  });

  test('a dialog that was opened a step ago stops it all the same, one of an earlier procedure does not', () => {
    const before = running([TELL, SURVEY]);
    const { next: further } = follow(before, done(before));
    expect(follow(further, stop(before)).next.procedure?.ended?.how).toBe('stopped');
    const { next: over } = follow(further, stop(further));
    const { next: anew } = follow(over, started(plan(TELL)));
    expect(transition(anew, stop(further))).toMatchObject({ moved: false });
  });

  test('an incident without one refuses whatever is about one', () => {
    const ref = { step: 'tell', round: 1 };
    for (const event of [at({ type: 'step-done', ...ref }), stop(incident())])
      expect(transition(incident(), event)).toMatchObject({ moved: false });
  });
});
