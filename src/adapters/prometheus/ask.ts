/** One request to Prometheus' HTTP API: what it answers as JSON, or why it refuses, in its own words. */
import { z } from 'zod';
import { AdapterError } from '../../errors.ts';
import { queryError, translateFetchError } from './errors.ts';
import type { PrometheusSettings } from './port.ts';

/** Thousands of series; what is larger was not meant. */
const MOST_BYTES = 8 * 1_048_576;
const MOST_WORDS = 300;

const refusal = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

export async function ask(
  { url }: PrometheusSettings,
  expression: string,
  signal: AbortSignal,
): Promise<unknown> {
  const address = URL.parse(`${url.replace(/\/+$/, '')}/api/v1/query`);
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw queryError('not-configured', 'The address of Prometheus is none: correct prometheus.url.');
  }
  const headers = takeCredentials(address);
  address.searchParams.set('query', expression);
  let status: number;
  let text: string;
  try {
    // A proxy that wants a login redirects to it: that is an answer, and nothing to follow with credentials.
    const response = await fetch(address, { headers, signal, redirect: 'manual' });
    status = response.status;
    text = await readBounded(response);
  } catch (error) {
    throw error instanceof AdapterError ? error : translateFetchError(error, address, signal);
  }
  const said = parse(text);
  if (status === 200 && said !== undefined) return said;
  throw refused(status, said);
}

/** `fetch` takes no address with a password in it. */
function takeCredentials(address: URL): Record<string, string> {
  const { username, password } = address;
  if (username === '' && password === '') return {};
  address.username = '';
  address.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = MOST_BYTES;
  for await (const chunk of response.body ?? []) {
    left -= chunk.length;
    // Leaving the loop closes the connection.
    if (left < 0) throw queryError('refused', 'Prometheus answers with more than 8 MiB: narrow the query.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(status: number, said: unknown): AdapterError {
  const { data } = refusal.safeParse(said);
  const words = data?.error.slice(0, MOST_WORDS);
  if (status === 401 || status === 403) {
    return queryError(
      'forbidden',
      `Prometheus does not let Paksa ask (${status}): put user and password into prometheus.url, or let Paksa's address through.`,
    );
  }
  switch (data?.errorType) {
    case 'bad_data':
      return queryError('refused', `Prometheus cannot read the query: ${words}`);
    case 'execution':
      return queryError('refused', `Prometheus cannot carry the query out: ${words}`);
    case 'timeout':
    case 'canceled':
      return queryError(
        'timed-out',
        `Prometheus gave the query up: ${words}. Narrow it, or look at its load.`,
        true,
      );
    case undefined:
      return status >= 500
        ? queryError(
            'unreachable',
            `Prometheus, or what stands before it, answers ${status}: look into its log.`,
            true,
          )
        : queryError(
            'failed',
            `prometheus.url answers ${status}, but not as Prometheus: check the address, its path too.`,
          );
    default:
      return queryError('failed', `Prometheus refused the query (${status}): ${words}`, status >= 500);
  }
}
