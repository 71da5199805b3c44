/** Who is on call, the dialog, and what those are told whom an override concerns. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import type { OnCall } from '../../../src/engine/on-call.ts';
import type { RecordedOverride } from '../../../src/engine/ports.ts';
import type { Schedule } from '../../../src/policy/schedule.ts';
import { DAY, HOUR } from '../../../src/policy/wall-clock.ts';
import {
  onCallView,
  overriddenView,
  relievingView,
  standInView,
  untoldView,
} from '../../../src/slack/views/on-call.ts';
import { overrideModal } from '../../../src/slack/views/override-modal.ts';
import { OPENED } from '../sample-incident.ts';
import { hostileText } from './hostile.ts';
import { buttonsIn, expectHarmless, expectSendable, strings } from './judge.ts';

const reads = (view: unknown) => strings(view).join('\n');

const schedule: Schedule = { name: 'primary', timeZone: 'Europe/Berlin', layers: [] };
const onCall = (of: Partial<OnCall> = {}): OnCall => ({
  schedule,
  at: OPENED,
  user: 'U1',
  until: OPENED + HOUR,
  next: { user: 'U2', from: OPENED + HOUR, to: OPENED + DAY },
  gaps: [],
  ...of,
});
const sevenGaps = Array.from({ length: 7 }, (_, index) => ({
  from: OPENED + index * DAY,
  to: OPENED + index * DAY + HOUR,
}));
const override = (of: Partial<RecordedOverride> = {}): RecordedOverride => ({
  id: '7',
  schedule: 'primary',
  user: 'U3',
  from: OPENED,
  to: OPENED + HOUR,
  madeBy: 'U1',
  madeAt: OPENED,
  ...of,
});

describe('who is on call', () => {
  test('until when, who is next, and that there is no gap', () => {
    const view = onCallView([onCall()]);
    expectSendable(view);
    expect(reads(view)).toMatch(
      /<@U1> is on call until <!date[\s\S]*Next: <@U2>, from <!date[\s\S]*No gap within 14 days/,
    );
    expect(buttonsIn(view)).toEqual([{ actionId: 'override:new:primary', value: 'primary' }]);
    expect(view.text).toBe('primary: <@U1>');
  });

  test('by an override: instead of whom, who made it, and a button that ends it', () => {
    const view = onCallView([onCall({ user: 'U3', inForce: { override: override(), insteadOf: 'U1' } })]);
    expectSendable(view);
    expect(reads(view)).toContain('instead of <@U1>: an override by <@U1>');
    expect(buttonsIn(view)).toContainEqual({ actionId: 'override:end:7', value: '7' });
  });

  test('nobody, and the gaps', () => {
    const { user: _, until: __, next: ___, ...nobody } = onCall();
    const view = onCallView([{ ...nobody, gaps: sevenGaps }]);
    expectSendable(view);
    expect(reads(view)).toMatch(/\*Nobody\* is on call\.[\s\S]*7 gaps within 14 days[\s\S]*and 2 more/);
  });

  test('several, each by its name; of very many, the rest is asked for', () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      onCall({
        schedule: { ...schedule, name: `schedule-${index}-${'x'.repeat(25)}` },
        gaps: sevenGaps,
        inForce: { override: override({ madeBy: `cli:${'x'.repeat(100)}` }), insteadOf: 'U1' },
      }),
    );
    const view = onCallView(many);
    expectSendable(view);
    expect(reads(view)).toMatch(/\*schedule-0-x+\*[\s\S]*and 48 more/);
  });

  test('no schedule: where to add one', () => {
    expect(reads(onCallView([]))).toContain('add one under “schedules” in paksa.yaml');
  });
});

describe('an override', () => {
  test('is told to whoever made it, to whoever stands in, and when it ends to whoever is on call again', () => {
    const ended = override({ endedBy: 'U9' });
    const views = {
      made: overriddenView(override()),
      over: overriddenView(ended),
      standsIn: standInView({ override: override() }),
      standsInNoMore: standInView({ override: ended }),
      untold: untoldView({ override: override() }, 'Slack refused it.'),
      again: relievingView({ override: ended, relieving: 'U1' }),
    };
    for (const view of Object.values(views)) expectSendable(view);
    expect(reads(views.made)).toContain('<@U3> is on call in “primary” from');
    expect(reads(views.over)).toContain('The override of <@U3> in “primary” has ended.');
    expect(buttonsIn(views.standsIn)).toEqual([{ actionId: 'override:end:7', value: '7' }]);
    expect(buttonsIn(views.standsInNoMore)).toEqual([]);
    expect(reads(views.again)).toContain('<@U9> ended the override of <@U3>');
  });

  test('made in a terminal by whoever calls themselves what, Slack takes it', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const made = override({ madeBy: `cli:${text}`, endedBy: `cli:${text}` });
        expectSendable(standInView({ override: made }));
        expectSendable(relievingView({ override: made, relieving: 'U1' }));
        expectSendable(onCallView([onCall({ inForce: { override: made } })]));
      }),
    );
  });
});

test('the dialog is one that Slack opens; the schedule asked for is chosen, however many there are', () => {
  const schedules = Array.from({ length: 120 }, (_, index) => `schedule-${index}`);
  for (const schedule of [undefined, 'schedule-119']) {
    const modal = overrideModal({ schedules, schedule, user: 'U1', channel: 'C1' });
    expect(validateView({ ...modal })).toEqual([]);
    expectHarmless(modal);
    expect(JSON.stringify(modal)).toContain(
      `"initial_option":{"text":{"type":"plain_text","text":"${schedule ?? 'schedule-0'}"`,
    );
    expect(modal.private_metadata).toBe('C1');
  }
});
