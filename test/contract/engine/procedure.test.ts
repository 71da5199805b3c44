/** Procedures on the real store: begun once whoever asks and however often, looked at anew, and what is gone is said. */
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/engine/decide.ts';
import { lookForStep } from '../../../src/engine/look.ts';
import { startFromCard, startProcedure } from '../../../src/engine/procedure.ts';
import { UserError } from '../../../src/errors.ts';
import { createEstate } from '../../../src/estate.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { healthy, problem } from '../../../src/runbook/finding.ts';
import { createMessages } from '../../../src/store/messages.ts';
import { incident as sample } from '../../unit/sample-incident.ts';
import { refOf, stepOf } from '../../unit/sample-procedure.ts';
import { idOf, named, systemDown } from './system-down.ts';

const { pool, deps, edited, sees, sent, declare, drill, present, countOf } = systemDown();

describe('declaring an emergency', () => {
  test('opens an incident with its policy, its work and its card’s place, in one commit', async () => {
    const started = await declare('UANA');
    expect(started).toMatchObject({ done: true, opened: true });
    const incident = await present(idOf(started));
    expect(incident).toMatchObject({
      topic: 'system-down',
      environment: 'production',
      severity: 'critical',
      status: 'open',
      openedBy: 'UANA',
      findings: [],
      policy: sample().policy,
      ladder: { state: 'climbing', level: 1 },
      procedure: { id: 'down', emergency: true, startedBy: 'UANA' },
    });
    expect(
      sent()
        .map(({ task }) => task)
        .sort(),
    ).toEqual(['look', 'page', 'publish', 'timer', 'timer']);
    const { rows } = await pool().query('SELECT channel FROM paksa.message WHERE key = $1', [
      `incident/${incident.id}`,
    ]);
    expect(rows).toEqual([{ channel: 'C1' }]);
    expect(await createMessages(pool()).begun(`incident/${incident.id}`)).toEqual(
      new Map([[`incident/${incident.id}`, 'owed']]),
    );
  });

  test('delivered twice, is declared once', async () => {
    const first = await declare('UANA', 'receipt-1');
    expect(await declare('UANA', 'receipt-1')).toMatchObject({ done: true, opened: false });
    expect(await countOf('procedure-started', idOf(first))).toBe(1);
    // Also when the incident is over by then.
    await decide(deps(), idOf(first), { decision: 'resolve' }, { id: 'UANA', groups: [] });
    expect(await declare('UANA', 'receipt-1')).toEqual({ done: true, opened: false });
    expect(await deps().store.openIncidents()).toEqual([]);
  });

  test('by several at once, opens one incident, and the others are told of it', async () => {
    const people = ['U1', 'U2', 'U3', 'U4', 'U5'];
    const all = await Promise.all(people.map((user) => declare(user, `receipt-of-${user}`)));
    const [declared, ...more] = all.filter(({ done }) => done);
    expect(more).toEqual([]);
    if (!declared) throw new Error('nobody could');
    const refused = all.filter(({ done }) => !done);
    expect(refused).toHaveLength(4);
    for (const other of refused)
      expect(other).toMatchObject({
        why: '“The system is down” is under way already.',
        by: declared.incident?.openedBy,
        incident: { id: declared.incident?.id },
      });
    expect(await deps().store.openIncidents()).toHaveLength(1);
    expect(await countOf('refused', idOf(declared))).toBe(4);
  });

  test('in another environment, opens another incident', async () => {
    await declare('UANA');
    const request = { topic: 'system-down', environment: 'lab', requestedBy: 'UANA' };
    expect(await startProcedure(deps(), request)).toMatchObject({ opened: true });
    expect(await deps().store.openIncidents()).toHaveLength(2);
  });

  test.each([
    [{ topic: 'sytem-down' }, 'Did you mean “system-down”?'],
    [{ topic: 'system-down', procedure: 'dril' }, 'Did you mean “drill”?'],
    [{ topic: 'system-down', environment: 'labb' }, 'Did you mean “lab”?'],
  ])('with a slip in %o, declares nothing', async (of, words) => {
    const slip = startProcedure(deps(), { requestedBy: 'UANA', ...of });
    await expect(slip).rejects.toThrow(UserError);
    await expect(slip).rejects.toThrow(words);
    expect(await deps().store.openIncidents()).toEqual([]);
  });
});

describe('one that is no emergency', () => {
  test('opens an incident that whoever started it has, and pages nobody', async () => {
    const incident = await present(idOf(await drill()));
    expect(incident).toMatchObject({
      status: 'acknowledged',
      severity: 'warning',
      answeredBy: 'UANA',
      ladder: { state: 'stopped' },
    });
    expect(
      sent()
        .map(({ task }) => task)
        .sort(),
    ).toEqual(['publish', 'timer']);
  });

  test('from a card: pressed twice, or on one that is resolved, it is started once', async () => {
    const first = await declare('UANA');
    const id = idOf(first);
    const { procedure } = await present(id);
    const stop = { decision: 'stop-procedure', round: procedure?.round ?? 0, reason: 'a drill' } as const;
    expect((await decide(deps(), id, stop, { id: 'UANA', groups: [] })).done).toBe(true);
    const press = (cause: string) =>
      startFromCard(deps(), {
        incident: id,
        procedure: 'drill',
        round: procedure?.round ?? 0,
        requestedBy: 'UBILAL',
        cause,
      });
    const twice = await Promise.all([press('receipt-a'), press('receipt-a')]);
    expect(twice).toMatchObject([{ done: true }, { done: true }]);
    expect(await press('receipt-b')).toMatchObject({ done: false, by: 'UBILAL' });
    expect(await countOf('procedure-started', id)).toBe(2);
    await decide(deps(), id, { decision: 'resolve' }, { id: 'UANA', groups: [] });
    expect(await press('receipt-c')).toMatchObject({ done: false, why: `${id} is resolved already.` });
    expect(await deps().store.openIncidents()).toEqual([]);
  });
});

describe('a look', () => {
  const begun = async () => {
    const id = idOf(await declare('UANA'));
    return { id, task: { task: 'look' as const, incident: id, ...refOf(await present(id)) } };
  };

  test('writes down what was seen, without secrets, and why nothing was', async () => {
    const { id, task } = await begun();
    await lookForStep(deps(), task);
    expect((await present(id)).procedure?.steps[0]).toMatchObject({
      state: 'done',
      by: 'paksa',
      findings: [
        { title: 'Services', status: 'healthy', summary: 'all 3 answer with ***' },
        { title: 'Cluster', status: 'skipped', summary: 'no cluster configured' },
      ],
    });
  });

  test('carried out again, by whoever took it over, is recorded once', async () => {
    const { id, task } = await begun();
    await Promise.all([lookForStep(deps(), task), lookForStep(deps(), task)]);
    await lookForStep(deps(), task);
    expect(await countOf('step-looked', id)).toBe(1);
    expect(stepOf(await present(id)).id).toBe('tell');
  });

  test('whose claim was lost records nothing: whoever has it now does', async () => {
    const { id, task } = await begun();
    const lost = AbortSignal.abort(new Error('lost'));
    await expect(lookForStep(deps(), task, lost)).rejects.toThrow('lost');
    expect(stepOf(await present(id))).toMatchObject({ id: 'survey', state: 'doing' });
  });

  test.each([
    [
      'a check',
      {
        topics: catalog([edited({ other: check('Other', async () => healthy('fine')) })]),
      },
      'no check “services” any more',
    ],
    ['the topic', { topics: catalog([]) }, 'no topic “system-down”'],
    [
      'the environment',
      { estate: createEstate([named('lab')]) },
      '“production” is not in paksa.yaml any more',
    ],
  ])(
    'whose %s is gone fails the step with that reason, and is waited for by people',
    async (_, of, words) => {
      const { id, task } = await begun();
      await lookForStep(deps(of), task);
      expect(stepOf(await present(id))).toMatchObject({
        id: 'survey',
        state: 'failed',
        by: 'paksa',
        note: expect.stringContaining(words),
      });
    },
  );

  test('a procedure that is under way is not changed by an edit of its runbook', async () => {
    const { id, task } = await begun();
    sees(problem('1 of 3 is down'));
    await lookForStep(deps({ topics: catalog([edited()]) }), task);
    expect(stepOf(await present(id))).toMatchObject({
      id: 'tell',
      title: 'Tell people',
      instructions: ['Call the desk'],
    });
  });
});

describe('ticking', () => {
  test('is for whoever may answer the incident, and a stranger is told who may', async () => {
    const id = idOf(await drill());
    const ref = refOf(await present(id));
    const decisions = [
      { decision: 'take-step', ...ref },
      { decision: 'tick-step', ...ref },
      { decision: 'retry-step', ...ref },
      { decision: 'fail-step', ...ref, reason: 'no' },
      { decision: 'skip-step', ...ref, reason: 'no' },
      { decision: 'stop-procedure', round: ref.round, reason: 'no' },
    ] as const;
    for (const decision of decisions)
      expect(await decide(deps(), id, decision, { id: 'USTRANGER', groups: [] })).toMatchObject({
        done: false,
        who: [{ id: 'UAPPROVER' }, { id: 'U1' }, { id: 'U2' }, { id: 'S2' }],
      });
    const tick = { decision: 'tick-step', ...ref } as const;
    expect(await decide(deps(), id, tick, { id: 'UANY', groups: ['S2'] }, 'receipt-tick')).toMatchObject({
      done: true,
    });
    expect(await decide(deps(), id, tick, { id: 'UANY', groups: ['S2'] }, 'receipt-tick')).toMatchObject({
      done: true,
    });
    expect(await countOf('step-done', id)).toBe(1);
  });

  test('by two at once: one does it, the other is told who', async () => {
    const id = idOf(await drill());
    const tick = { decision: 'tick-step', ...refOf(await present(id)) } as const;
    const both = await Promise.all(
      ['U1', 'U2'].map((user) => decide(deps(), id, tick, { id: user, groups: [] }, `receipt-${user}-${id}`)),
    );
    const winner = both.findIndex(({ done }) => done);
    expect(both.filter(({ done }) => done)).toHaveLength(1);
    expect(both[1 - winner]).toMatchObject({ by: ['U1', 'U2'][winner] });
  });
});
