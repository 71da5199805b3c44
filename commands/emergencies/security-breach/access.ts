/** Who asked for what, as access logs tell it: nginx's combined format and uvicorn's. */

interface Line {
  readonly text: string;
}

export interface Access {
  readonly requests: number;
  /** The most refused first. */
  readonly clients: readonly Client[];
}

export interface Client {
  readonly address: string;
  readonly requests: number;
  /** Answered with 401 or 403. */
  readonly refused: number;
  /** Answered with 404: somebody who tries doors has many. */
  readonly missing: number;
  readonly paths: number;
}

/** `203.0.113.7 - - [23/Nov/2026:10:00:00 +0000] "GET /path HTTP/1.1" 401 12 …`, with what a container puts before it. */
const NGINX = /(?:^|\s)([0-9a-f.:]{3,45}) \S+ \S+ \[[^\]]+\] "[A-Z]+ (\S+)[^"]*" (\d{3})\b/i;
/** `INFO:     203.0.113.7:51234 - "GET /path HTTP/1.1" 401 Unauthorized`. */
const UVICORN = /(?:^|\s)\[?([0-9a-f.:]{3,45}?)\]?:\d{1,5} - "[A-Z]+ (\S+)[^"]*" (\d{3})\b/i;

export function accessOf(lines: readonly Line[]): Access {
  const requests = lines.flatMap(({ text }) => {
    const [, address, path = '', status] = UVICORN.exec(text) ?? NGINX.exec(text) ?? [];
    return address === undefined ? [] : [{ address, path: path.split('?')[0] ?? '', status: Number(status) }];
  });
  const clients = [...Map.groupBy(requests, ({ address }) => address)].map(([address, own]): Client => {
    const answered = (...statuses: readonly number[]) =>
      own.filter(({ status }) => statuses.includes(status)).length;
    return {
      address,
      requests: own.length,
      refused: answered(401, 403),
      missing: answered(404),
      paths: new Set(own.map(({ path }) => path)).size,
    };
  });
  return {
    requests: requests.length,
    clients: clients.toSorted(
      (a, b) => b.refused - a.refused || b.missing - a.missing || b.requests - a.requests,
    ),
  };
}
