/** One call to a provider's HTTP API: a deadline, a bounded answer, and errors in the engine's words. Nothing retries here. */
import { AdapterError, type AdapterFault, messageOf } from '../errors.ts';

export interface ProviderCall {
  /** As people know it, such as `PagerDuty`. */
  readonly system: string;
  /** What is done, for a message: `take the page`. */
  readonly operation: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** What it may repeat in an answer and no message may hold: the key, whose number it was. */
  readonly hide: readonly string[];
  /** The provider's own words for what is wrong, in an answer that was read as JSON where it is that. */
  readonly reason: (answer: unknown) => string | undefined;
  /** Whether a refusal by 4xx is one for now: some providers say by a code of their own that they are busy. */
  readonly isPassing?: (answer: unknown) => boolean;
  /** What to do about a refusal of the credentials, such as `check pagers.x.routingKeyEnv`. */
  readonly remedy: string;
}

/** More of an answer is not read. */
const MOST_BYTES = 64 * 1024;
const MOST_REASON = 300;

/** The answer, read as JSON where it is that. @throws AdapterError; the outcome is unknown unless it was refused */
export async function callProvider(call: ProviderCall): Promise<unknown> {
  const { url, method = 'POST', headers, body, timeoutMs } = call;
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', 'user-agent': 'paksa', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // What it has to say of a page that it took may be cut off: it took it.
    const answer = await read(response).catch((error: unknown) => {
      if (response.ok && method === 'POST') return undefined;
      throw error;
    });
    if (response.ok) return answer;
    throw refused(call, response, answer);
  } catch (error) {
    throw error instanceof AdapterError ? error : unanswered(call, error);
  }
}

async function read({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, MOST_BYTES).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refused(call: ProviderCall, { status, headers }: Response, answer: unknown): AdapterError {
  const { system, operation, hide, reason, remedy, isPassing } = call;
  const said = hidden(reason(answer) ?? '', hide).slice(0, MOST_REASON);
  const why = said === '' ? `${status}` : `${status}: ${said}`;
  const fail = (fault: AdapterFault, retryable: boolean, next: string) => {
    const retryAfterMs = retryable ? waitOf(askedToWait(headers)) : undefined;
    return new AdapterError(`${system} did not ${operation} (${why}): ${next}.`, {
      system,
      operation,
      fault,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  };
  if (status === 429 || isPassing?.(answer)) return fail('refused', true, 'it asks to wait');
  if (status === 408 || status >= 500) return fail('failed', true, 'Paksa tries again');
  if (status === 401 || status === 403) return fail('forbidden', false, remedy);
  if (status === 404 || status === 410) return fail('not-found', false, 'check the address and the account');
  if (status < 400) return fail('refused', false, 'it sends Paksa elsewhere: correct the url in paksa.yaml');
  return fail('refused', false, 'correct what it names, or choose another pager for that level');
}

const hidden = (text: string, hide: readonly string[]): string =>
  hide.reduce((done, each) => done.replaceAll(each, '‹hidden›'), text);

/** Opsgenie has a header of its own: https://docs.opsgenie.com/docs/api-rate-limiting */
const askedToWait = (headers: Headers): string | null =>
  headers.get('retry-after') ?? headers.get('x-ratelimit-period-in-sec');

/** A Retry-After, in seconds or as a date, in milliseconds from now. */
function waitOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const ms = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function unanswered({ system, operation, timeoutMs, hide }: ProviderCall, error: unknown): AdapterError {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const why = isLate ? `no answer within ${timeoutMs / 1000} s` : hidden(causeOf(error), hide);
  return new AdapterError(
    `${system} could not be asked to ${operation} (${why}): look at the network from here.`,
    {
      system,
      operation,
      fault: isLate ? 'timed-out' : 'unreachable',
      retryable: true,
      cause: error,
    },
  );
}

/** Of “fetch failed”, what failed. */
const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
