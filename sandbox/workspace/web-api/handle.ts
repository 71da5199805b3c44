/** One Web API request from its bytes to its answer: who asks, how often, what for, and with which planned faults. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fields } from '../fields.ts';
import { readBody, sendJson } from '../http.ts';
import { SlackError } from '../slack-error.ts';
import type { Credentials, State } from '../state.ts';
import { readArguments } from './arguments.ts';
import type { Fault, Faults } from './faults.ts';
import type { Method, Methods } from './method.ts';
import type { RateLimiter } from './rate-limit.ts';

export interface RecordedRequest {
  method: string;
  /** Without the token. */
  args: Fields;
  /** Milliseconds since 1970. */
  at: number;
  /** What it was answered, or would have been; nothing for one that hung or was cut off. */
  answer?: Fields;
}

export interface WebApiOptions {
  state: State;
  methods: Methods;
  limiter: RateLimiter;
  faults: Faults;
  record(request: RecordedRequest): void;
}

const BODY_LIMIT = 2_000_000;
const SCOPES =
  'commands,chat:write,chat:write.public,channels:manage,channels:read,channels:history,users:read';

function tokenOf(request: IncomingMessage, args: Fields): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? (typeof args.token === 'string' ? args.token : undefined);
}

/** @throws SlackError `not_authed`, `invalid_auth`, `not_allowed_token_type` */
function authenticate(
  { token: wanted }: Method,
  token: string | undefined,
  { botToken, appToken }: Credentials,
): void {
  if (wanted === 'none') return;
  if (!token) throw new SlackError('not_authed');
  if (token !== botToken && token !== appToken) throw new SlackError('invalid_auth');
  if (token !== (wanted === 'bot' ? botToken : appToken)) throw new SlackError('not_allowed_token_type');
}

async function run(
  name: string,
  method: Method | undefined,
  args: Fields,
  token: string | undefined,
  state: State,
) {
  try {
    if (!method) throw new SlackError('unknown_method', { req_method: name });
    authenticate(method, token, state.credentials);
    const { token: _token, ...rest } = args;
    return { ok: true, ...(await method.run(rest)) };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { ok: false, error: error.code, ...error.detail };
  }
}

/** @returns whether the fault is the whole answer */
function failInstead(fault: Fault, response: ServerResponse): boolean {
  if (fault.hang) return true;
  if (fault.status === undefined && fault.error === undefined) return false;
  const status = fault.status ?? 200;
  if (status === 429) response.setHeader('retry-after', String(fault.retryAfter ?? 1));
  sendJson(
    response,
    { ok: false, error: fault.error ?? (status === 429 ? 'ratelimited' : 'internal_error') },
    status,
  );
  return true;
}

export function createWebApi({ state, methods, limiter, faults, record }: WebApiOptions) {
  return async (name: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, BODY_LIMIT);
    const query = new URL(request.url ?? '/', 'http://workspace').searchParams;
    let args: Fields;
    try {
      args = await readArguments(body, request.headers['content-type'] ?? '', query);
    } catch {
      return sendJson(response, { ok: false, error: 'invalid_json' });
    }
    const token = tokenOf(request, args);
    const { token: _token, ...recorded } = args;
    const entry: RecordedRequest = { method: name, args: recorded, at: state.now() };
    record(entry);

    const fault = faults.next(name);
    if (fault && failInstead(fault, response)) return;
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const key = method?.tier === 'posting' ? `${name}:${String(args.channel)}` : name;
    const wait = method && limiter.take(method.tier, key);
    if (wait !== undefined) {
      entry.answer = { ok: false, error: 'ratelimited' };
      response.setHeader('retry-after', String(wait));
      return sendJson(response, entry.answer, 429);
    }
    const answer = await run(name, method, args, token, state);
    entry.answer = answer;
    // The effect is there, and whoever asked cannot know.
    if (fault?.dropAnswer) return void request.socket.destroy();
    response.setHeader('x-oauth-scopes', SCOPES);
    sendJson(response, answer);
  };
}
