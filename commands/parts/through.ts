/** The API's health the way its users reach it: through the load balancer. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { Target } from '../../src/runbook/target.ts';
import { isOfGateway, saidIn } from './answer.ts';
import { type Asked, asked } from './fault.ts';
import { noApi } from './target.ts';
import { span } from './words.ts';

const MEANINGS: Readonly<Record<number, string>> = {
  502: 'the servers behind it do not answer',
  503: 'no server behind it takes requests',
  504: 'the servers behind it are too slow',
};

const RESTARTS = ['restart-nginx', 'restart-ingress'];

/** For a runbook with the fixes `restart-nginx` and `restart-ingress`. */
export const through = check(
  'Health through the load balancer',
  async ({ http, target, signal }): Promise<Verdict> => {
    const path = target.api?.paths.health ?? '';
    const answer = await asked(http.get(path, { authorized: false }, signal));
    if (!answer.answered) return unanswered(answer, target);
    const { status, ms, body } = answer.answer;
    const said = saidIn(body);
    const evidence = { path, status, answer: said };
    if (status >= 200 && status < 300) return healthy(`answers ${status} in ${span(ms)}`, evidence);
    if (status >= 300 && status < 400)
      return inconclusive(
        `sends us elsewhere (${status}): put the address that it leads to into api.url`,
        evidence,
      );
    if (status < 500) return inconclusive(`answers ${status} to ${path}: look at api.paths.health`, evidence);
    if (!isOfGateway(status, body))
      return inconclusive(
        `the way is open, but the API itself answers ${status}${said === '' ? '' : `: ${said}`}`,
        evidence,
      );
    return problem(`answers ${status}: ${MEANINGS[status]}`, {
      evidence,
      // Where nobody takes requests, the balancer is right.
      suggests: status === 503 ? [] : RESTARTS,
    });
  },
  { skip: noApi },
);

function unanswered(
  { fault, message }: Extract<Asked<unknown>, { answered: false }>,
  { api }: Target,
): Verdict {
  // What breaks a handshake off is mostly a certificate, which is another topic's.
  const isTls = fault === 'refused' && api?.url.startsWith('https:') === true;
  return (fault === 'unreachable' || fault === 'refused') && !isTls
    ? problem(`nobody answers: ${message}`, { suggests: RESTARTS })
    : inconclusive(`could not look: ${message}`);
}
