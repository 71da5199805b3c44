/** The guide's `curl … /auth/verify`: whether a valid token is taken, and whether none is not. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { saidIn } from '../parts/answer.ts';
import { all, noApi, noToken } from '../parts/target.ts';
import { span } from '../parts/words.ts';

const isTaken = (status: number): boolean => status >= 200 && status < 300;
const isRefused = (status: number): boolean => status === 401 || status === 403;

/** Of the token that is configured for Paksa alone; everybody else's may be good. */
const SPENT = /expired|session (?:has )?(?:ended|gone|not found)/i;

const unclear = (status: number, body: string): string => {
  const said = saidIn(body, 80);
  return `the API answers ${status}${said === '' ? '' : ` (${said})`}, which says nothing about tokens`;
};

export const token = check(
  'A valid token is taken',
  async ({ http, target, signal }): Promise<Verdict> => {
    const path = target.api?.paths.verify ?? '';
    const { status, body, ms } = await http.get(path, { authorized: true }, signal);
    const said = saidIn(body);
    const evidence = { path, status, answer: said };
    if (isTaken(status)) return healthy(`taken in ${span(ms)}`, evidence);
    if (!isRefused(status)) return inconclusive(unclear(status, body), evidence);
    return SPENT.test(body)
      ? inconclusive(
          `Paksa’s own token is spent (${said}): put a new one into the variable that api.tokenEnv names`,
          evidence,
        )
      : problem(`refused with ${status}: ${said || 'no reason given'}`, {
          evidence,
          suggests: ['restart-backend', 'rollout-restart', 'clear-cache'],
        });
  },
  { skip: all(noApi, noToken) },
);

/** What a fix can bring about, also with a spent token: whoever says that it has expired has read it, and knows its signature. */
export const tokensRead = onlyNamed(
  check(
    'Tokens are read',
    async ({ http, target, signal }): Promise<Verdict> => {
      const path = target.api?.paths.verify ?? '';
      const { status, body } = await http.get(path, { authorized: true }, signal);
      const said = saidIn(body);
      const evidence = { path, status, answer: said };
      if (isTaken(status)) return healthy('a valid one is taken', evidence);
      if (!isRefused(status)) return inconclusive(unclear(status, body), evidence);
      return SPENT.test(body)
        ? healthy(`the API has read Paksa’s own, and says that it is spent (${said})`, evidence)
        : problem(`refused with ${status}: ${said || 'no reason given'}`, { evidence });
    },
    { skip: all(noApi, noToken) },
  ),
);

export const guard = check(
  'No token is not taken',
  async ({ http, target, signal }): Promise<Verdict> => {
    const path = target.api?.paths.verify ?? '';
    const { status, body } = await http.get(path, { authorized: false }, signal);
    const evidence = { path, status };
    if (isRefused(status)) return healthy(`refused with ${status}`, evidence);
    return isTaken(status)
      ? problem(`${path} answers ${status} to whoever asks, without any token`, { evidence })
      : inconclusive(unclear(status, body), evidence);
  },
  { skip: noApi },
);
