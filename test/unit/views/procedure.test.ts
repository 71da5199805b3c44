/** A procedure on the card, on a page and in the lists: what it says at each step, what can be pressed, and that it fits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import type { PlannedStep, StepRun } from '../../../src/incident/plan.ts';
import { check } from '../../../src/runbook/check.ts';
import { defineRunbook, type Runbook } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { person } from '../../../src/runbook/procedure.ts';
import { dialogOf } from '../../../src/slack/dialogs.ts';
import { decodeStart, encodeStart } from '../../../src/slack/views/button-value.ts';
import { emergenciesView, proceduresView, whereView } from '../../../src/slack/views/emergencies.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { pageView } from '../../../src/slack/views/page.ts';
import { reasonModal } from '../../../src/slack/views/reason-modal.ts';
import { statusView, underwayView } from '../../../src/slack/views/reply.ts';
import { at, attempt, finding, follow, incident, OPENED, preview, proposed } from '../sample-incident.ts';
import {
  emergency,
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
import { hostileText } from './hostile.ts';
import { buttonsIn, expectHarmless, expectSendable, strings } from './judge.ts';

const reads = (view: unknown) => strings(view).join('\n');
const actionIds = (view: unknown) => buttonsIn(view).map(({ actionId }) => actionId);
/** What can be pressed for this step. */
const pressable = (given: Incident, step: string) =>
  actionIds(incidentCard(given))
    .filter((id) => id.endsWith(`:${step}`))
    .map((id) => id.split(':')[0]);

/** The step that it is at, changed. */
const having = (given: Incident, of: Partial<StepRun>): Incident => {
  const { procedure } = given;
  if (!procedure) throw new Error('no procedure');
  const { id } = stepOf(given);
  const steps = procedure.steps.map((step) => (step.id === id ? ({ ...step, ...of } as StepRun) : step));
  return { ...given, procedure: { ...procedure, steps } };
};
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

describe('the checklist', () => {
  test('says of each step who, when, how long, and what was seen', () => {
    const before = running([SURVEY, TELL, RESTART, PROVE]);
    const looked = at(
      { type: 'step-looked', ...refOf(before), findings: [saw('a', 'healthy'), saw('b', 'problem')] },
      later,
      'paksa',
    );
    const { next } = follow(before, looked);
    const { next: told } = follow(next, at({ type: 'step-done', ...refOf(next) }, later + 180_000, 'UDANA'));
    const card = incidentCard(told);
    expectSendable(card);
    expect(reads(card)).toMatch(
      /✔️ 1\. See what is there · Paksa · <!date.*> · 1 min · 🔴 1 ✅ 1\n✔️ 2\. Tell people · <@UDANA> · <!date.*> · 3 min\n▶️ 3\. \*Restart it\* · due by <!date.*>\n○ 4\. Prove that it works/,
    );
  });

  test('of many steps with long reasons counts the earliest, and still lists those to come', () => {
    const steps = Array.from({ length: 18 }, (_, index): PlannedStep => ({ ...TELL, id: `step-${index}` }));
    const begun = running(steps);
    const { procedure } = begun;
    if (!procedure) throw new Error('no procedure');
    const past = { endedAt: later, by: 'UDANA', note: 'it was done by hand already '.repeat(8) };
    const done = procedure.steps.map((step, index): StepRun => {
      if (index < 16) return { ...step, ...past, state: 'skipped' };
      return index === 16 ? { ...step, state: 'doing', dueAt: later } : { ...step, state: 'waiting' };
    });
    const card = incidentCard({ ...begun, procedure: { ...procedure, steps: done } });
    expectSendable(card);
    expect(reads(card)).toMatch(/✔️ _\d earlier steps_\n⏭️ \d+\. [\s\S]*▶️ 17\. .*\n○ 18\. /);
  });

  test('of an emergency comes first, and its light is the emergency’s', () => {
    const { next } = follow(incident({ findings: [] }), started(emergency(TELL)));
    const card = incidentCard(next);
    expect(reads(card)).toMatch(/^INC-1 .*emergency, at “Tell people”\n/);
    expect(reads(card)).toContain('🚨 SSL certificate issues');
    expect(reads(card)).toContain('declared by <@USTARTER>');
    expect(reads(card)).not.toContain('no problem is left');
  });

  test('ended, says how', () => {
    const given = running([TELL]);
    const { next } = follow(given, at({ type: 'step-done', ...refOf(given) }, OPENED + 1_500_000, 'UDANA'));
    expect(reads(incidentCard(next))).toContain('gone through to its end, in 25 min');
    const round = given.procedure?.round ?? 0;
    const stopped = follow(
      given,
      at({ type: 'procedure-stopped', round, reason: 'a drill' }, later, 'UDANA'),
    );
    expect(reads(incidentCard(stopped.next))).toMatch(
      /stopped by <@UDANA> after 1 min: a drill\n– 1\. Tell people/,
    );
    for (const over of [next, stopped.next])
      expect(actionIds(incidentCard(over)).filter((id) => /^(take|tick|retry|skip|stop)/.test(id))).toEqual(
        [],
      );
  });

  test('can be stopped while it is under way', () => {
    const { procedure } = running([TELL]);
    expect(buttonsIn(incidentCard(running([TELL])))).toContainEqual({
      actionId: 'stop',
      value: `INC-1:walk-through:${procedure?.round}`,
    });
  });
});

describe('what its topic offers', () => {
  const offers = [
    { id: 'restore', title: 'Restore from a backup', emergency: false, steps: 5 },
    { id: 'down', title: 'System down', emergency: true, steps: 5 },
  ];

  test('can be started from the card, beside the fixes', () => {
    const card = incidentCard(incident(), offers);
    expectSendable(card);
    expect(buttonsIn(card)).toContainEqual({ actionId: 'procedure:restore', value: 'INC-1:restore:0' });
    expect(reads(card)).toContain('Start: Restore from a backup');
    expect(reads(card)).toContain('🚨 Declare: System down');
  });

  test.each([
    ['while one is under way', running([TELL])],
    ['while a fix acts', incident({ attempts: { renew: attempt('running') } })],
    ['once it is resolved', incident({ status: 'resolved' })],
  ])('but not %s', (_, given) => {
    expect(actionIds(incidentCard(given, offers)).filter((id) => id.startsWith('procedure:'))).toEqual([]);
  });
});

/** Longer than any place on a card. */
const LONG = 4_000;

describe.each([12, 40])('with %d steps and more of everything than fits, all of it', (count) => {
  test.each(['x', '<', '🔥', 'word & '])('%j', (piece) => {
    const text = piece.repeat(LONG / piece.length);
    const many = <Item>(make: (index: number) => Item, most = count) =>
      Array.from({ length: most }, (_, index) => make(index));
    const steps = many(
      (index): PlannedStep => ({
        ...person(
          text,
          many(() => text),
        ),
        id: `step-${index}`,
      }),
    );
    const begun = running(steps, { title: text, environment: text });
    const { procedure } = begun;
    if (!procedure) throw new Error('no procedure');
    const at = count - 2;
    const done = procedure.steps.map((step, index): StepRun => {
      const past = {
        endedAt: later,
        by: `cli:${text}`,
        note: text,
        findings: many(() => saw(text, 'problem')),
      };
      if (index < at) return { ...step, state: index % 2 ? 'done' : 'skipped', ...past };
      return index === at ? { ...step, state: 'failed', ...past } : step;
    });
    const drawn = {
      summary: text,
      changes: many(() => ({ what: text, before: text, after: `${text}!` })),
      notes: [text],
      boundTo: 'x',
    };
    const fixes = many((index) => proposed(`fix-${index}`, { title: text, irreversible: text }), 30);
    const attempts = fixes.slice(0, 15).map(({ id }) => {
      const made = attempt('awaiting-approval', { fix: id, preview: drawn, requestedBy: `cli:${text}` });
      return [id, made] as const;
    });
    const findings = (['problem', 'inconclusive', 'healthy'] as const).flatMap((status) =>
      many(() => ({ ...finding('c', status), title: text, summary: text, evidence: { [text]: text } })),
    );
    const card = incidentCard({
      ...begun,
      findings,
      fixes: [...fixes, proposed('none', { unavailable: text })],
      attempts: Object.fromEntries(attempts),
      procedure: { ...procedure, title: text, startedBy: `cli:${text}`, steps: done },
    });
    expectSendable(card);
    expect(actionIds(card)).toEqual(
      expect.arrayContaining([`retry:step-${at}`, `skip:step-${at}`, 'acknowledge', 'stop', 'approve:fix-0']),
    );
    // The step that it is at, and the last one.
    for (const number of [at + 1, count]) expect(reads(card)).toMatch(new RegExp(`^\\S+ ${number}\\. `, 'm'));
  });
});

test('a page says what was declared, and at which step it is', () => {
  const { next } = follow(incident({ findings: [] }), started(emergency(TELL, SURVEY)));
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const view = pageView(having(next, { isOverdue: true }), page, undefined);
  expectSendable(view);
  expect(reads(view)).toMatch(
    /🚨 \*Emergency\* declared by <@USTARTER>\n⏰ Step 1 of 2: Tell people \(overdue\)/,
  );
});

test('status, and the answer to who joins, say where it is', () => {
  const given = running([TELL, SURVEY]);
  expect(reads(statusView([given]))).toContain('step 1 of 2');
  const view = underwayView(given, 'https://paksa.slack.test/archives/c1/p1');
  expectSendable(view);
  expect(reads(view)).toContain(
    '*Walk through it* is under way in <https://paksa.slack.test/archives/c1/p1|INC-1>',
  );
});

describe('the dialogs', () => {
  test.each(['could-not', 'skip', 'stop'] as const)('%s asks for a reason that has to be given', (why) => {
    fc.assert(
      fc.property(hostileText, (title) => {
        const modal = reasonModal(why, title, 'INC-1:tell:2');
        expect(validateView(modal)).toEqual([]);
        expectHarmless(modal);
        expect(modal.blocks[1]).not.toHaveProperty('optional');
      }),
    );
  });

  test('name what they are about', () => {
    const given = running([TELL]);
    expect(reads(dialogOf('skip', given, 'tell', 'v'))).toContain('*Tell people*');
    expect(reads(dialogOf('stop', given, 'walk-through', 'v'))).toContain('*Walk through it*');
    expect(reads(dialogOf('deny', given, 'renew', 'v'))).toContain('*renew*');
    expect(reads(dialogOf('skip', undefined, 'tell', 'v'))).toContain('*tell*');
    expect(dialogOf('approve', given, 'renew', 'v')).toBeUndefined();
  });
});

describe('the lists', () => {
  const runbook = (topic: string, of: Partial<Runbook> = {}) =>
    defineRunbook({
      topic,
      title: `About ${topic}`,
      symptoms: ['nothing answers'],
      checks: { look: check('Look', async () => healthy('fine')) },
      fixes: {},
      ...of,
    });
  const procedures = {
    down: { title: 'System down', steps: { tell: person('Tell people', ['Call']) } },
    restore: { title: 'Restore from a backup', steps: { tell: person('Tell people', ['Call']) } },
  };
  const runbooks = [runbook('ssl'), runbook('system-down', { procedures, emergency: 'down' })];

  test('emergencies, each with a button', () => {
    const view = emergenciesView(runbooks, ['production']);
    expectSendable(view);
    expect(reads(view)).toContain('`/paksa emergency system-down`');
    expect(reads(view)).not.toContain('ssl');
    expect(buttonsIn(view)).toEqual([{ actionId: 'start:system-down', value: 'system-down/@' }]);
    expect(reads(view)).toContain('paged at once in production');
  });

  test('none is said, and so is what was wrong', () => {
    expect(reads(emergenciesView([], ['production']))).toContain('No runbook describes an emergency.');
    expect(reads(emergenciesView(runbooks, [], 'There is no emergency “x”.'))).toContain('no emergency “x”');
    expect(reads(proceduresView([]))).toContain('No runbook has a procedure.');
  });

  test('procedures, without the emergencies', () => {
    const view = proceduresView(runbooks);
    expectSendable(view);
    expect(reads(view)).toContain('`/paksa procedure system-down restore`');
    expect(reads(view)).not.toContain('System down ·');
  });

  test('of several environments, where', () => {
    const view = whereView({ topic: 'system-down' }, ['production', 'staging']);
    expectSendable(view);
    expect(buttonsIn(view).map(({ value }) => decodeStart(value))).toEqual([
      { topic: 'system-down', environment: 'production' },
      { topic: 'system-down', environment: 'staging' },
    ]);
  });

  test('whatever they are called, Slack takes them', () => {
    fc.assert(
      fc.property(hostileText, fc.array(hostileText, { maxLength: 30 }), (text, environments) => {
        const all = [
          {
            ...runbooks[1],
            topic: 'x',
            title: text,
            symptoms: [text],
            checks: {},
            fixes: {},
            procedures: { down: { title: text, steps: {} }, other: { title: text, steps: {} } },
            emergency: 'down',
          },
        ];
        expectSendable(emergenciesView(all, environments, `There is no emergency “${text}”.`));
        expectSendable(proceduresView(all));
      }),
    );
  });

  test.each([
    { topic: 'system-down' },
    { topic: 'ssl', procedure: 'restore' },
    { topic: 'ssl', procedure: 'restore', environment: 'prod@eu/1' },
  ])('a button’s value comes back: %o', (start) => {
    expect(decodeStart(encodeStart(start))).toEqual(start);
  });

  test.each(['', 'ssl', 'ssl@production', 'INC-1:x:2', 'S S/@'])('%j is none', (value) => {
    expect(decodeStart(value)).toBeUndefined();
  });
});
