/** The check of a ladder, a drill and what is told of a level that reaches nobody: the verdict first, and within Slack's limits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DrillPlan } from '../../../src/engine/drill.ts';
import type { Checked } from '../../../src/engine/reachability.ts';
import type { Drill, DrillPage } from '../../../src/policy/drill.ts';
import type { Facts } from '../../../src/policy/facts.ts';
import { checkLadder } from '../../../src/policy/ladder-check.ts';
import type { Level } from '../../../src/policy/policy.ts';
import {
  decodeGot,
  decodePlan,
  drillPageView,
  drillPlanView,
  drillView,
} from '../../../src/slack/views/drill.ts';
import { ladderCheckView } from '../../../src/slack/views/ladder-check.ts';
import { reachNoticeView } from '../../../src/slack/views/reach-notice.ts';
import { active, facts, NOON, withUser } from '../sample-facts.ts';
import { escalation, level, user } from '../sample-incident.ts';
import { hostileText } from './hostile.ts';
import { buttonsIn, expectHarmless, expectSendable, strings } from './judge.ts';

const reads = (view: unknown) => strings(view).join('\n');

const checked = (levels: readonly Level[], known: Facts, environment = 'production'): Checked => ({
  environment,
  at: NOON,
  ladders: [checkLadder({ name: 'ladder', escalation: escalation({ levels }) }, known, NOON)],
  answering: [{ pager: 'duty', how: 'takes events with this key' }],
});

describe('the check', () => {
  test.each([
    [
      'healthy',
      facts(),
      /🟢 Ladder of production[\s\S]*\*Every level reaches somebody, now and within 14 days\*[\s\S]*\*If ignored/,
    ],
    ['a remark', facts(withUser('U1', active({ is: 'guest' }))), /🟢[\s\S]*with 1 remark[\s\S]*🟡 \*Level 1/],
    [
      'a problem',
      facts(withUser('U1', { is: 'deactivated' })),
      /🔴[\s\S]*2 problems: pages would be lost\*[\s\S]*🔴 \*Level 1[\s\S]*`00:05` level 1 .*<@U1> 🔴 nobody/,
    ],
    [
      'unknown',
      facts({ users: new Map() }),
      /⚪[\s\S]*Not everything could be looked at\*: that is not healthy[\s\S]*⚪/,
    ],
  ] as const)('%s', (_, known, words) => {
    const view = ladderCheckView(checked([level([user('U1')])], known));
    expectSendable(view);
    expect(reads(view)).toMatch(words);
    expect(buttonsIn(view)).toEqual([{ actionId: 'drill:plan', value: 'production' }]);
  });

  test('whatever the names and reasons are, and however much is wrong', () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.integer({ min: 1, max: 10 }), (name, why, count) => {
        const levels = Array.from({ length: count }, () =>
          level([user('U1'), user('U9'), { kind: 'usergroup', id: 'S9' }], {
            name,
            repeats: 20,
            pagers: ['slack', 'duty', 'sms'],
          }),
        );
        const known = facts({
          ...withUser('U1', { is: 'unknown', why }),
          pagers: new Map([
            ['duty', { fact: { is: 'failing', why } }],
            ['sms', { needs: 'phone', fact: { is: 'unknown', why } }],
          ]),
        });
        const view = ladderCheckView(checked(levels, known));
        expectSendable(view);
        expectHarmless(view);
      }),
      { numRuns: 15 },
    );
  });
});

const drill = (pages: readonly DrillPage[], of: Partial<Drill> = {}): Drill => ({
  id: 'DRILL-7',
  environment: 'production',
  levels: [level([user('U1')]), level([{ kind: 'schedule', id: 'primary' }])],
  startedBy: 'U5',
  startedAt: NOON,
  pages,
  ...of,
});
const page = (of: Partial<DrillPage> = {}): DrillPage => ({
  level: 1,
  responder: 'user/U1',
  to: { kind: 'user', id: 'U1' },
  pager: 'slack',
  state: 'owed',
  ...of,
});
const taken = (of: Partial<DrillPage> = {}): DrillPage =>
  page({ state: 'taken', takenAt: NOON + 830, takenBy: 'SMS', pager: 'sms', ...of });

describe('a drill', () => {
  test('what it would do, with a button that asks again and carries what was shown', () => {
    const plan: DrillPlan = {
      environment: 'production: west',
      level: 2,
      levels: drill([]).levels,
      pages: [page({ level: 2, responder: 'schedule/primary' })],
      digest: '0123456789abcdef',
    };
    const view = drillPlanView(plan);
    expectSendable(view);
    expect(reads(view)).toMatch(/sends 1 page[\s\S]*level 2 · a level: <@U1>, .*primary.* by \*slack\*/);
    const [button] = buttonsIn(view);
    expect(button?.actionId).toBe('drill:start');
    expect(decodePlan(button?.value ?? '')).toEqual({
      environment: 'production: west',
      level: 2,
      digest: '0123456789abcdef',
    });
    expect(reads(drillPlanView(plan, true))).toContain('has changed since');
  });

  test.each([
    [[page()], {}, /Under way: 0 of 1 page taken[\s\S]*⏳ level 1/],
    [[taken(), page()], {}, /Under way: 1 of 2 pages taken[\s\S]*✅ .*taken after 0\.8 s \(SMS\)/],
    [
      [taken({ gotBy: 'U1', gotAt: NOON + 12_400 })],
      {},
      /Every page was taken: 1; 1 answer[\s\S]*👍 <@U1> after 12\.4 s/,
    ],
    [
      [taken(), page({ state: 'failed', reason: 'it is away' })],
      {},
      /1 of 2 pages not taken[\s\S]*🔴 .*not taken: it is away/,
    ],
    [[page({ reason: 'it asks to wait' })], {}, /⏳ .*: it asks to wait/],
    [
      [taken(), taken({ takenAt: NOON + 4_000 })],
      { endedAt: NOON + 300_000 },
      /the slowest took 4\.0 s · over/,
    ],
  ] as const)('its result: %#', (pages, of, words) => {
    const view = drillView(drill(pages, of));
    expectSendable(view);
    expect(reads(view)).toMatch(words);
  });

  test('a page of it: what it is, and a button until it is answered or over', () => {
    const view = drillPageView(drill([page()]), 0);
    expectSendable(view);
    expect(view.text).toBe('DRILL, nothing is broken: DRILL-7 tries the pages of production');
    const [button] = buttonsIn(view);
    expect(decodeGot(button?.value ?? '')).toEqual({ drill: 'DRILL-7', page: 0 });
    expect(buttonsIn(drillPageView(drill([page({ gotBy: 'U1', gotAt: NOON })]), 0))).toEqual([]);
    expect(buttonsIn(drillPageView(drill([page()], { endedAt: NOON }), 0))).toEqual([]);
    expect(reads(drillPageView(drill([page({ responder: 'channel/C1' })]), 0))).toContain('<!here>');
  });

  test('whatever the reasons are, and however many pages', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 300 }), (text, count) => {
        const pages = Array.from({ length: count }, () =>
          page({ state: 'failed', reason: text, takenBy: text }),
        );
        const of = {
          environment: `e${text}`,
          levels: [level([user('U1')], { name: text })],
          startedBy: 'cli:x',
        };
        for (const view of [drillView(drill(pages, of)), drillPageView(drill(pages, of), 0)]) {
          expectSendable(view);
          expectHarmless(view);
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each(['', 'DRILL-1', 'INC-1:0', 'DRILL-1:x', '0123456789abcdef:200:', 'x:1:production'])(
    '%j is no button of ours',
    (value) => {
      expect([decodeGot(value), decodePlan(value)]).toEqual([undefined, undefined]);
    },
  );
});

test('a level that will reach nobody, and that it is over', () => {
  const { ladders } = checked([level([user('U1')])], facts(withUser('U1', { is: 'missing' })));
  const lost = (ladders[0]?.levels ?? []).map((each) => ({ ladder: 'ladder', ...each }));
  const notice = { id: '3', environment: 'production', about: [], lost, saidAt: NOON };
  const view = reachNoticeView(notice);
  expectSendable(view);
  expect(reads(view)).toMatch(
    /within 24 hours, nobody is reached on level 1[\s\S]*<@U1> is not known to Slack/,
  );
  const over = reachNoticeView({ ...notice, overAt: NOON });
  expectSendable(over);
  expect(reads(over)).toContain('✅ Ladder of production: this is not so any more');
});
