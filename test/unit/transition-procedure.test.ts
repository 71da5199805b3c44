/** Procedures in an incident: begun, an emergency's ladder, and their end: finished, resolved, stopped. */
import { describe, expect, test } from 'vitest';
import { transition } from '../../src/incident/transition.ts';
import { stopped } from '../../src/policy/ladder.ts';
import { at, follow, incident, MINUTE, OPENED, pageKeys } from './sample-incident.ts';
import { emergency, plan, running, STARTER, SURVEY, started, stepOf, TELL } from './sample-procedure.ts';
import { again, couldNot, done, news, states, stop } from './sample-steps.ts';

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
