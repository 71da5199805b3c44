/** How Paksa answers what was sent to its port. */
import type { ServerResponse } from 'node:http';

/** Whoever sent it has what could not be kept: they are asked to send it again after so long. */
const RETRY_AFTER_SECONDS = 5;

export type Headers = Readonly<Record<string, string>>;

export function json(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function notKept(response: ServerResponse): void {
  json(
    response,
    503,
    { error: 'Paksa cannot keep this now: send it again.' },
    { 'retry-after': `${RETRY_AFTER_SECONDS}` },
  );
}
