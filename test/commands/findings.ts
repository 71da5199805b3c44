/** The checks of a topic under test: a test for each case, and what holds of every verdict. */
import { describe, expect, test } from 'vitest';
import { redactDeep } from '../../src/redact.ts';
import type { Runbook } from '../../src/runbook/define.ts';
import { type Case, under } from './topic.ts';

/** Cases by check. */
export type Findings = Readonly<Record<string, readonly Case[]>>;

/** Each comes to its verdict (a pattern matches its summary), suggests fixes of the topic alone, and shows nothing secret. */
export function testFindings(runbook: Pick<Runbook, 'checks' | 'fixes'>, findings: Findings): void {
  const { look } = under(runbook);
  describe.each(Object.entries(findings))('%s', (id, cases) => {
    test.each(cases)('%s', async (_, given, verdict) => {
      const seen = await look(id, given);
      const { summary } = verdict;
      expect(seen).toMatchObject(
        summary instanceof RegExp ? { ...verdict, summary: expect.stringMatching(summary) } : verdict,
      );
      for (const fix of seen.suggests) expect(runbook.fixes).toHaveProperty([fix]);
      expect(redactDeep(seen)).toEqual(seen);
    });
  });
}
