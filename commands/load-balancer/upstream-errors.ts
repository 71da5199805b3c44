/** What nginx says of the servers behind it, grouped by what went wrong. */

interface Line {
  readonly at: Date;
  readonly text: string;
}

export interface UpstreamError {
  readonly kind: Kind;
  readonly times: number;
  /** One of the servers that it went wrong with. */
  readonly upstream: string;
}

export interface UpstreamErrors {
  readonly total: number;
  /** The most frequent first. */
  readonly byKind: readonly UpstreamError[];
  /** The latest. */
  readonly last?: Date;
}

/** nginx's own words: src/http/ngx_http_upstream*.c, and the system's for its errors. The first that fits. */
const KINDS = [
  ['no server left that has not failed', /no live upstreams/],
  ['connection refused', /Connection refused/],
  ['name does not resolve', /host not found in upstream|could not be resolved/],
  ['no route to it', /No route to host|(?:Network|Host) is unreachable/],
  ['no connection in time', /timed out\) while connecting/],
  ['no answer in time', /timed out/],
  ['connection closed by it', /prematurely closed|reset by peer|Broken pipe/],
  ['TLS with it', /SSL|certificate/],
  ['an answer that nginx cannot read', /upstream sent/],
] as const;

export type Kind = (typeof KINDS)[number][0] | 'something else';

/** A warning, such as of an answer that was buffered to a file, is no error. */
const ERROR = /\[(?:error|crit|alert|emerg)\]/;
/** Where the message ends and what it is about begins: a request may ask for anything. */
const ABOUT = /, (?:client|server|upstream|request|host): .*$/;
const QUOTED = /"[^"]*"/g;

function messageOf(text: string): string | undefined {
  if (!ERROR.test(text)) return undefined;
  const message = text.replace(ABOUT, '').replace(QUOTED, '');
  return /upstream|could not be resolved/.test(message) ? message : undefined;
}

const kindOf = (message: string): Kind =>
  KINDS.find(([, pattern]) => pattern.test(message))?.[0] ?? 'something else';

/** The address in `upstream: "http://10.0.0.3:8000/…"`, or the name that could not be found. */
const serverOf = (text: string): string =>
  /upstream: "\w+:\/\/([^/"]+)/.exec(text)?.[1] ??
  /in upstream "([^"]+)"/.exec(text)?.[1] ??
  /(\S+) could not be resolved/.exec(text)?.[1] ??
  'no server named';

export function upstreamErrors(lines: readonly Line[]): UpstreamErrors {
  const errors = lines.flatMap(({ at, text }) => {
    const message = messageOf(text);
    return message === undefined ? [] : [{ at, kind: kindOf(message), upstream: serverOf(text) }];
  });
  const latest = Math.max(...errors.map(({ at }) => at.getTime()));
  return {
    total: errors.length,
    byKind: [...Map.groupBy(errors, ({ kind }) => kind)]
      .map(([kind, group]) => ({ kind, times: group.length, upstream: group.at(-1)?.upstream ?? '' }))
      .toSorted((a, b) => b.times - a.times),
    ...(errors.length > 0 ? { last: new Date(latest) } : {}),
  };
}
