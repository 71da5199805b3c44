/** Answers that are errors: whether the API is too slow, broken itself, or has lost what it needs, which is another topic's. */
import { type Evidence, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { refusesWrites } from '../parts/redis.ts';
import { count } from '../parts/words.ts';

interface Answered {
  readonly status: number;
}

/** Undefined when none is an error of the server. */
export async function judgeFailures(
  context: CheckContext,
  answers: readonly Answered[],
  { evidence, whenSlow }: { readonly evidence: Evidence; readonly whenSlow: readonly string[] },
): Promise<Verdict | undefined> {
  const failing = answers.filter(({ status }) => status >= 500);
  const of = (...statuses: readonly number[]) => failing.find(({ status }) => statuses.includes(status));
  const [first] = failing;
  if (!first) return undefined;
  const says = `${failing.length} of ${count(answers.length, 'request')} answered with`;
  if (of(504))
    return problem(`${says} 504: who stands before the API does not wait for it any longer`, {
      evidence,
      suggests: whenSlow,
    });
  const gateway = of(502, 503);
  if (gateway)
    return inconclusive(
      `${says} ${gateway.status}: nobody behind it takes requests, see load-balancer`,
      evidence,
    );
  const away = await whatIsAway(context);
  return away === undefined
    ? problem(`${says} ${first.status}: look for its error in the backend’s log`, {
        evidence,
        severity: failing.length * 2 > answers.length ? 'critical' : 'warning',
        suggests: ['rollout-restart', 'restart-backend'],
      })
    : inconclusive(`${says} ${first.status}, and ${away}`, evidence);
}

/** What the API cannot do without. */
async function whatIsAway({ postgres, redis, target, signal }: CheckContext): Promise<string | undefined> {
  const [database, info] = await Promise.all([
    target.postgres ? asked(postgres.ping(signal)) : undefined,
    target.redis ? asked(redis.info(signal)) : undefined,
  ]);
  if (database && !database.answered) return 'the database does not answer either, see connection-refused';
  if (info && !info.answered) return 'Redis does not answer either, see auth-failures';
  return info && refusesWrites(info.answer)
    ? 'Redis is full and refuses writes, see auth-failures'
    : undefined;
}
