/** One HTTP request to the API server: under the caller's signal and a deadline of its own, its answer bounded. */
import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { z } from 'zod';
import type { AdapterError } from '../../errors.ts';
import { fail, translateConnectionError, translateRefusal } from './errors.ts';
import type { Access } from './kubeconfig.ts';
import { operationOf, type RequestWords, requestWords } from './request-words.ts';

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Takes a good answer's body piece by piece, in place of the answer's `body`. */
  readonly sink?: ((chunk: Buffer) => void) | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** For one request, from looking up the name to the answer's last byte. */
const REQUEST_MS = 15_000;

/** A list of some thousand pods. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @throws AdapterError for every status but 2xx */
export async function send(access: Access, outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const { method, url, headers, body, sink } = outgoing;
  const words = requestWords(method, url.pathname);
  const until = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
  const failure = { operation: operationOf(words), server: access.server, signal: until };
  try {
    const options = await authorized(access, failure);
    const start = url.protocol === 'http:' ? requestHttp : requestHttps;
    const request = start(url, {
      ...options,
      method,
      headers: { 'User-Agent': 'paksa', ...headers, ...options.headers },
      signal: until,
    });
    // Cut off in the middle of the answer, it may report that once more, to nobody.
    request.on('error', () => {});
    request.end(body);
    const [response]: IncomingMessage[] = await once(request, 'response', { signal: until });
    if (response === undefined) throw new Error('no response');
    if (!isSuccess(response)) throw await readRefusal(response, words, access.server);
    const read = await readBody(response, sink);
    if (read === undefined) {
      throw fail(
        failure.operation,
        `${access.server} answered with more than ${MOST_BYTES} bytes (${failure.operation}).`,
      );
    }
    return { status: response.statusCode ?? 0, headers: flat(response), body: read };
  } catch (error) {
    throw translateConnectionError(error, failure);
  }
}

/** The user's token or certificate, the cluster's authority, and an agent with both. */
export async function authorized(
  { kubeConfig }: Access,
  { operation, signal }: { operation: string; signal: AbortSignal },
): Promise<RequestOptions & { headers?: Record<string, string> }> {
  const options: RequestOptions & { headers?: Record<string, string> } = {};
  signal.throwIfAborted();
  // A credential plugin is a program that may hang: it is not waited for longer than the request.
  const { promise: stop, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([kubeConfig.applyToHTTPSOptions(options), stop]);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 200) : '';
    throw fail(operation, `The kubeconfig's credentials cannot be used: ${why}.`, 'not-configured');
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return options;
}

const Status = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
});

/** Of an answer that is no success: the API server's `Status`, or whatever a proxy before it said. */
export async function readRefusal(
  response: IncomingMessage,
  words: RequestWords,
  server: string,
): Promise<AdapterError> {
  const body = await readBody(response);
  const parsed = Status.safeParse(parseJson(String(body)));
  const { message, reason, details } = parsed.data ?? {};
  const retryAfter = Number(response.headers['retry-after']);
  return translateRefusal(
    {
      code: response.statusCode ?? 0,
      message: message ?? '',
      reason: reason ?? response.statusMessage,
      retryAfterSeconds: details?.retryAfterSeconds ?? (Number.isFinite(retryAfter) ? retryAfter : undefined),
    },
    words,
    server,
  );
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

const flat = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Undefined when it is too large to be kept. */
async function readBody(
  response: IncomingMessage,
  sink?: (chunk: Buffer) => void,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) throw new Error('a response without an encoding comes in buffers');
    if (sink !== undefined) {
      sink(chunk);
      continue;
    }
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) return undefined; // which ends the connection
  }
  if (!response.complete) throw new Error('the answer was cut off');
  return Buffer.concat(chunks);
}
