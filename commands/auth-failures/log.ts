/** The guide's `grep -i auth`, by what was refused and how often: some are, on any day. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type LogTail, logsOf } from '../parts/logs.ts';
import { NOUN, type Platform } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { ago, count } from '../parts/words.ts';
import { refusalsOf, WRONG_SIGNATURE } from './refusals.ts';

const SINCE_SECONDS = 15 * 60;
/** No honest client signs wrongly, except with a token from before the secret changed. */
const SUSPICIOUS_SIGNATURES = 3;
/** So many are no prober's: nobody's token is good. */
const MANY_SIGNATURES = 30;
const MANY_A_MINUTE = 30;
const SHOWN = 8;

const RESTART: Readonly<Record<Platform, string>> = {
  docker: 'restart-backend',
  kubernetes: 'rollout-restart',
};

export const logCheck = (platform: Platform) =>
  check(
    `Refusals in the log of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> =>
      judge(platform, await logsOf(platform, 'backend', SINCE_SECONDS, context), context.now),
    { skip: noReplicas(platform, 'backend') },
  );

function judge(platform: Platform, { lines, truncated }: LogTail, now: Date): Verdict {
  const { total, byReason, worstMinute } = refusalsOf(lines);
  const evidence: Evidence = {
    reasons: byReason
      .slice(0, SHOWN)
      .map(({ reason, times, last }) => `${times}× ${reason}, the last ${ago(last, now)}`),
    ...(worstMinute ? { 'worst minute': `${worstMinute.minute}: ${worstMinute.times}` } : {}),
    ...(truncated ? { 'older lines': 'left out, there are too many' } : {}),
  };
  const signatures = byReason.find(({ reason }) => reason === WRONG_SIGNATURE);
  if (signatures && signatures.times >= SUSPICIOUS_SIGNATURES)
    return problem(
      `${signatures.times} tokens with a wrong signature in 15 min, the last ${ago(signatures.last, now)}: a secret has changed, or somebody tries forged ones`,
      {
        evidence,
        suggests: [RESTART[platform]],
        severity: signatures.times >= MANY_SIGNATURES ? 'critical' : 'warning',
      },
    );
  if (worstMinute && worstMinute.times >= MANY_A_MINUTE)
    return problem(
      `${worstMinute.times} refusals in one minute (${worstMinute.minute.slice(-6)}), mostly: ${byReason[0]?.reason}`,
      { evidence, severity: 'warning' },
    );
  return healthy(
    total === 0 ? 'none in 15 min' : `${count(total, 'refusal')} in 15 min, as on any day`,
    evidence,
  );
}
