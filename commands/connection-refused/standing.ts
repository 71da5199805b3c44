/** The guide's `SELECT 1`, and what kind of server answers it. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from '../parts/target.ts';
import { moment, span } from '../parts/words.ts';

/** It reads nothing: whatever takes this long is the machine or the network, not the query. */
const SLOW_MS = 1000;
/** A machine is busy for a moment now and then: what was slow is asked again, and the quickest counts. */
const ASKED = 3;

async function quickest({ postgres, signal }: CheckContext): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let asked = 0; asked < ASKED && ms >= SLOW_MS; asked += 1)
    ms = Math.min(ms, await postgres.ping(signal));
  return ms;
}

export const query = check(
  'SELECT 1',
  async (context) => {
    const ms = await quickest(context);
    return ms < SLOW_MS
      ? healthy(`answered in ${span(ms)}`)
      : problem(
          `takes ${span(ms)} at the least, and reads nothing: the machine or the way to it is overloaded`,
          {
            severity: 'warning',
          },
        );
  },
  { skip: noDatabase },
);

export const recovery = check(
  'Takes writes',
  async ({ postgres, signal }) => {
    const { version, startedAt, inRecovery, replayLagSeconds, readOnlyByDefault } =
      await postgres.standing(signal);
    const evidence = {
      version,
      started: moment(startedAt),
      ...(replayLagSeconds === undefined ? {} : { behind: span(replayLagSeconds * 1000) }),
    };
    if (inRecovery) {
      const behind =
        replayLagSeconds === undefined ? '' : `, ${span(replayLagSeconds * 1000)} behind its primary`;
      return problem(`it is a standby${behind}: every write fails. Point the address at the primary`, {
        evidence,
      });
    }
    // The emergency of data loss does that on purpose.
    if (readOnlyByDefault)
      return problem('new transactions are read-only (default_transaction_read_only): writes fail', {
        evidence,
        severity: 'warning',
      });
    return healthy(`a primary, up since ${moment(startedAt)}`, evidence);
  },
  { skip: noDatabase },
);
