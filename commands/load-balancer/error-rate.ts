/** The guide's alert HighErrorRate, asked of Prometheus at this moment. What it means is a share: see the runbook's header. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noPrometheus } from '../parts/target.ts';
import { count, percent, short } from '../parts/words.ts';

const METRIC = 'http_requests_total';
/** The guide's window, and the label that it tells errors by. */
const WINDOW = 5;
const IS_ERROR = /^5..$/;
/** The guide's `> 0.1`. */
const MOST = 0.1;
/** More than half: it is not a few requests that fail. */
const CRITICAL = 0.5;
/** Of so few, one more or less is a large share. */
const FEW = 5;
const SHOWN = 8;

interface Answers {
  readonly status: string;
  /** In the whole window. */
  readonly times: number;
}

/** Within the last so many minutes. */
const answersIn = async (
  minutes: number,
  { prometheus, signal }: CheckContext,
): Promise<readonly Answers[]> =>
  (await prometheus.query(`sum by (status) (rate(${METRIC}[${minutes}m]))`, signal)).map(
    ({ labels: { status = '' }, value }) => ({ status, times: Math.round(value * minutes * 60) }),
  );

export const errorRate = check(
  'Share of answers that are errors (Prometheus)',
  async (context): Promise<Verdict> => {
    const answers = await answersIn(WINDOW, context);
    if (answers.length === 0)
      return inconclusive(
        `Prometheus has no ${METRIC} of the last ${WINDOW} min: look whether it scrapes the backend`,
      );
    if (answers.every(({ status }) => status === ''))
      return inconclusive(`${METRIC} has no label “status”: errors cannot be told from other answers`);
    const { all, failed, share } = sharesOf(answers);
    const evidence = { [`answers in ${WINDOW} min`]: linesOf(answers) };
    if (all === 0) return inconclusive(`no request was counted in ${WINDOW} min: nobody can tell`, evidence);
    const says = `${percent(share)} of ${count(all, 'answer')} in ${WINDOW} min ${failed === 1 ? 'is an error' : 'are errors'} (5xx)`;
    if (share <= MOST || failed < FEW) return healthy(says, evidence);
    // What is over is the story of an incident; where it is scraped more seldom, the last minute says nothing.
    const latest = sharesOf(await answersIn(1, context));
    if (latest.all > 0 && latest.share <= MOST)
      return healthy(`${says}; ${percent(latest.share)} in the last minute`, evidence);
    return problem(says, { evidence, severity: share > CRITICAL ? 'critical' : 'warning' });
  },
  { skip: noPrometheus },
);

const sum = (some: readonly Answers[]): number => some.reduce((total, { times }) => total + times, 0);

function sharesOf(answers: readonly Answers[]) {
  const all = sum(answers);
  const failed = sum(answers.filter(({ status }) => IS_ERROR.test(status)));
  return { all, failed, share: all === 0 ? 0 : failed / all };
}

/** The most frequent first. */
const linesOf = (answers: readonly Answers[]): readonly string[] =>
  answers
    .filter(({ times }) => times > 0)
    .sort((one, other) => other.times - one.times)
    .slice(0, SHOWN)
    .map(({ status, times }) => short(`${status}: ${times}`, 60));
