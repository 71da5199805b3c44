/** Answers that are errors: whether the API is too slow, broken itself, or has lost what it needs, which is another topic's. */
import { type Evidence, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { isOfGateway, saidIn } from '../parts/answer.ts';
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
  const [first] = failing;
  if (!first) return undefined;
  const gateway = failing.find(({ status }) => GATEWAY.includes(status));
  const says = `${failing.length} of ${count(answers.length, 'request')} answered with ${(gateway ?? first).status}`;
  const elsewhere = gateway ? await whyNobodyAnswers(context) : await whatIsAway(context);
  if (elsewhere !== undefined) return inconclusive(`${says}, and ${elsewhere}`, evidence);
  if (gateway)
    return problem(`${says}, though its health is answered: who stands before it does not get an answer`, {
      evidence,
      suggests: whenSlow,
    });
  return problem(`${says}: look for its error in the backend’s log`, {
    evidence,
    severity: failing.length * 2 > answers.length ? 'critical' : 'warning',
    suggests: ['rollout-restart', 'restart-backend'],
  });
}

/** Said by who stands before the API and waits for it no longer, or has nobody to send a request to. */
const GATEWAY: readonly number[] = [502, 503, 504];

/** Undefined when the API answers at all, so that it is the request that is too much for it. */
async function whyNobodyAnswers({ http, target, signal }: CheckContext): Promise<string | undefined> {
  const path = target.api?.paths.health ?? '';
  const health = await asked(http.get(path, { authorized: false }, signal));
  if (!health.answered) return 'its health is not answered either, see load-balancer';
  const { status, body } = health.answer;
  if (status < 500) return undefined;
  return isOfGateway(status, body)
    ? `so is its health with ${status}, see load-balancer`
    : `the API says itself: ${saidIn(body)}`;
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
