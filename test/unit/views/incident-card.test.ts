/** The incident's card: at every stage of a fix, with more of everything than Slack takes, and with text that means harm. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../../src/redact.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { attempt, finding, incident, policy, proposed, trying, user } from '../sample-incident.ts';
import { ALL_STAGES, HUGE, hostileIncident } from './hostile.ts';
import { actionIds, buttonsIn, expectSendable, reads } from './judge.ts';

describe.each(ALL_STAGES)('a fix that is %s', (stage) => {
  const card = incidentCard(trying(stage));

  test('Slack takes it, and nothing in it is a secret', () => {
    expectSendable(card);
    const json = JSON.stringify(card);
    expect(redact(json)).toBe(json);
    expect(json).not.toMatch(/password|passwd|secret|token|private key|xox[a-z]-|bearer/i);
  });

  test('its buttons carry the incident, the fix and the version, and nothing else', () => {
    for (const { actionId, value } of buttonsIn(card)) {
      const [verb, fix = ''] = actionId.split(':');
      expect(['fix', 'approve', 'deny', 'undo', 'acknowledge', 'escalate', 'resolve']).toContain(verb);
      const version = fix === 'renew' ? 2 : 0;
      expect(value).toBe(`INC-1:${fix}:${version}`);
    }
  });
});

describe('what can be pressed', () => {
  test.each([
    ['previewing', []],
    ['awaiting-approval', ['approve:renew', 'deny:renew']],
    ['running', []],
    ['succeeded', ['undo:renew', 'fix:renew']],
    ['failed', ['undo:renew', 'fix:renew']],
    ['undone', ['fix:renew']],
    ['denied', ['fix:renew']],
    ['expired', ['fix:renew']],
  ] as const)('of a fix that is %s: %s', (stage, pressable) => {
    expect(actionIds(incidentCard(trying(stage))).filter((id) => id.endsWith(':renew'))).toEqual(pressable);
  });

  test('nothing that is unavailable, and the reason is there to read', () => {
    const card = incidentCard(
      incident({ fixes: [proposed('renew', { unavailable: 'no cluster configured' })] }),
    );
    expect(actionIds(card)).not.toContain('fix:renew');
    expect(reads(card)).toContain('no cluster configured');
  });

  test('of a resolved incident: its postmortem, and to open it again', () => {
    const card = incidentCard(incident({ status: 'resolved', answeredBy: 'UAPPROVER' }));
    expect(buttonsIn(card).map(({ actionId }) => actionId)).toEqual(['postmortem', 'reopen']);
  });

  test('undo only of what can be undone', () => {
    const fixes = [proposed('renew', { irreversible: 'a restart cannot be taken back' })];
    const card = incidentCard(trying('succeeded', { fixes }));
    expect(actionIds(card)).not.toContain('undo:renew');
    expect(reads(card)).toContain('a restart cannot be taken back');
  });
});

describe('more than fits', () => {
  const many = <Item>(count: number, make: (index: number) => Item) =>
    Array.from({ length: count }, (_, index) => make(index));

  test('of findings: the critical ones come first, and what is left out is counted', () => {
    const findings = [
      ...many(60, (index) => ({ ...finding(`minor-${index}`, 'problem'), severity: 'warning' as const })),
      { ...finding('major', 'problem'), summary: 'the certificate has expired' },
    ];
    const card = incidentCard(incident({ findings }));
    expectSendable(card);
    expect(reads(card)).toContain('the certificate has expired');
    expect(reads(card)).toMatch(/\b5\d more/);
  });

  test('of long findings: each is cut, none is lost without a word', () => {
    const findings = many(30, (index) => ({
      ...finding(`check-${index}`, 'inconclusive'),
      summary: 'x'.repeat(HUGE),
    }));
    const card = incidentCard(incident({ findings }));
    expectSendable(card);
    expect(reads(card)).toMatch(/and \d+ more/);
  });

  test('of changes in a preview: what is left out is counted', () => {
    const changes = many(14, (index) => ({ what: `Change ${index}`, before: 'a', after: 'b' }));
    const made = attempt('awaiting-approval');
    const card = incidentCard(
      incident({
        attempts: { renew: { ...made, preview: { summary: 's', changes, notes: [], boundTo: 'x' } } },
      }),
    );
    expectSendable(card);
    expect(reads(card)).toContain('Change 8');
    expect(reads(card)).toMatch(/and \d more/);
  });

  test.each(ALL_STAGES)('of fixes that are %s: those that need somebody can still be pressed', (stage) => {
    const fixes = many(20, (index) => proposed(`fix-${index}`, { title: `Fix number ${index}` }));
    const attempts = Object.fromEntries(fixes.map(({ id }) => [id, attempt(stage, { fix: id })]));
    const card = incidentCard(incident({ fixes, attempts }));
    expectSendable(card);
    expect(actionIds(card)).toEqual(expect.arrayContaining(['acknowledge', 'escalate', 'resolve']));
    if (stage === 'awaiting-approval') expect(actionIds(card)).toContain('approve:fix-0');
    if (stage === 'succeeded') expect(actionIds(card)).toContain('undo:fix-0');
  });

  test('of fixes to ask for: the suggested ones come first', () => {
    const fixes = [...many(40, (index) => proposed(`fix-${index}`, { suggested: false })), proposed('renew')];
    const card = incidentCard(incident({ fixes }));
    expectSendable(card);
    expect(actionIds(card)[0]).toBe('fix:renew');
  });

  test.each(['x', '<', '🔥'])('of everything at once, all of it %s', (letter) => {
    const text = letter.repeat(HUGE);
    const changes = many(20, () => ({ what: text, before: text, after: `${text}!` }));
    const drawn = { summary: text, changes, notes: [text, text], boundTo: 'x' };
    const fixes = many(30, (index) => proposed(`fix-${index}`, { title: text, irreversible: text }));
    const waiting = fixes.slice(0, 15).map(({ id }) => {
      const made = attempt('awaiting-approval', { fix: id, preview: drawn, requestedBy: `cli:${text}` });
      return [id, made] as const;
    });
    const findings = (['problem', 'inconclusive', 'healthy'] as const).flatMap((status) =>
      many(20, () => ({ ...finding('c', status), title: text, summary: text, evidence: { [text]: text } })),
    );
    const card = incidentCard(
      incident({
        title: text,
        environment: text,
        openedBy: `cli:${text}`,
        findings,
        fixes: [...fixes, proposed('none', { unavailable: text })],
        attempts: Object.fromEntries(waiting),
      }),
    );
    expectSendable(card);
    expect(actionIds(card)).toEqual(expect.arrayContaining(['approve:fix-0', 'fix:fix-15', 'acknowledge']));
  });

  test('of people to page', () => {
    const levels = [
      { name: 'everybody', delayMs: 1, repeats: 1, responders: many(400, (index) => user(`U${index}`)) },
    ];
    const { ladder } = incident();
    const card = incidentCard(
      incident({ ladder: { ...ladder, state: 'climbing', level: 1 }, policy: policy({ levels }) }),
    );
    expectSendable(card);
    expect(reads(card)).toContain('the ladder goes on at');
  });
});

test('whatever its texts say, Slack takes it, and none of them becomes markup', () => {
  fc.assert(
    fc.property(hostileIncident, (hostile) => {
      const offers = Array.from({ length: 5 }, (_, index) => ({
        id: `procedure-${index}`,
        title: hostile.title,
        emergency: index === 0,
        steps: 12,
      }));
      const card = incidentCard(hostile, offers);
      expectSendable(card);
      for (const { value } of buttonsIn(card))
        expect(value).toMatch(/^INC-1:((fix|step|procedure)-\d+|walk-through)?:\d+$/);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('the guide’s advice is on it, with its link, until it is resolved', () => {
  const advice = [{ text: 'Cache <what> is slow.', link: 'https://docs.paksa.test/cache' }];
  const card = incidentCard(incident(), [], advice);
  expectSendable(card);
  expect(reads(card)).toContain('💡 Cache &lt;what&gt; is slow. <https://docs.paksa.test/cache|Read more>');
  expect(reads(incidentCard(incident({ status: 'resolved' }), [], advice))).not.toContain('Cache');
});
