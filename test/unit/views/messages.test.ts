/** Everything else that the bot says: diagnoses, pages, help, status, refusals, and the dialog that asks why not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topics } from '../../../commands/index.ts';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import type { Diagnosis } from '../../../src/engine/ports.ts';
import type { PageRef } from '../../../src/incident/incident.ts';
import { denyModal } from '../../../src/slack/views/deny-modal.ts';
import { diagnosisCard } from '../../../src/slack/views/diagnosis-card.ts';
import { helpView } from '../../../src/slack/views/help.ts';
import { pageView } from '../../../src/slack/views/page.ts';
import { refusalView, sayView, statusView } from '../../../src/slack/views/reply.ts';
import { channel, finding, group, incident, user } from '../sample-incident.ts';
import { runbook } from '../sample-runbook.ts';
import { HUGE, hostileFinding, hostileIncident, hostileText } from './hostile.ts';
import { buttonsIn, expectHarmless, expectSendable, reads } from './judge.ts';

const CARD = 'https://paksa.slack.test/archives/c1/p1';

const diagnosis = (of: Partial<Diagnosis> = {}): Diagnosis => ({
  id: 'D1',
  topic: 'ssl',
  environment: 'production',
  requestedBy: 'UREQUESTER',
  channel: 'C1',
  findings: [finding('expiry', 'healthy'), finding('name', 'healthy')],
  skipped: [],
  state: 'finished',
  tookMs: 1234,
  ...of,
});
const about = { title: 'SSL certificate issues', checks: 9 };

describe('a diagnosis', () => {
  test('says how far it is', () => {
    const view = diagnosisCard(diagnosis({ state: 'running' }), about);
    expectSendable(view);
    expect(reads(view)).toContain('2 of 9 checks');
  });

  test.each([
    [[finding('expiry', 'healthy')], {}, 'healthy'],
    [[finding('expiry', 'healthy')], { incident: 'INC-1' }, 'healthy again'],
    [[finding('expiry', 'healthy')], { incident: 'INC-1', resolved: false }, 'stays open'],
    [[finding('expiry', 'problem')], { incident: 'INC-1' }, 'still a problem'],
    [[finding('expiry', 'inconclusive')], {}, 'no all-clear'],
    [[], {}, 'no all-clear'],
  ] as const)('of %o %o says: %s', (findings, of, words) => {
    const view = diagnosisCard(diagnosis({ findings, ...of }), { ...about, incidentAt: CARD });
    expectSendable(view);
    expect(reads(view)).toContain(words);
  });

  test('names the checks that had nothing to look at', () => {
    const skipped = [{ check: 'file', title: 'Certificate on disk', why: 'no file configured' }];
    expect(reads(diagnosisCard(diagnosis({ skipped }), about))).toContain('no file configured');
  });

  test('whatever it found, Slack takes it', () => {
    fc.assert(
      fc.property(
        fc.array(hostileFinding, { maxLength: 25 }),
        fc.constantFrom('running' as const, 'finished' as const),
        fc.array(fc.record({ check: fc.constant('c'), title: hostileText, why: hostileText })),
        hostileText,
        fc.option(fc.constant('INC-1'), { nil: undefined }),
        (findings, state, skipped, text, opened) => {
          const found = diagnosis({
            findings,
            state,
            skipped,
            environment: text,
            requestedBy: `cli:${text}`,
          });
          const full = opened === undefined ? found : { ...found, incident: opened };
          expectSendable(diagnosisCard(full, { title: text, checks: 9, incidentAt: CARD }));
        },
      ),
    );
  });
});

describe('a page', () => {
  const climbing = incident({ ladder: { ...incident().ladder, state: 'climbing', level: 1 } });
  const to = (responder: string, of: Partial<PageRef> = {}): PageRef => ({
    level: 1,
    attempt: 1,
    responder,
    ...of,
  });

  test.each([
    ['user/U1', 0, undefined],
    ['usergroup/S2', 0, '<!subteam^S2>'],
    ['channel/C3', 1, '<!here>'],
    ['schedule/primary', 0, 'on call in “primary”'],
  ])('to %s', (responder, here, mention) => {
    const view = pageView(climbing, to(responder), CARD);
    expectSendable(view, { here });
    if (mention !== undefined) expect(reads(view)).toContain(mention);
    expect(buttonsIn(view)).toEqual([
      { actionId: 'acknowledge', value: 'INC-1::0' },
      { actionId: 'escalate', value: 'INC-1::0' },
    ]);
  });

  test.each([
    ['acknowledged', incident({ status: 'acknowledged', answeredBy: 'U1' })],
    ['resolved', incident({ status: 'resolved', answeredBy: 'U1' })],
  ])('has no buttons once it is %s', (_, answered) => {
    const view = pageView(answered, to('user/U1'), undefined);
    expectSendable(view);
    expect(buttonsIn(view)).toEqual([]);
  });

  test('whatever the incident says, Slack takes it', () => {
    fc.assert(
      fc.property(
        hostileIncident,
        fc.constantFrom('user/U1', 'usergroup/S2', 'channel/C3', 'schedule/primary'),
        fc.nat(4),
        (hostile, responder, level) => {
          const here = responder.startsWith('channel/') ? 1 : 0;
          expectSendable(pageView(hostile, to(responder, { level, attempt: 2 }), CARD), { here });
        },
      ),
    );
  });
});

describe('help', () => {
  test('has a line for each topic, and a button for the first', () => {
    const view = helpView([...topics.values()]);
    expectSendable(view);
    expect(reads(view)).toContain('/paksa diagnose ssl');
    const [first = ''] = topics.keys();
    expect(buttonsIn(view)).toContainEqual({ actionId: `diagnose:${first}`, value: first });
  });

  test('with a hundred topics says how many it leaves out', () => {
    const symptoms = ['one symptom', 'and another'];
    const many = Array.from({ length: 100 }, (_, index) => runbook(`topic-${index}`, { symptoms }));
    const view = helpView(many);
    expectSendable(view);
    expect(reads(view)).toMatch(/and \d+ more/);
  });

  test('without a topic is still sent', () => {
    expectSendable(helpView([], 'nothing to diagnose'));
  });

  test('says what was typed without obeying it', () => {
    fc.assert(
      fc.property(hostileText, (said) => {
        expectSendable(helpView([...topics.values()], `I do not know “${said}”.`));
      }),
    );
  });
});

describe('the status', () => {
  test('of nothing', () => {
    expectSendable(statusView([]));
  });

  test('of two hundred: what is left out is counted', () => {
    const view = statusView(Array.from({ length: 200 }, (_, index) => incident({ id: `INC-${index + 1}` })));
    expectSendable(view);
    expect(view.text).toBe('200 open');
    expect(reads(view)).toContain('*INC-1*');
    expect(reads(view)).toMatch(/and \d+ more/);
  });

  test('whatever the incidents say, Slack takes it', () => {
    fc.assert(
      fc.property(fc.array(hostileIncident, { maxLength: 4 }), (all) => expectSendable(statusView(all))),
      { numRuns: 40 },
    );
  });
});

describe('what one person is told alone', () => {
  test('who may, when it was a matter of permission', () => {
    const who = [user('U1'), group('S1'), channel('C1'), user('U1')];
    const view = refusalView({ done: false, why: 'Somebody else decides.', who, by: 'U2' });
    expectSendable(view);
    expect(reads(view)).toContain('<@U2>');
    expect(reads(view).match(/<@U1>/g)).toHaveLength(1);
  });

  test('that nobody may, and where to change it', () => {
    const view = refusalView({ done: false, why: 'Somebody else decides.', who: [] });
    expectSendable(view);
    expect(reads(view)).toContain('approvals.approvers');
  });

  test('whatever it says, Slack takes it', () => {
    const everybody = Array.from({ length: 500 }, (_, index) => user(`U${index}`));
    fc.assert(
      fc.property(hostileText, (why) => {
        expectSendable(sayView(`No: ${why}`));
        expectSendable(refusalView({ done: false, why: `No: ${why}`, by: `cli:${why}`, who: everybody }));
      }),
    );
  });
});

describe('the dialog that asks for the reason of a denial', () => {
  test('remembers the button’s value and nothing else', () => {
    expect(denyModal('Renew the certificate', 'INC-1:renew:2').private_metadata).toBe('INC-1:renew:2');
  });

  test('whatever the fix is called, Slack takes it', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constant('x'.repeat(HUGE))), (title) => {
        const view = denyModal(title, 'INC-1:renew:2');
        expect(validateView(view)).toEqual([]);
        expectHarmless(view);
      }),
    );
  });
});
