/** What the thread says of each event: something for each that a person should know of, and never more than Slack takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/engine/ports.ts';
import type {
  Effect,
  GlassNews,
  Happening,
  IncidentEvent,
  LadderNews,
  ProcedureNews,
} from '../../../src/incident/event.ts';
import { section } from '../../../src/slack/views/blocks.ts';
import { timelineEntry } from '../../../src/slack/views/timeline.ts';
import { alertsSeen } from '../sample-alerts.ts';
import { at, finding, incident, preview } from '../sample-incident.ts';
import { lifeEvents } from '../sample-life.ts';
import { emergency, plan, saw, TELL } from '../sample-procedure.ts';
import { HUGE, hostileText } from './hostile.ts';
import { expectSendable } from './judge.ts';

type Type = Happening['type'];

const ref = { fix: 'renew', round: 2 };
const step = { step: 'tell', round: 1 };
const page = { level: 1, attempt: 1, responder: 'user/U1' };

/** One of each, with `text` wherever it takes text. */
const events = (text: string): { readonly [Name in Type]: Extract<IncidentEvent, { type: Name }> } => ({
  opened: { type: 'opened', severity: 'critical', findings: [finding('expiry', 'problem')] },
  alerted: { type: 'alerted', alerts: alertsSeen(text), joined: [text] },
  'alert-resolved': { type: 'alert-resolved', alerts: alertsSeen(text, 0) },
  diagnosed: { type: 'diagnosed', severity: 'critical', findings: [finding('expiry', 'problem')], fixes: [] },
  'fix-requested': { type: 'fix-requested', fix: 'renew' },
  previewed: { type: 'previewed', ...ref, preview: { ...preview('x'), summary: text } },
  'preview-failed': { type: 'preview-failed', ...ref, reason: text },
  approved: { type: 'approved', ...ref, breakGlass: text },
  reviewed: { type: 'reviewed', ...ref, remark: text },
  denied: { type: 'denied', ...ref, reason: text },
  drifted: { type: 'drifted', ...ref, preview: { ...preview('x'), summary: text } },
  'held-up': { type: 'held-up', ...ref, by: { incident: text, fix: text } },
  started: { type: 'started', ...ref, owner: text },
  'undo-captured': { type: 'undo-captured', ...ref, data: { text } },
  acted: { type: 'acted', ...ref, outcome: text },
  failed: { type: 'failed', ...ref, reason: text },
  lost: { type: 'lost', ...ref },
  verified: { type: 'verified', ...ref, passed: true, findings: [] },
  'undo-requested': { type: 'undo-requested', ...ref },
  'procedure-started': { type: 'procedure-started', plan: { ...plan(TELL), title: text }, fixes: [] },
  'procedure-stopped': { type: 'procedure-stopped', round: 1, reason: text },
  'step-looked': { type: 'step-looked', ...step, findings: [saw(text, 'problem')] },
  'step-taken': { type: 'step-taken', ...step },
  'step-done': { type: 'step-done', ...step },
  'step-failed': { type: 'step-failed', ...step, reason: text },
  'step-retried': { type: 'step-retried', ...step },
  'step-skipped': { type: 'step-skipped', ...step, reason: text },
  acknowledged: { type: 'acknowledged', via: text },
  unacknowledged: { type: 'unacknowledged' },
  escalated: { type: 'escalated', via: text },
  resolved: { type: 'resolved', via: text },
  heard: { type: 'heard', deed: 'resolve', why: text },
  'silences-seen': { type: 'silences-seen', periods: [] },
  'timer-due': { type: 'timer-due', timer: 'ladder', due: 0 },
  'page-sent': { type: 'page-sent', page, by: text },
  'page-failed': { type: 'page-failed', page: { ...page, responder: `pager/${text}` }, reason: text },
  'page-dropped': { type: 'page-dropped', page: { ...page, responder: `pager/${text}` } },
  'caught-up': {
    type: 'caught-up',
    since: 1,
    paged: 2,
    untaken: [{ what: 'acknowledged', why: text, by: 'U1' }],
  },
  'quiet-failed': { type: 'quiet-failed', page, pager: text, reason: text },
  ...lifeEvents(text),
});

const entry = (event: IncidentEvent, effects: readonly Effect[] = [], actor = 'UAPPROVER'): LogEntry => ({
  seq: 1,
  happening: at(event, undefined, actor),
  effects,
});
const climbed = (why: string): LadderNews => ({
  news: 'climbed',
  level: 2,
  attempt: 1,
  why,
  passedOver: [1],
});
const place = { title: 'Tell people', number: 2, of: 5 };
/** One of each, with `text` wherever it takes text. */
const steps = (text: string): readonly ProcedureNews[] => [
  { news: 'step-begun', ...place, title: text },
  ...(['done', 'failed', 'skipped'] as const).map(
    (state): ProcedureNews => ({
      news: 'step-ended',
      ...place,
      title: text,
      state,
      by: `cli:${text}`,
      tookMs: 754_000,
      note: text,
      findings: (['problem', 'healthy', 'inconclusive', 'skipped'] as const).map((status) => ({
        ...saw(text, status),
        summary: text,
      })),
    }),
  ),
  { news: 'procedure-ended', title: text, how: 'finished', tookMs: 1 },
  { news: 'procedure-ended', title: text, how: 'stopped', tookMs: 1, why: text },
];
const glass = (text: string): readonly GlassNews[] =>
  (['glass-broken', 'review-owed'] as const).map((news) => ({ news, title: text, by: 'U1', reason: text }));
const tell = (text: LadderNews | ProcedureNews | GlassNews): Effect => ({ do: 'tell', text });
/** Their news, where there are any, say what came of them. */
const SILENT: readonly Type[] = [
  ...(['timer-due', 'silences-seen'] as const),
  ...(['step-looked', 'step-done', 'step-failed', 'step-skipped'] as const),
];

describe.each(Object.values(events('in words')))('$type', (event) => {
  test(`is ${SILENT.includes(event.type) ? 'not ' : ''}told`, () => {
    const told = timelineEntry(incident(), entry(event));
    if (SILENT.includes(event.type)) {
      expect(told).toBeUndefined();
      return;
    }
    const text = told?.text ?? '';
    expectSendable({ text, blocks: [section(text)] });
    expect(told?.broadcast).toBe(false);
  });
});

describe('what the ladder did', () => {
  test('is told beside what led to it, with the levels that have nobody', () => {
    const told = timelineEntry(
      incident(),
      entry({ type: 'timer-due', timer: 'ladder', due: 0 }, [tell(climbed('Nobody answered.'))]),
    );
    expect(told?.text).toMatch(/Nobody answered\. Paging \*level 2/);
    expect(told?.text).toContain('Nobody is configured for level 1');
  });

  test('is shown in the channel too when nobody is left', () => {
    const news: LadderNews = { news: 'exhausted', why: 'Nobody answered.', passedOver: [] };
    expect(
      timelineEntry(incident(), entry({ type: 'timer-due', timer: 'ladder', due: 0 }, [tell(news)])),
    ).toMatchObject({ broadcast: true });
  });

  test('is not cut away by a long reason', () => {
    const event = events('x'.repeat(HUGE)).failed;
    const told = timelineEntry(incident(), entry(event, [tell(climbed('The fix failed.'))]));
    expect(told?.text).toContain('Paging *level 2');
  });
});

describe('what a procedure came to', () => {
  const said = (news: ProcedureNews) =>
    timelineEntry(incident(), entry({ type: 'step-done', ...step }, [tell(news)]))?.text ?? '';

  test('is told of each step, with who, how long, why, and what was seen', () => {
    const ended = steps('in words')[2];
    if (!ended) throw new Error('no news');
    expect(said(ended)).toMatch(
      /✖️ Step 2 of 5, \*in words\*: failed after 13 min, in words \(terminal\): in words/,
    );
    expect(
      said(ended)
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['✖️', '🔴', '⚪', '✅', '▫️']);
  });

  test('is told to everybody when an emergency is declared in an older incident', () => {
    const declared: IncidentEvent = { type: 'procedure-started', plan: emergency(TELL), fixes: [] };
    expect(timelineEntry(incident(), { ...entry(declared), seq: 7 })).toMatchObject({ broadcast: true });
    expect(timelineEntry(incident(), entry(declared))).toMatchObject({ broadcast: false });
  });

  test('does not hide whom the ladder pages', () => {
    const all = steps('x'.repeat(HUGE)).map(tell);
    for (const effect of all) {
      const told = timelineEntry(
        incident(),
        entry({ type: 'step-done', ...step }, [effect, tell(climbed('The step failed.'))]),
      );
      expect(told?.text).toContain('Paging *level 2');
    }
  });
});

test.each<[string, IncidentEvent, string]>([
  [
    'who may not',
    { type: 'refused', what: 'approve “renew”' },
    '🙅 <@UAPPROVER> tried to approve “renew”, and may not.',
  ],
  [
    'who came too late',
    { type: 'refused', what: 'acknowledge it', why: 'It has been acknowledged already.' },
    '🤷 <@UAPPROVER> tried to acknowledge it. It changed nothing: It has been acknowledged already.',
  ],
])('a click of %s is told', (_, event, text) => {
  expect(timelineEntry(incident(), entry(event))?.text).toBe(text);
});

const seen = [finding('dns', 'healthy'), finding('expiry', 'problem'), finding('chain', 'inconclusive')];

test.each<[string, IncidentEvent]>([
  ['that opened it', { type: 'opened', severity: 'critical', findings: seen }],
  ['that was asked for', { type: 'diagnosed', severity: 'critical', findings: seen, fixes: [] }],
  ['after a fix that did not help', { type: 'verified', ...ref, passed: false, findings: seen }],
  ['after a fix that helped', { type: 'verified', ...ref, passed: true, findings: seen }],
  [
    'of what was merged into it',
    { type: 'seen-elsewhere', of: 'production/ssl', severity: 'critical', findings: seen },
  ],
])(
  'a look %s is told whole: the problems, what could not be seen, and in one line what is well',
  (_, event) => {
    const [, ...lines] = timelineEntry(incident(), entry(event))?.text.split('\n') ?? [];
    expect(lines).toEqual([
      expect.stringMatching(/^🔴 \*expiry\*: /),
      expect.stringMatching(/^⚪ \*chain\*: /),
      '✅ 1 check healthy: dns',
    ]);
  },
);

test('however much is wrong, what is well is told, and that there is more', () => {
  const many = Array.from({ length: 40 }, (_, index) => ({
    ...finding(`check-${index}`, 'problem'),
    summary: 'x'.repeat(200),
  }));
  const event: IncidentEvent = {
    type: 'diagnosed',
    severity: 'critical',
    findings: [...many, finding('dns', 'healthy')],
    fixes: [],
  };
  const text = timelineEntry(incident(), entry(event))?.text ?? '';
  expect(text).toMatch(/_… and \d+ more_\n✅ 1 check healthy: dns$/);
  expectSendable({ text, blocks: [section(text)] });
});

test('whatever its texts say, Slack takes it, and none of them becomes markup', () => {
  fc.assert(
    fc.property(hostileText, hostileText, (text, title) => {
      const hostile = incident({ fixes: [{ id: 'renew', title, risk: 'low', suggested: true }] });
      for (const event of Object.values(events(text))) {
        const told = timelineEntry(hostile, entry(event, [tell(climbed(`So: ${text}`))], `cli:${title}`));
        if (told) expectSendable({ text: told.text, blocks: [section(told.text)] });
      }
      for (const news of [...steps(text), ...glass(text)]) {
        const told = timelineEntry(hostile, entry({ type: 'step-done', ...step }, [tell(news)]));
        if (told) expectSendable({ text: told.text, blocks: [section(told.text)] });
      }
    }),
  );
}, 60_000);

test('a schedule’s page names the person whom it reached', () => {
  const sent = entry({
    type: 'page-sent',
    page: { ...page, responder: 'schedule/primary' },
    by: 'Slack direct message',
    reached: 'U7',
  });
  expect(timelineEntry(incident(), sent)?.text).toBe(
    '📟 Paged <@U7>, who is on call in “primary” (Slack direct message).',
  );
});
