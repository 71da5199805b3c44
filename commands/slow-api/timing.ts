/** How long the API takes to answer, and in which part of the way the time goes. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noApi } from '../parts/target.ts';
import { count, span } from '../parts/words.ts';

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
  bodyMs: 'transferring the answer',
} as const satisfies Partial<Record<keyof Timing, string>>;
type Part = keyof typeof PARTS;
const PART_NAMES: readonly Part[] = ['dnsMs', 'connectMs', 'tlsMs', 'waitMs', 'bodyMs'];

export const timing = check(
  'Time of an answer',
  async ({ http, target, signal }): Promise<Verdict> => {
    const path = target.api?.paths.slow ?? '';
    const timings = await http.timings(path, REQUESTS, signal);
    const evidence = evidenceOf(path, timings);
    const failing = timings.filter(({ status }) => status >= 500);
    const [failed] = failing;
    if (failed)
      return problem(
        `${failing.length} of ${count(timings.length, 'request')} answered with ${failed.status}`,
        {
          evidence,
          suggests: ['rollout-restart', 'restart-backend'],
        },
      );
    const refused = timings.find(({ status }) => status >= 400);
    if (refused)
      return inconclusive(
        `${path} answers ${refused.status}: name a request that is answered (environments.….api.paths.slow)`,
        evidence,
      );
    const p95 = percentile(
      timings.map(({ totalMs }) => totalMs),
      0.95,
    );
    if (p95 < WARNING_MS) return healthy(`95 % within ${span(p95)}`, evidence);
    const part = dominant(timings);
    return problem(`95 % within ${span(p95)} only, most of it for ${PARTS[part]}`, {
      evidence,
      severity: p95 >= CRITICAL_MS ? 'critical' : 'warning',
      // More replicas shorten what the backend takes, and nothing on the way to it.
      suggests: part === 'waitMs' ? ['scale-out', 'create-index'] : [],
    });
  },
  { skip: noApi, timeoutSeconds: 30 },
);

/** By the nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

const sumOf = (timings: readonly Timing[], part: Part): number =>
  timings.reduce((sum, timed) => sum + timed[part], 0);

const dominant = (timings: readonly Timing[]): Part =>
  PART_NAMES.reduce((most, part) => (sumOf(timings, part) > sumOf(timings, most) ? part : most), 'waitMs');

function evidenceOf(path: string, timings: readonly Timing[]): Evidence {
  const totals = timings.map(({ totalMs }) => totalMs);
  return {
    request: path,
    'p50, p95, p99': [0.5, 0.95, 0.99].map((share) => span(percentile(totals, share))).join(', '),
    ...Object.fromEntries(
      PART_NAMES.map((part) => [PARTS[part], span(sumOf(timings, part) / Math.max(1, timings.length))]),
    ),
    requests: timings.length,
  };
}
