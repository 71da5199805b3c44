/** A runbook with one check and nothing else, unless told otherwise. */
import { check } from '../../src/runbook/check.ts';
import { defineRunbook, type Runbook } from '../../src/runbook/define.ts';
import { healthy } from '../../src/runbook/finding.ts';

export const runbook = (topic: string, of: Partial<Runbook> = {}): Runbook =>
  defineRunbook({
    topic,
    title: `About ${topic}`,
    symptoms: [topic],
    checks: { look: check('Look', async () => healthy('fine')) },
    fixes: {},
    ...of,
  });
