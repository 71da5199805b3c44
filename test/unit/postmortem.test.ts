/** A postmortem's draft: the facts of a night, and nothing that is said in it becomes Markdown. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Happening, IncidentEvent } from '../../src/incident/event.ts';
import { lasted, md } from '../../src/incident/markdown.ts';
import type { PageTry } from '../../src/incident/page-try.ts';
import { postmortem } from '../../src/incident/postmortem.ts';
import { markdownOf } from '../../src/slack/views/markdown.ts';
import { toldWhole } from '../../src/slack/views/timeline.ts';
import { at, finding, follow, incident, MINUTE, OPENED, preview } from './sample-incident.ts';
import { hostileText } from './views/hostile.ts';

const page = { level: 1, attempt: 1, responder: 'user/U1' };
const ref = { fix: 'renew', round: 1 };

const night = (text: string): readonly Happening[] => {
  const wrong = { ...finding('expiry', 'problem'), title: text, summary: text, evidence: { key: text } };
  const events: readonly (readonly [IncidentEvent, string])[] = [
    [{ type: 'escalated' }, 'UREQUESTER'],
    [{ type: 'page-sent', page, by: text }, 'paksa'],
    [{ type: 'diagnosed', severity: 'critical', findings: [wrong], fixes: incident().fixes }, 'paksa'],
    [{ type: 'acknowledged' }, 'U1'],
    [{ type: 'noted', text }, 'U1'],
    [{ type: 'fix-requested', fix: 'renew' }, 'U1'],
    [{ type: 'previewed', ...ref, preview: { ...preview(text), summary: text } }, 'paksa'],
    [{ type: 'approved', ...ref }, 'UAPPROVER'],
    [{ type: 'started', ...ref, owner: text }, 'paksa'],
    [{ type: 'acted', ...ref, outcome: text }, 'paksa'],
    [{ type: 'verified', ...ref, passed: true, findings: [finding('expiry', 'healthy')] }, 'paksa'],
  ];
  return events.map(([event, who], index) => at(event, OPENED + (index + 1) * MINUTE, who));
};

const NAMES: Readonly<Record<string, string>> = { U1: 'Dana Devi', UREQUESTER: 'Ana', UAPPROVER: 'Bilal' };
const person = (id: string) => NAMES[id] ?? id;

function drawn(text: string, log = night(text), tries: readonly PageTry[] = []): string {
  const { next } = follow(incident(), ...log);
  return postmortem(
    next,
    log,
    {
      tell: (index) => {
        const happening = log[index];
        return markdownOf(happening ? toldWhole(next, { seq: index, happening, effects: [] }) : '', person);
      },
      person,
      responder: (who) => person(who.replace('user/', '')),
    },
    tries,
  );
}

test('the facts are filled in', () => {
  const text = drawn('Port 8443');
  expect(text).toMatch(/^# Postmortem: INC-1 SSL certificate issues\n/);
  for (const line of [
    '| Severity | critical |',
    '| Opened | 2023-11-14 22:13:20 by Ana |',
    '| Acknowledged | 2023-11-14 22:17:20 by Dana Devi, after 4 min |',
    '| Resolved | 2023-11-14 22:24:20 by paksa, after 11 min |',
    '| Duration | 11 min |',
    '- **2023-11-14 22:18:20** 📝 Dana Devi: Port 8443',
    '- **Port 8443** (critical, first seen 2023-11-14 22:16:20): Port 8443. key: Port 8443',
    '- Approved by Bilal at 2023-11-14 22:21:20',
    '- Ended: verified',
    '| 2023-11-14 22:15:20 | 1, a level | Dana Devi | Port 8443 | 2 min later by Dana Devi |',
    '- **renew**, begun 2023-11-14 22:22:20, verified',
    '  - Serial: Port 8443 → a new one',
    '## Causes',
    '## Actions',
  ])
    expect(text.split('\n')).toContain(line);
});

test('of one that has only begun it says what is not so yet', () => {
  const text = drawn('x', []);
  for (const line of [
    '| Acknowledged | nobody has |',
    '| Resolved | not yet |',
    'Nobody was paged.',
    'No fix was asked for.',
  ])
    expect(text.split('\n')).toContain(line);
});

test('every finding of every look is in the timeline, however many they are', () => {
  const named = (index: number) => `check ${index} ${'x'.repeat(100)}`;
  const findings = Array.from({ length: 60 }, (_, index) =>
    finding(named(index), (['problem', 'inconclusive', 'healthy'] as const)[index % 3] ?? 'healthy'),
  );
  const text = drawn('x', [
    at({ type: 'diagnosed', severity: 'critical', findings, fixes: [] }, OPENED + MINUTE, 'paksa'),
  ]);
  const [, rest = ''] = text.split('## Timeline');
  const [timeline = ''] = rest.split('## ');
  for (const { title } of findings) expect(timeline).toContain(title);
});

test('each try of a page is in the timeline, in its place; the same again is told once', () => {
  const tried = (seconds: number, pager: string, outcome?: PageTry['outcome']): PageTry => ({
    page,
    pager,
    at: OPENED + seconds * 1000,
    ...(outcome === undefined ? {} : { outcome }),
  });
  const away = { taken: false, said: 'it hung up' };
  const lines = drawn('Port 8443', night('Port 8443'), [
    tried(90, 'duty', away),
    tried(92, 'duty', away),
    tried(93, 'mail'),
    tried(94, 'duty', away),
    tried(95, 'duty', { taken: true, said: 'PagerDuty' }),
    tried(300, 'duty', away),
  ]).split('\n');
  const told = [
    '- **2023-11-14 22:14:50** “duty” was asked to page Dana Devi (level 1), 3 times until 2023-11-14 22:14:54: not taken (it hung up)',
    '- **2023-11-14 22:14:53** “mail” was asked to page Dana Devi (level 1): what came of it is not known',
    '- **2023-11-14 22:14:55** “duty” was asked to page Dana Devi (level 1): taken (PagerDuty)',
    '- **2023-11-14 22:18:20** “duty” was asked to page Dana Devi (level 1): not taken (it hung up)',
  ];
  expect(lines.filter((line) => line.includes('was asked to page'))).toEqual(told);
  const moments = lines.flatMap((line) => /^- \*\*(\d{4}-.{14})\*\*/.exec(line)?.[1] ?? []);
  expect(moments).toEqual(moments.toSorted());
});

test('what was undone has changed nothing', () => {
  const undo: readonly IncidentEvent[] = [
    { type: 'undo-requested', ...ref },
    { type: 'started', ...ref, owner: 'replica' },
    { type: 'acted', ...ref, outcome: 'put back' },
    { type: 'verified', ...ref, passed: true, findings: [] },
  ];
  const log = [
    ...night('x').slice(0, 9),
    at({ type: 'undo-captured', ...ref, data: 'copy' }, OPENED + 9.5 * MINUTE, 'paksa'),
    at({ type: 'acted', ...ref, outcome: 'done' }, OPENED + 10 * MINUTE, 'paksa'),
    at(
      { type: 'verified', ...ref, passed: true, findings: [], boundAfter: 'new' },
      OPENED + 11 * MINUTE,
      'paksa',
    ),
    ...undo.map((event, index) => at(event, OPENED + (20 + index) * MINUTE, 'UAPPROVER')),
  ];
  const text = drawn('x', log);
  expect(text).toContain('- Ended: undone');
  expect(text).toContain('Paksa changed nothing, or all of it was undone.');
});

test('whatever is said, no line of it is a heading, a table, HTML or a link', () => {
  const lines = (text: string) => text.split('\n');
  // What has lines of its own, such as a note, is told in as many, under the first.
  const shape = (text: string) =>
    lines(text)
      .filter((line) => !line.startsWith('  - '))
      .map((line) => /^(#+ |\| |- |_|$)/.exec(line)?.[0] ?? '');
  const usual = shape(drawn('in words'));
  fc.assert(
    fc.property(hostileText, (said) => {
      const text = drawn(said.trim() === '' ? 'x' : `x${said}`);
      expect(shape(text)).toEqual(usual);
      expect(text).not.toMatch(/[<>]/);
      expect(text).not.toMatch(/[^\\]\]\(/);
    }),
  );
});

test.each([
  ['*bold* | _and_ `code`', '\\*bold\\* \\| \\_and\\_ \\`code\\`'],
  ['# not a heading', '\\# not a heading'],
  ['1. no list', '\\1. no list'],
  ['<b>& [x](http://y)', '&lt;b&gt;&amp; \\[x\\](http://y)'],
  ['two\nlines', 'two lines'],
])('%j is text', (said, text) => {
  expect(md(said)).toBe(text);
});

test.each([
  ['<@U1> and *all of it*.', 'Dana Devi and **all of it**.'],
  ['until <!date^1^{time}|2023-11-14 22:13 UTC>', 'until 2023-11-14 22:13 UTC'],
  ['<https://x.test/a|INC-2> &lt;b&gt; 2*3*4', '[INC-2](https://x.test/a) &lt;b&gt; 2\\*3\\*4'],
])('%j, as the thread has it', (said, text) => {
  expect(markdownOf(said, person)).toEqual([text]);
});

test.each([
  [0, '0 s'],
  [12_000, '12 s'],
  [185_000, '3 min 5 s'],
  [3_900_000, '1 h 5 min'],
  [183_600_000, '2 d 3 h'],
])('%d ms', (ms, words) => {
  expect(lasted(ms)).toBe(words);
});
