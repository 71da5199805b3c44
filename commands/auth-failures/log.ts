/** The guide's `grep -i auth`, by what was refused and how often: some are, on any day. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type LogTail, logsOf, spanRead } from '../parts/logs.ts';
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
/** What nobody has been told for this long is over: a secret that was mended, a prober who has gone. */
const GOES_ON_MS = 3 * 60_000;
/** Of each replica: a busy one prints more in that time than the usual number of lines. */
const MOST_LINES = 20_000;
const SHOWN = 8;
const MINUTES = 15;

const RESTART: Readonly<Record<Platform, string>> = {
  docker: 'restart-backend',
  kubernetes: 'rollout-restart',
};

export const logCheck = (platform: Platform) =>
  check(
    `Refusals in the log of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> =>
      judge(platform, await logsOf(platform, 'backend', SINCE_SECONDS, context, MOST_LINES), context.now),
    { skip: noReplicas(platform, 'backend'), timeoutSeconds: 20 },
  );

function judge(platform: Platform, tail: LogTail, now: Date): Verdict {
  const { total, byReason, byMinute, worstMinute } = refusalsOf(tail.lines);
  const during = `in ${spanRead(tail, SINCE_SECONDS, now)}`;
  const evidence: Evidence = {
    reasons: byReason
      .slice(0, SHOWN)
      .map(({ reason, times, last }) => `${times}× ${reason}, the last ${ago(last, now)}`),
    ...(byMinute.length > 0
      ? { 'by minute': byMinute.slice(-MINUTES).map(({ minute, times }) => `${minute.slice(-6)} ${times}`) }
      : {}),
    ...(worstMinute && byMinute.length > MINUTES
      ? { 'worst minute': `${worstMinute.minute}: ${worstMinute.times}` }
      : {}),
    ...(tail.truncated ? { 'older lines': 'left out, there are too many' } : {}),
  };
  const signatures = byReason.find(({ reason }) => reason === WRONG_SIGNATURE);
  const goesOn = (last: Date) => now.getTime() - last.getTime() < GOES_ON_MS;
  if (signatures && signatures.times >= SUSPICIOUS_SIGNATURES && goesOn(signatures.last))
    return problem(
      `${signatures.times} tokens with a wrong signature ${during}, the last ${ago(signatures.last, now)}: a secret has changed, or somebody tries forged ones`,
      {
        evidence,
        suggests: [RESTART[platform]],
        severity: signatures.times >= MANY_SIGNATURES ? 'critical' : 'warning',
      },
    );
  const wave = byMinute.findLast(({ times }) => times >= MANY_A_MINUTE);
  if (wave && goesOn(new Date(Date.parse(wave.minute.replace(' ', 'T')) + 60_000)))
    return problem(
      `${wave.times} refusals in one minute (${wave.minute.slice(-6)}), mostly: ${byReason[0]?.reason}`,
      { evidence, severity: 'warning' },
    );
  if (total === 0) return healthy(`none ${during}`, evidence);
  const isOver = (signatures && signatures.times >= SUSPICIOUS_SIGNATURES) || wave;
  return healthy(
    isOver
      ? `${count(total, 'refusal')} ${during}, none like those of before for ${GOES_ON_MS / 60_000} min`
      : `${count(total, 'refusal')} ${during}, as on any day`,
    evidence,
  );
}
