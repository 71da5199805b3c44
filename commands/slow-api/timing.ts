/** How long the API takes to answer, and in which part of the way the time goes. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { noApi } from '../parts/target.ts';
import { count, percent, span } from '../parts/words.ts';
import { judgeFailures } from './failures.ts';

type Timing = Awaited<ReturnType<CheckContext['http']['timings']>>[number];

/** Enough that one slow answer is told from a slow API, few enough to be no load. */
const REQUESTS = 10;
/** From a second on people notice that they wait (RAIL and Nielsen’s limits); from two they complain. */
const WARNING_MS = 1000;
const CRITICAL_MS = 2000;

const PARTS = {
  dnsMs: 'looking the name up',
  connectMs: 'connecting',
  tlsMs: 'the TLS handshake',
  waitMs: 'waiting for the first byte',
  bodyMs: 'receiving the answer',
} as const satisfies Partial<Record<keyof Timing, string>>;
type Part = keyof typeof PARTS;
const PART_NAMES: readonly Part[] = ['dnsMs', 'connectMs', 'tlsMs', 'waitMs', 'bodyMs'];

/** More replicas shorten what the backend takes, and nothing on the way to it. */
const WHEN_IT_WAITS = ['scale-out'];

export const timing = check(
  'Time of an answer',
  async (context): Promise<Verdict> => {
    const path = context.target.api?.paths.slow ?? '';
    const all: Timing[] = [];
    // A second time where the first was not to be told from chance.
    do {
      const answer = await asked(context.http.timings(path, REQUESTS, context.signal));
      if (!answer.answered)
        return answer.fault === 'timed-out' && (await isThere(context))
          ? problem(`no answer: ${answer.message}`, { evidence: { request: path }, suggests: WHEN_IT_WAITS })
          : inconclusive(`could not look: ${answer.message}`);
      all.push(...answer.answer);
    } while (isOutlier(all));
    return judge(context, path, all);
  },
  { skip: noApi, timeoutSeconds: 30 },
);

/** One that waited for long among many that did not may be chance: ten more tell. */
function isOutlier(timings: readonly Timing[]): boolean {
  const [slowest, ...others] = timings.filter(({ totalMs }) => totalMs >= WARNING_MS);
  return timings.length === REQUESTS && others.length === 0 && (slowest?.totalMs ?? 0) >= CRITICAL_MS;
}

/** Whether somebody takes connections: who does not is not slow. */
async function isThere({ network, target, signal }: CheckContext): Promise<boolean> {
  const { hostname, port, protocol } = new URL(target.api?.url ?? '');
  const at = Number(port) || (protocol === 'https:' ? 443 : 80);
  return (await asked(network.connect(hostname.replace(/^\[|\]$/g, ''), at, signal))).answered;
}

async function judge(context: CheckContext, path: string, timings: readonly Timing[]): Promise<Verdict> {
  const evidence = evidenceOf(path, timings);
  const failures = await judgeFailures(context, timings, { evidence, whenSlow: WHEN_IT_WAITS });
  if (failures) return failures;
  const turnedAway = timings.find(({ status }) => status >= 400);
  if (turnedAway)
    return inconclusive(
      `${path} answers ${turnedAway.status}: ${REASONS[turnedAway.status] ?? 'name a request that is answered'} (api.paths.slow)`,
      evidence,
    );

  const totals = timings.map(({ totalMs }) => totalMs);
  // Of ten requests any higher percentile is the slowest.
  const [p50, most] = [percentile(totals, 0.5), percentile(totals, 1)];
  const says = `${span(p50)} at the median, ${span(most)} at the most`;
  const slow = totals.filter((total) => total >= WARNING_MS).length;
  if (slow === 0)
    return timings.length < REQUESTS
      ? inconclusive(`it broke off after ${count(timings.length, 'request')} of ${REQUESTS}`, evidence)
      : healthy(says, evidence);
  // One alone may be a cache that had just run out, or a machine that was busy.
  if (slow === 1 && timings.length > 1)
    return healthy(`${span(p50)} at the median; one of ${timings.length} took ${span(most)}`, evidence);
  const [part, share] = dominant(timings);
  return problem(`${says}; ${percent(share)} of it ${PARTS[part]}`, {
    evidence,
    severity: percentile(totals, 0.9) >= CRITICAL_MS ? 'critical' : 'warning',
    suggests: part === 'waitMs' ? WHEN_IT_WAITS : [],
  });
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Paksa’s token is not taken, see auth-failures',
  403: 'Paksa’s token may not ask for it: choose another request',
  404: 'there is no such path: choose one that is there',
  422: 'it wants parameters: write them after the path',
  429: 'we are turned away for asking too often: choose another request',
};

/** By the nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

const sumOf = (timings: readonly Timing[], part: Part | 'totalMs'): number =>
  timings.reduce((sum, timed) => sum + timed[part], 0);

/** The part that takes the most, and its share of the whole. */
function dominant(timings: readonly Timing[]): readonly [Part, number] {
  const part = PART_NAMES.reduce(
    (most, each) => (sumOf(timings, each) > sumOf(timings, most) ? each : most),
    'waitMs',
  );
  return [part, sumOf(timings, part) / Math.max(1, sumOf(timings, 'totalMs'))];
}

function evidenceOf(path: string, timings: readonly Timing[]): Evidence {
  const totals = timings.map(({ totalMs }) => totalMs);
  return {
    request: path,
    'median, 9 of 10, slowest': [0.5, 0.9, 1].map((share) => span(percentile(totals, share))).join(', '),
    ...Object.fromEntries(
      PART_NAMES.map((part) => [PARTS[part], span(sumOf(timings, part) / Math.max(1, timings.length))]),
    ),
    requests: timings.length,
  };
}
