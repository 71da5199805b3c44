/** nginx itself: the guide's `nginx -t`, its errors with the servers behind it, and how long one that failed is left alone. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { isOfGateway } from '../parts/answer.ts';
import { asked } from '../parts/fault.ts';
import { noNginx } from '../parts/target.ts';
import { ago, count, short, span } from '../parts/words.ts';
import { isLeftTooLong } from './figures.ts';
import { type Kind, type UpstreamErrors, upstreamErrors } from './upstream-errors.ts';

/** The guide's errors are of now: older ones are the story of an incident that is over. */
const ERRORS_SECONDS = 5 * 60;
const MANY_ERRORS = 10;
/** While it answers, those of longer ago are over: where requests come, a server that is still away is met again within it. */
const FRESH_MS = 20_000;
const SHOWN = 8;

const LEVEL = /\[(?:emerg|alert|crit|error)\] /;

/** Of several lines, the one with the reason. */
export const reasonIn = (lines: readonly string[]): string =>
  (lines.find((line) => LEVEL.test(line)) ?? lines[0] ?? '').replace(/^.*?\[\w+\] (?:\d+#\d+: )?/, '');

export const config = check(
  'Configuration of nginx (nginx -t)',
  async (context): Promise<Verdict> => {
    const test = await asked(context.nginx.test(context.signal));
    if (!test.answered) return unasked(test.message, context);
    const { ok, output } = test.answer;
    const lines = output.trim().split('\n');
    const evidence = { nginx: lines.slice(-SHOWN).map((line) => short(line, 120)) };
    if (!ok)
      return problem(`nginx refuses it, and would not start again: ${short(reasonIn(lines), 200)}`, {
        evidence,
      });
    return lines.some((line) => line.includes('[warn]'))
      ? healthy('nginx takes it, with a warning', evidence)
      : healthy('nginx takes it');
  },
  { skip: noNginx },
);

/** A container whose nginx does not start cannot be asked: its last words say why. */
async function unasked(message: string, { nginx, signal }: CheckContext): Promise<Verdict> {
  const log = await asked(nginx.errors(ERRORS_SECONDS, signal));
  const last = log.answered ? log.answer.lines.at(-1)?.text : undefined;
  return last?.includes('[emerg]')
    ? problem(`nginx does not start: ${short(reasonIn([last]), 200)}`)
    : inconclusive(`could not look: ${message}`);
}

export const errors = check(
  'Errors with the servers behind nginx',
  async (context): Promise<Verdict> => {
    const [{ lines, truncated }, answers] = await Promise.all([
      context.nginx.errors(ERRORS_SECONDS, context.signal),
      answersNow(context),
    ]);
    const found = upstreamErrors(lines);
    const evidence: Evidence = {
      errors: found.byKind
        .slice(0, SHOWN)
        .map(({ kind, times, upstream }) => short(`${times}× ${kind} (${upstream})`, 120)),
      ...(truncated ? { 'older lines': 'left out, there are too many' } : {}),
    };
    return judge(found, answers, context.now, evidence);
  },
  { skip: noNginx },
);

/** Whether health gets through at this moment; undefined where nobody can tell. */
async function answersNow({ http, target, signal }: CheckContext): Promise<boolean | undefined> {
  if (!target.api) return undefined;
  const answer = await asked(http.get(target.api.paths.health, { authorized: false }, signal));
  if (!answer.answered) return answer.fault === 'unreachable' ? false : undefined;
  return !isOfGateway(answer.answer.status, answer.answer.body);
}

/** What a restart of what stands before it mends: nginx keeps the addresses that it found when it began. */
const AT_THE_DOOR: ReadonlySet<Kind> = new Set<Kind>([
  'no server left that has not failed',
  'connection refused',
  'name does not resolve',
  'no route to it',
  'no connection in time',
]);
const FROM_WITHIN: ReadonlySet<Kind> = new Set<Kind>(['connection closed by it']);

function judge(
  { total, byKind, last }: UpstreamErrors,
  answers: boolean | undefined,
  now: Date,
  evidence: Evidence,
): Verdict {
  const [most] = byKind;
  if (!most || !last) return healthy('none in 5 min');
  const says = `${count(total, 'error')} in 5 min, the last ${ago(last, now)}${byKind.length > 1 ? ', mostly' : ''}: ${most.kind}`;
  const isFresh = now.getTime() - last.getTime() < FRESH_MS;
  if (answers && !isFresh) return healthy(`${says}; none since`, evidence);
  // Nobody may have asked for anything since: silence is no answer.
  if (answers === undefined && !isFresh && total < MANY_ERRORS)
    return inconclusive(`${says}; whether it answers again could not be asked`, evidence);
  // What a restart of the backend leaves behind.
  if (answers && total < MANY_ERRORS) return healthy(`${says}; it answers now`, evidence);
  const isSlow = byKind.every(({ kind }) => kind === 'no answer in time');
  return problem(isSlow ? `${says} (see slow-api)` : says, {
    evidence,
    severity: total >= MANY_ERRORS && answers === false && !isSlow ? 'critical' : 'warning',
    suggests: [
      ...(byKind.some(({ kind }) => AT_THE_DOOR.has(kind)) ? ['restart-nginx', 'restart-ingress'] : []),
      ...(byKind.some(({ kind }) => FROM_WITHIN.has(kind)) ? ['restart-backend', 'rollout-restart'] : []),
    ],
  });
}

export const upstreams = check(
  'How long a failed server is left alone',
  async ({ nginx, signal }): Promise<Verdict> => {
    const answer = await asked(nginx.upstreams(signal));
    // A configuration that does not load is the finding of the check before.
    if (!answer.answered) return inconclusive(`could not look: ${answer.message}`);
    const servers = answer.answer;
    const evidence = {
      servers: servers
        .slice(0, SHOWN)
        .map(({ upstream, address, maxFails, failTimeoutSeconds }) =>
          short(`${upstream}: ${address} max_fails=${maxFails} fail_timeout=${failTimeoutSeconds}s`, 120),
        ),
    };
    if (servers.length === 0) return healthy('no upstream is defined: none is left alone');
    const slow = servers.filter(isLeftTooLong);
    const [first] = slow;
    return first
      ? problem(
          `${first.address} gets nothing for ${span(first.failTimeoutSeconds * 1000)} after ${count(first.maxFails, 'failure')}${slow.length > 1 ? `, and ${slow.length - 1} more` : ''}`,
          { evidence, severity: 'warning', suggests: ['fix-health-check'] },
        )
      : healthy(`${count(servers.length, 'server')}, tried again soon`, evidence);
  },
  { skip: noNginx },
);
