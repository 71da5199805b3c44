/** What the API measures of itself: its metrics path, in the Prometheus text exposition format. */
import { serverOf, targetOf } from './api.ts';
import { unusable } from './errors.ts';
import { type Exchange, exchange } from './exchange.ts';
import { readExposition } from './exposition.ts';
import type { ApiSettings, Sample } from './port.ts';

const MOST_BYTES = 2 * 1_048_576;

export async function readMetrics(
  settings: ApiSettings,
  word: string,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const path = settings.paths.metrics;
  const target = targetOf(settings, path, 'metrics');
  const asked = { operation: 'metrics', target, keep: MOST_BYTES, read: MOST_BYTES };
  const answer = await exchange(await serverOf(settings, 'metrics'), asked, signal);
  refuse(answer, path);
  // The last line of a cut text may be half a number.
  const text = answer.cut ? answer.body.slice(0, answer.body.lastIndexOf('\n') + 1) : answer.body;
  const samples = readExposition(text, word);
  if (samples) return samples;
  throw unusable(
    'metrics',
    'not-found',
    `${path} of the API answers, but not with Prometheus metrics: correct environments.….api.paths.metrics.`,
  );
}

function refuse({ timing: { status }, headers }: Exchange, path: string): void {
  if (status >= 200 && status < 300) return;
  if (status === 404 || status === 410) {
    throw unusable(
      'metrics',
      'not-found',
      `The API serves no ${path}: correct environments.….api.paths.metrics, or let the API serve its metrics there.`,
    );
  }
  if (status === 401 || status === 403) {
    throw unusable(
      'metrics',
      'forbidden',
      `The API does not let Paksa read ${path} (${status}): let it serve its metrics to Paksa's address without a login.`,
    );
  }
  if (status >= 300 && status < 400) {
    throw unusable(
      'metrics',
      'failed',
      `${path} of the API leads elsewhere (${status} to ${headers.location?.slice(0, 200) ?? 'nowhere'}): correct environments.….api.paths.metrics.`,
    );
  }
  throw unusable(
    'metrics',
    'failed',
    `${path} of the API answers ${status}: look into the API's log.`,
    status >= 500,
  );
}
