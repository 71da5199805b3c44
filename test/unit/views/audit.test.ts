/** The audit log as people see it in Slack; whatever was written into it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/incident/audit-entry.ts';
import { auditView, MOST_ENTRIES } from '../../../src/slack/views/audit.ts';
import { hostileText } from './hostile.ts';
import { expectSendable, reads } from './judge.ts';

const entry = (of: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ seq: 7, at: 1_700_000_000_000, actor: 'U1', incident: 'INC-1', type: 'approved' },
  ...{ detail: { fix: 'renew', round: 1 } },
  ...of,
});

test('who did what and when, a line each; more than fit are told', () => {
  const view = auditView([entry(), entry({ seq: 6, actor: 'cli:root', type: 'noted' })], { words: [] });
  expectSendable(view);
  expect(reads(view)).toMatch(/`7` <!date.*<@U1> · \*INC-1\* · approved, renew\n`6` .*root \(terminal\)/);
  expect(reads(view)).not.toContain('There is more');
  const many = Array.from({ length: MOST_ENTRIES + 1 }, (_, index) => entry({ seq: index }));
  expect(reads(auditView(many, { words: [] }))).toContain('There is more');
});

test('where nothing is found, it says of what', () => {
  expect(auditView([], { incident: 'INC-9', actor: 'U2', words: ['renew'] }).text).toBe(
    'Nothing of INC-9, by <@U2>, with “renew” is in the audit log.',
  );
});

test('whatever is written into it, Slack takes it and no markup comes of it', () => {
  fc.assert(
    fc.property(hostileText, hostileText, (one, other) => {
      const written = entry({ type: one, detail: { fix: other, text: one, preview: { summary: other } } });
      expectSendable(
        auditView(
          Array.from({ length: 30 }, () => written),
          { words: [one, other] },
        ),
      );
    }),
    { numRuns: 40 },
  );
});
