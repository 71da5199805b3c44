/** Tokens carry times: where clocks differ, good ones are refused. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { type Platform, runtimeOf } from '../parts/services.ts';
import { any, noApi, noReplicas } from '../parts/target.ts';
import { count, short, span } from '../parts/words.ts';

const TOLERATED_MS = 30_000;
const SHOWN = 8;

interface Clock {
  readonly whose: string;
  readonly skewMs: number;
  readonly uncertaintyMs: number;
}

export const clock = check(
  'Clocks agree',
  async (context): Promise<Verdict> => {
    const asking = (['docker', 'kubernetes'] as const).filter(
      (platform) => noReplicas(platform, 'backend')(context.target) === undefined,
    );
    const told = await Promise.all(asking.map((platform) => asked(clocksOf(platform, context))));
    const clocks = told.flatMap((answer) => (answer.answered ? answer.answer : []));
    if (clocks.length > 0) return judge(clocks);
    const why = told.flatMap((answer) => (answer.answered ? [] : [answer.message]))[0];
    if (noApi(context.target) === undefined) return atTheDoor(context, why);
    return inconclusive(`no replica of the backend could be asked${why === undefined ? '' : `: ${why}`}`);
  },
  { skip: any(noReplicas('docker', 'backend'), noReplicas('kubernetes', 'backend'), noApi) },
);

const clocksOf = async (platform: Platform, context: CheckContext): Promise<readonly Clock[]> =>
  (await runtimeOf(platform, context).clocks('backend', context.signal)).map(({ replica, ...rest }) => ({
    whose: replica,
    ...rest,
  }));

/** Whoever answers first writes the date: with a proxy in front it is the proxy's clock that is seen. */
async function atTheDoor({ http, signal }: CheckContext, why: string | undefined): Promise<Verdict> {
  const read = await http.apiClock(signal);
  const verdict = judge([{ whose: 'who answers for the API', ...read }]);
  return {
    ...verdict,
    evidence: {
      ...verdict.evidence,
      'read from': 'the Date of an answer, which a load balancer writes where there is one',
      ...(why === undefined ? {} : { 'replicas not asked': short(why, 160) }),
    },
  };
}

function judge(clocks: readonly Clock[]): Verdict {
  const furthest = clocks.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs));
  const evidence = {
    differences: furthest
      .slice(0, SHOWN)
      .map(({ whose, skewMs, uncertaintyMs }) =>
        short(`${whose} ${span(Math.abs(skewMs))}, give or take ${span(uncertaintyMs)}`, 120),
      ),
  };
  const wrong = furthest.filter((each) => Math.abs(each.skewMs) - each.uncertaintyMs > TOLERATED_MS);
  const [worst] = wrong;
  if (!worst)
    return healthy(
      clocks.length === 1
        ? `the clock of ${clocks[0]?.whose} is within ${span(TOLERATED_MS)} of ours`
        : `${count(clocks.length, 'clock')} of the backend within ${span(TOLERATED_MS)} of ours`,
      evidence,
    );
  const others = wrong.length > 1 ? `, and ${wrong.length - 1} more` : '';
  return problem(
    `the clock of ${worst.whose} is ${span(Math.abs(worst.skewMs))} ${worst.skewMs > 0 ? 'ahead of' : 'behind'} ours${others}: whichever is wrong, it takes good tokens for too young or too old`,
    { evidence },
  );
}
