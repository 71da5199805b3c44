/**
 * Refused requests in a log, by reason and by minute. One request is often told twice, by the application with the reason
 * and by its server with the status: it counts once.
 */

interface Line {
  readonly at: Date;
  readonly text: string;
}

export const WRONG_SIGNATURE = 'wrong signature';
const NO_REASON = 'no reason given';

export interface Reason {
  readonly reason: string;
  readonly times: number;
  /** The latest. */
  readonly last: Date;
}

export interface Minute {
  readonly minute: string;
  readonly times: number;
}

export interface Refusals {
  readonly total: number;
  /** The most frequent first. */
  readonly byReason: readonly Reason[];
  /** In time order; `minute` as `2026-11-23 14:05Z`. */
  readonly byMinute: readonly Minute[];
  readonly worstMinute?: Minute;
}

/** In the words of PyJWT, python-jose, FastAPI, Starlette and Django. An expired signature is no wrong one, so that comes first. */
const REASONS: readonly (readonly [reason: string, pattern: RegExp])[] = [
  [
    'expired token',
    /signature has expired|ExpiredSignature|\b(?:token|jwt)\b.{0,20}\bexpired|expired (?:token|jwt)\b/i,
  ],
  ['token not yet valid', /not yet valid|ImmatureSignature/i],
  [
    WRONG_SIGNATURE,
    /signature verification failed|InvalidSignature|(?:invalid|bad)[ _]signature|signature (?:mismatch|is invalid|does not match)/i,
  ],
  [
    'token for something else',
    /invalid (?:audience|issuer|subject)|is missing the \S+ claim|alg(?:orithm)? (?:value )?is not allowed/i,
  ],
  [
    'no token',
    /not authenticated|missing (?:\w+ )?(?:token|credentials|authorization)|no (?:\w+ )?token\b|(?:token|authorization header) (?:is )?missing|credentials were not provided/i,
  ],
  ['session ended', /session (?:has )?(?:ended|expired|gone|not found)|(?:unknown|invalid|no such) session/i],
  [
    'malformed token',
    /malformed (?:jwt|token)|(?:jwt|token) (?:is )?malformed|not enough segments|invalid header string|invalid (?:header |crypto |payload )?padding|invalid (?:\w+ )?(?:jwt|token)\b|jwt\S*DecodeError|could not validate credentials/i,
  ],
  [
    'wrong password',
    /(?:invalid|incorrect|wrong|bad) (?:user ?name|password|credentials|login|e-?mail)\b|login failed|failed login/i,
  ],
  ['not allowed', /\bforbidden\b|insufficient (?:scope|permission)/i],
];

/** A refusal without a reason, in the guide's words: `grep -i auth` finds these, and “authenticated user 7” or “author” too, which are none. */
const UNEXPLAINED =
  /\bHTTPException: 40[13]\b|\bauth(?:entication|orization)?\b.{0,20}\b(?:fail(?:ed|ure)|error|denied|refused|rejected)\b|\b(?:failed to|could not|cannot|unable to) (?:authenticate|authorize)\b|\bunauthori[sz]ed\b|\bunauthenticated\b/i;
/** What says that it worked, or counts none. */
const NONE_AT_ALL = /\b(?:no|0|without)\b.{0,15}\b(?:failures?|errors?)\b/i;

/** Refusals by somebody else, such as the database or Redis; and what housekeeping says. */
const NOT_OURS =
  /psycopg|postgres|sqlalchemy|\bFATAL\b|redis|WRONGPASS|NOAUTH|certificate|x509|\b(?:ssl|tls|smtp)\b|webhook|\b(?:clean|purg|prun|remov|delet|rotat|renew)(?:ed|ing)\b/i;
/** What the backend asks of other servers, as httpx and urllib3 log it. */
const OUTGOING = /HTTP Request: |https?:\/\/[^\s"]+ "[A-Z]+ /;
/** Of a traceback, only its last line says what happened. */
const CONTINUES = /^\s/;

/** `"GET /path HTTP/1.1" 401`, as uvicorn, gunicorn and nginx write it; quotes within are escaped. */
const REQUEST = /"[A-Z]+ (?:[^"\\]|\\.)*"(?: (\d{3})\b)?/;
const FIELD =
  /"(?:status|status_code|statusCode|http_status|http\.status_code)"\s*:\s*"?(\d{3})\b|\bstatus(?:_code)?=(\d{3})\b/;

interface Read {
  readonly at: Date;
  readonly reason: string | undefined;
  /** Whether its server says it, with the status. */
  readonly byStatus: boolean;
}

function read({ at, text }: Line): Read | undefined {
  if (CONTINUES.test(text) || OUTGOING.test(text)) return undefined;
  const request = REQUEST.exec(text);
  const field = FIELD.exec(text);
  const status = request?.[1] ?? field?.[1] ?? field?.[2];
  if (status !== undefined && status !== '401' && status !== '403') return undefined;
  // What is asked for may be called anything.
  const rest = text.replace(REQUEST, '').replace(/"(?:path|url|uri)"\s*:\s*"[^"]*"/g, '');
  if (NOT_OURS.test(rest)) return undefined;
  const reason = REASONS.find(([, pattern]) => pattern.test(rest))?.[0];
  const isUnexplained = UNEXPLAINED.test(rest) && !NONE_AT_ALL.test(rest);
  const told = reason ?? (isUnexplained ? NO_REASON : undefined);
  return status === undefined && told === undefined
    ? undefined
    : { at, reason, byStatus: status !== undefined };
}

export function refusalsOf(lines: readonly Line[]): Refusals {
  const refusals = lines.flatMap((line) => read(line) ?? []);
  const minutes = [...Map.groupBy(refusals, ({ at }) => minuteOf(at))].map(([minute, group]) => {
    const byStatus = group.filter((refusal) => refusal.byStatus).length;
    return { minute, times: Math.max(byStatus, group.length - byStatus) };
  });
  const total = minutes.reduce((sum, { times }) => sum + times, 0);
  const [worstMinute] = minutes.toSorted((a, b) => b.times - a.times);
  return {
    total,
    byReason: byReason(refusals, total),
    byMinute: minutes.toSorted((a, b) => a.minute.localeCompare(b.minute)),
    ...(worstMinute ? { worstMinute } : {}),
  };
}

function byReason(refusals: readonly Read[], total: number): readonly Reason[] {
  const told = [...Map.groupBy(refusals, ({ reason }) => reason)].flatMap(([reason, group]) =>
    reason === undefined ? [] : [{ reason, times: group.length, last: latest(group) }],
  );
  const untold = total - told.reduce((sum, { times }) => sum + times, 0);
  const rest = untold > 0 ? [{ reason: NO_REASON, times: untold, last: latest(refusals) }] : [];
  return [...told, ...rest].toSorted((a, b) => b.times - a.times);
}

const latest = (refusals: readonly Read[]): Date =>
  new Date(Math.max(...refusals.map(({ at }) => at.getTime())));

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
