/** The audit log in words: what is asked of it, what a line says, and that nothing anybody decides is left out of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anchorOf, auditSearch } from '../../src/engine/audit.ts';
import { type AuditEntry, auditLine } from '../../src/incident/audit-entry.ts';
import type { IncidentEvent } from '../../src/incident/event.ts';
import { parse } from '../../src/slack/parse.ts';

const HASH = 'a'.repeat(64);

test.each([
  ['', { words: [] }],
  ['INC-12', { incident: 'INC-12', words: [] }],
  ['inc-12 renew denied', { incident: 'INC-12', words: ['renew', 'denied'] }],
  ['<@U0DANA0003> approved', { actor: 'U0DANA0003', words: ['approved'] }],
  ['<@U0DANA0003|dana> “renew”', { actor: 'U0DANA0003', words: ['renew'] }],
  ['U0DANA0003', { actor: 'U0DANA0003', words: [] }],
  ['cli:root', { actor: 'cli:root', words: [] }],
  ['inc-1 inc-2', { incident: 'INC-1', words: ['inc-2'] }],
])('/paksa audit %s', (typed, search) => {
  expect(parse(`audit ${typed}`, new Map())).toEqual({ command: 'audit', search });
});

test('a word that is nobody and no incident is looked for', () => {
  expect(auditSearch(['Upgrade', 'inc-x'])).toMatchObject({
    incident: undefined,
    words: ['Upgrade', 'inc-x'],
  });
});

test('what an earlier check has printed is read', () => {
  expect(anchorOf(`12:${HASH}`)).toEqual({ seq: 12, hash: HASH });
  for (const wrong of ['', '12', `0:${HASH}`, `12:${HASH}a`, `-1:${HASH}`, '12:xyz'])
    expect(() => anchorOf(wrong)).toThrow('a number, a colon and a hash');
});

describe('a line', () => {
  const entry = (type: string, detail: AuditEntry['detail']): AuditEntry => ({
    ...{ seq: 1, at: 0, actor: 'U1', type, detail },
  });

  test.each<[string, AuditEntry['detail'], string]>([
    ['approved', { fix: 'renew', round: 1 }, 'approved, renew'],
    ['denied', { fix: 'renew', round: 2, reason: 'not\nnow' }, 'denied, renew, round 2, not now'],
    [
      'previewed',
      { fix: 'renew', round: 1, preview: { summary: 'A new certificate', changes: [] } },
      'previewed, renew, A new certificate',
    ],
    ['verified', { fix: 'renew', round: 1, passed: false }, 'verified, renew, it has not helped'],
    ['snoozed', { until: 0 }, 'snoozed, until 1970-01-01T00:00:00.000Z'],
    [
      'silence-made',
      { topic: 'ssl', environment: 'production', reason: 'x' },
      'silence made, ssl, in production, x',
    ],
    ['never-heard-of', { what: { deep: 1 }, text: null }, 'never heard of'],
  ])('%s', (type, detail, line) => expect(auditLine(entry(type, detail))).toBe(line));
});

test('what is left out is what Paksa notes for itself', () => {
  const leftOut = [
    ...(['timer-due', 'page-sent', 'page-failed', 'page-dropped', 'quiet-failed', 'diagnosed'] as const),
    ...(['seen-elsewhere', 'alerted', 'alert-resolved', 'silences-seen', 'caught-up'] as const),
    ...(['room-opened', 'room-failed', 'room-joined'] as const),
  ] satisfies readonly IncidentEvent['type'][];
  const migration = new URL('../../src/store/migrations/0013-audit.sql', import.meta.url);
  const [, listed = ''] = /type NOT IN \(([^)]*)\)/.exec(readFileSync(migration, 'utf8')) ?? [];
  expect([...listed.matchAll(/'([^']*)'/g)].map(([, type]) => type).sort()).toEqual([...leftOut].sort());
});
