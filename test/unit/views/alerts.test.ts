/** Alerts as people read them: which, since when, what they say and where to read more; and never more than Slack takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../src/engine/ports.ts';
import type { IncidentAlerts } from '../../../src/incident/alert.ts';
import { withAlerts } from '../../../src/incident/alerted.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { pageView } from '../../../src/slack/views/page.ts';
import { timelineEntry } from '../../../src/slack/views/timeline.ts';
import { named, seen } from '../sample-alerts.ts';
import { at, finding, incident } from '../sample-incident.ts';
import { HUGE, hostileText } from './hostile.ts';
import { expectSendable, strings } from './judge.ts';

const reads = (view: unknown) => strings(view).join('\n');
const having = (alerts: IncidentAlerts, of: Partial<Incident> = {}): Incident =>
  withAlerts(incident({ findings: [finding('expiry', 'healthy')], ...of, alerts }));

describe('the card', () => {
  test('names the one that fires, since when, what it says, its labels, and where to read more', () => {
    const card = incidentCard(
      having(seen(named('HighErrorRate', 1, { summary: 'High error rate detected' }))),
    );
    expectSendable(card);
    const says = reads(card);
    expect(says).toContain('*1 alert fires*');
    expect(says).toMatch(
      /🔴 \*HighErrorRate\* since <!date[^>]+>: High error rate detected · <https:[^>]+\|source>/,
    );
    expect(says).toContain('instance: backend-1');
    expect(says).toContain('1 check healthy: expiry');
    expect(says).not.toContain('alert/');
  });

  test('counts a storm, the most frequent first', () => {
    const storm = { ...seen(named('HighErrorRate', 120), named('Slow', 90), named('Disk', 4)), total: 250 };
    const card = incidentCard(having(storm));
    expectSendable(card);
    expect(reads(card)).toContain('*214 alerts fire* (36 fire no more): HighErrorRate 120, Slow 90, Disk 4');
    expect(reads(card)).toContain('*HighErrorRate* ×120 since');
  });

  test('says how many names it leaves out', () => {
    const many = Array.from({ length: 12 }, (_, index) => named(`Alert${index}`, 2));
    const card = incidentCard(having({ ...seen(...many), moreNames: 30 }));
    expectSendable(card);
    expect(reads(card)).toContain('Alert4 2, … (42 names)');
  });

  test('says that Paksa is looking, until it has', () => {
    const opening = { ...seen(named('A')), looking: 'now' } as const;
    expect(reads(incidentCard(having(opening, { findings: [], undiagnosed: true })))).toContain(
      'Looking why',
    );
    expect(reads(incidentCard(having(opening)))).not.toContain('Looking why');
  });

  test.each(['open', 'resolved'] as const)('of an %s incident says that none fires any more', (status) => {
    const says = reads(
      incidentCard(having(seen(named('HighErrorRate', 0)), { status, answeredBy: 'alertmanager' })),
    );
    expect(says).toContain('*No alert fires any more*, of 1 alert: *HighErrorRate*');
    if (status === 'resolved') expect(says).toContain('*Resolved* by Alertmanager');
  });

  test.each(['http://x.example/', 'https://x.example/|y', 'https://x.example/> <!channel>'])(
    'does not link to %s',
    (link) => {
      const card = incidentCard(having(seen(named('A', 1, { link }))));
      expectSendable(card);
      expect(reads(card)).not.toContain('x.example');
    },
  );

  test.each(['x', '<', '🔥'])('of everything at once, all of it %s, is one that Slack takes', (letter) => {
    const text = letter.repeat(HUGE);
    const names = Array.from({ length: 12 }, () =>
      named(text, 3, { summary: text, evidence: { [text]: text } }),
    );
    expectSendable(incidentCard(having({ ...seen(...names), moreNames: 7 })));
    expectSendable(incidentCard(having(seen(named(text, 1, { summary: text, evidence: { [text]: text } })))));
  });
});

test('a page says what fires', () => {
  const page = { level: 1, attempt: 1, responder: 'user/U1' };
  const view = pageView(having(seen(named('HighErrorRate', 7))), page, undefined);
  expectSendable(view);
  expect(reads(view)).toContain('*Alert HighErrorRate*: HighErrorRate says so (7 fire)');
});

describe('the thread', () => {
  const told = (
    event: Parameters<typeof at>[0],
    effects: Parameters<typeof timelineEntry>[1]['effects'] = [],
  ) =>
    timelineEntry(having(seen(named('A'))), {
      seq: 2,
      happening: at(event, undefined, 'alertmanager'),
      effects,
    })?.text;

  test('names those that began to fire, and is silent while their number changes', () => {
    const alerts = seen(named('A', 3), named('B'));
    expect(told({ type: 'alerted', alerts, joined: ['B'] })).toBe('🔔 Alertmanager: *B* fires too.');
    expect(told({ type: 'alerted', alerts, joined: [] })).toBeUndefined();
  });

  test('tells what a look made of them', () => {
    const looked = {
      type: 'diagnosed',
      severity: 'critical',
      findings: [finding('expiry', 'healthy')],
      fixes: [],
    } as const;
    expect(told(looked, [{ do: 'tell', text: { news: 'alerts-unseen', by: 'alertmanager' } }])).toBe(
      '🔎 Looked: the checks see no problem.\n✅ 1 check healthy: expiry\n🤷 The checks found no problem, but the alert fires: it stays open.',
    );
  });
});

describe('the message about what no route knows', () => {
  const notice: Notice = {
    alerts: [
      { name: 'DiskWillFill', why: 'no route matches it', count: 12 },
      { name: 'Odd', why: 'there is no topic “x”', count: 1 },
    ],
    more: 0,
  };

  test('says what came, why it leads nowhere, and what to do', () => {
    const view = noticeView(notice);
    expectSendable(view);
    expect(reads(view)).toMatch(
      /No route for 13 alerts[\s\S]*DiskWillFill\* ×12: no route matches it[\s\S]*alerts\.routes/,
    );
  });

  test('is one that Slack takes, whatever its alerts are called', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileText, hostileText), { minLength: 1, maxLength: 30 }), (named) => {
        const alerts = named.map(([name, why]) => ({ name, why, count: 2 }));
        expectSendable(noticeView({ alerts, more: 4 }));
      }),
      { numRuns: 40 },
    );
  });
});
