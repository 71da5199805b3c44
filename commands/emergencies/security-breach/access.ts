/** Who asked for what, as access logs tell it: nginx's combined format and uvicorn's, whatever a runtime puts before them. */

export interface AccessLine {
  readonly at: Date;
  readonly text: string;
}

export interface Access {
  readonly requests: number;
  /** The most refused first. */
  readonly clients: readonly Client[];
  /** Refused within the worst minute, and to how many addresses. */
  readonly worstMinute: { readonly refused: number; readonly addresses: number };
}

export interface Client {
  readonly address: string;
  readonly requests: number;
  /** Answered with 401 or 403. */
  readonly refused: number;
  /** Of those, within its worst minute. */
  readonly burst: number;
  /** The path that it was refused most often. */
  readonly refusedAt?: string;
  /** Different paths that are not there: somebody who tries doors has many. */
  readonly doors: number;
  /** Where it was let in at last, and after how many refusals. */
  readonly letIn?: { readonly path: string; readonly after: number };
}

interface Request {
  readonly minute: number;
  readonly address: string;
  readonly method: string;
  /** Without its query, which may hold a token. */
  readonly path: string;
  readonly status: number;
}

const ADDRESS = String.raw`(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})`;
const REQUEST = String.raw`"([A-Z]+) (\S+)[^"]*" (\d{3})\b`;
/** `203.0.113.7 - name [23/Nov/2026:10:00:00 +0000] "GET /path HTTP/1.1" 401 12 "…" "…"`: quotes within are escaped, a name may hold blanks. */
const NGINX = new RegExp(
  String.raw`(?:^|\s)${ADDRESS} - .*?\[\d\d/[A-Z][a-z]{2}/\d{4}:[\d:]{8} [+-]\d{4}\] ${REQUEST}`,
  'i',
);
/** `INFO:     203.0.113.7:51234 - "GET /path HTTP/1.1" 401 Unauthorized`; an IPv6 address has no brackets. */
const UVICORN = new RegExp(String.raw`(?:^|\s)\[?${ADDRESS}\]?:\d{1,5} - ${REQUEST}`, 'i');

function requestOf({ at, text }: AccessLine): Request | undefined {
  const [, address, method = '', path = '', status] = UVICORN.exec(text) ?? NGINX.exec(text) ?? [];
  if (address === undefined) return undefined;
  return {
    minute: Math.floor(at.getTime() / 60_000),
    address: address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, ''),
    method: method.toUpperCase(),
    path: path.split('?')[0] ?? '',
    status: Number(status),
  };
}

const isRefused = ({ status }: Request): boolean => status === 401 || status === 403;

/** Lines in time order. */
export function accessOf(lines: readonly AccessLine[]): Access {
  const requests = lines.map(requestOf).filter((request) => request !== undefined);
  const clients = [...Map.groupBy(requests, ({ address }) => address)].map(([address, own]) =>
    clientOf(address, own),
  );
  const worst = mostIn(Map.groupBy(requests.filter(isRefused), ({ minute }) => minute));
  return {
    requests: requests.length,
    clients: clients.sort((a, b) => b.refused - a.refused || b.doors - a.doors || b.requests - a.requests),
    worstMinute: { refused: worst.length, addresses: new Set(worst.map(({ address }) => address)).size },
  };
}

function clientOf(address: string, own: readonly Request[]): Client {
  const refused = own.filter(isRefused);
  const [most] = mostIn(Map.groupBy(refused, ({ path }) => path));
  const letIn = letInAfter(own);
  return {
    address,
    requests: own.length,
    refused: refused.length,
    burst: mostIn(Map.groupBy(refused, ({ minute }) => minute)).length,
    ...(most ? { refusedAt: most.path } : {}),
    doors: new Set(own.filter(({ status }) => status === 404).map(({ path }) => path)).size,
    ...(letIn ? { letIn } : {}),
  };
}

const mostIn = (groups: ReadonlyMap<unknown, readonly Request[]>): readonly Request[] =>
  [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most), []);

/** Of what was sent again and again, such as a login: a page that is asked for again with a new token is nobody's guess. */
function letInAfter(own: readonly Request[]): Client['letIn'] {
  const tried = new Map<string, number>();
  let most: Client['letIn'];
  for (const request of own) {
    const { method, path, status } = request;
    if (method !== 'POST') continue;
    const after = tried.get(path) ?? 0;
    if (isRefused(request)) tried.set(path, after + 1);
    else if (status < 400) {
      if (after > (most?.after ?? 0)) most = { path, after };
      tried.delete(path);
    }
  }
  return most;
}
