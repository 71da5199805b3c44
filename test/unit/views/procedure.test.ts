/** A procedure as a whole, on the card, on a page and in answers: its checklist, how it is begun and stopped, and that it fits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import type { PlannedStep, StepRun } from '../../../src/incident/plan.ts';
import { person } from '../../../src/runbook/procedure.ts';
import { dialogOf } from '../../../src/slack/dialogs.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { pageView } from '../../../src/slack/views/page.ts';
import { reasonModal } from '../../../src/slack/views/reason-modal.ts';
import { statusView, underwayView } from '../../../src/slack/views/reply.ts';
import { at, attempt, finding, follow, incident, OPENED, proposed } from '../sample-incident.ts';
import {
  emergency,
  having,
  PROVE,
  RESTART,
  refOf,
  running,
  SURVEY,
  saw,
  started,
  TELL,
} from '../sample-procedure.ts';
import { hostileText } from './hostile.ts';
import { actionIds, buttonsIn, expectHarmless, expectSendable, reads } from './judge.ts';

const later = OPENED + 60_000;

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
