/** Tokens carry times: where clocks differ, good ones are refused. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { noApi } from '../parts/target.ts';
import { span } from '../parts/words.ts';

const TOLERATED_MS = 30_000;

export const clock = check(
  'Clocks agree',
  async ({ http, signal }): Promise<Verdict> => {
    const { skewMs, uncertaintyMs } = await http.apiClock(signal);
    const off = Math.abs(skewMs);
    const evidence = { difference: span(off), 'give or take': span(uncertaintyMs) };
    return off - uncertaintyMs <= TOLERATED_MS
      ? healthy(`the API’s clock is within ${span(TOLERATED_MS)} of ours`, evidence)
      : problem(
          `the API’s clock is ${span(off)} ${skewMs > 0 ? 'ahead of' : 'behind'} ours: whichever is wrong, it takes good tokens for too young or too old`,
          { evidence },
        );
  },
  { skip: noApi },
);
