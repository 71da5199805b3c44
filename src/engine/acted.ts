/**
 * Whether an attempt has acted at all. Checks that were healthy before a fix are healthy after one that was cut off before it
 * touched anything: where a fix can say what it leaves behind, that has to be there too.
 */
import { messageOf } from '../errors.ts';
import type { Finding } from '../runbook/finding.ts';
import { PREVIEW_TIMEOUT_MS, type Workpiece, within } from './workshop.ts';

const CHECK = { check: 'acted', title: 'What the fix was to change', evidence: {}, suggests: [] };

/** None, where the fix leaves it to its checks. One that cannot be looked for has not been seen. */
export async function seeWhetherActed(piece: Workpiece, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { fix, attempt, reading } = piece;
  if (!fix.hasActed) return [];
  const trace = { approved: attempt.preview?.boundTo ?? '', finished: !attempt.interrupted };
  try {
    return (await fix.hasActed(reading(within(PREVIEW_TIMEOUT_MS, signal)), trace))
      ? [{ ...CHECK, status: 'healthy', summary: 'is changed' }]
      : [
          {
            ...CHECK,
            status: 'problem',
            severity: 'critical',
            summary: attempt.interrupted
              ? 'is as it was, or nobody can tell: the fix was interrupted, and does not count as done. Ask for it again'
              : 'is as it was, though the fix came to its end',
          },
        ];
  } catch (error) {
    return [{ ...CHECK, status: 'inconclusive', summary: `could not look: ${messageOf(error)}` }];
  }
}
