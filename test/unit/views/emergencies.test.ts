/** The lists of emergencies and procedures, the question where to begin one, and what their buttons carry. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { person } from '../../../src/runbook/procedure.ts';
import { decodeStart, encodeStart } from '../../../src/slack/views/button-value.ts';
import { emergenciesView, proceduresView, whereView } from '../../../src/slack/views/emergencies.ts';
import { runbook } from '../sample-runbook.ts';
import { hostileText } from './hostile.ts';
import { buttonsIn, expectSendable, reads } from './judge.ts';

describe('the lists', () => {
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
