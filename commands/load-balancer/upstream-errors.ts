/** What nginx says of the servers behind it, grouped by what went wrong. */

interface Line {
  readonly text: string;
}

export interface UpstreamErrors {
  readonly total: number;
  /** The most frequent first. */
  readonly byKind: readonly { readonly kind: string; readonly times: number; readonly upstream: string }[];
}

/** nginx's own words: src/http/ngx_http_upstream*.c. */
const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['no live upstreams', /no live upstreams/],
  ['connection refused', /Connection refused/],
  ['host not found', /host not found in upstream|could not be resolved/],
  ['no route', /No route to host|Network is unreachable|Host is unreachable/],
  ['timed out', /timed out/],
  ['closed too early', /prematurely closed|reset by peer/],
  ['certificate or TLS', /SSL_do_handshake|upstream SSL/],
];

/** A warning that a body was buffered to a file mentions an upstream too, and is none of its errors. */
const ERROR = /\[(error|crit|alert|emerg)\]/;

export function upstreamErrors(lines: readonly Line[]): UpstreamErrors {
  const about = lines.filter(({ text }) => ERROR.test(text) && /upstream/.test(text));
  const groups = Map.groupBy(about, ({ text }) => kindOf(text));
  return {
    total: about.length,
    byKind: [...groups]
      .map(([kind, group]) => ({ kind, times: group.length, upstream: serverOf(group[0]?.text ?? '') }))
      .toSorted((a, b) => b.times - a.times),
  };
}

const kindOf = (text: string): string =>
  KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'another error';

const serverOf = (text: string): string => /upstream: "\w+:\/\/([^/"]+)/.exec(text)?.[1] ?? 'no server named';
