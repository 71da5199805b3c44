/** What nginx says of the servers behind it: lines that nginx 1.22 wrote, of requests that failed and of some that did not. */
import { describe, expect, test } from 'vitest';
import { upstreamErrors } from '../../commands/load-balancer/upstream-errors.ts';

const about = (path: string, server?: string) =>
  `, client: 10.0.0.9, server: api, request: "GET ${path} HTTP/1.1"${server ? `, upstream: "http://${server}${path}"` : ''}, host: "api"`;
const said = (level: string, message: string, rest: string) =>
  `2026/11/24 01:18:22 [${level}] 17358#17358: *1 ${message}${rest}`;
const at = new Date('2026-11-24T01:18:22Z');
const read = (...texts: readonly string[]) => upstreamErrors(texts.map((text) => ({ at, text })));

describe('an error with an upstream', () => {
  test.each([
    ['connect() failed (111: Connection refused) while connecting to upstream', 'connection refused'],
    ['no live upstreams while connecting to upstream', 'no server left that has not failed'],
    ['connect() failed (113: No route to host) while connecting to upstream', 'no route to it'],
    ['connect() failed (101: Network is unreachable) while connecting to upstream', 'no route to it'],
    ['upstream timed out (110: Connection timed out) while connecting to upstream', 'no connection in time'],
    [
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
      'no answer in time',
    ],
    [
      'upstream prematurely closed connection while reading response header from upstream',
      'connection closed by it',
    ],
    ['upstream prematurely closed connection while reading upstream', 'connection closed by it'],
    [
      'recv() failed (104: Connection reset by peer) while reading response header from upstream',
      'connection closed by it',
    ],
    [
      'upstream sent too big header while reading response header from upstream',
      'an answer that nginx cannot read',
    ],
    [
      'upstream sent no valid HTTP/1.0 header while reading response header from upstream',
      'an answer that nginx cannot read',
    ],
    [
      'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream',
      'TLS with it',
    ],
    [
      'upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream',
      'TLS with it',
    ],
    ['something new while reading upstream', 'something else'],
  ])('%s', (message, kind) => {
    expect(read(said('error', message, about('/api', '10.0.0.3:8000')))).toEqual({
      total: 1,
      byKind: [{ kind, times: 1, upstream: '10.0.0.3:8000' }],
      last: at,
    });
  });

  test('a name that does not resolve is named itself', () => {
    const missing = 'host not found in upstream "backend:8000" in /etc/nginx/conf.d/backend.conf:4';
    expect(read(`2026/11/24 01:18:22 [emerg] 1#1: ${missing}`).byKind).toEqual([
      { kind: 'name does not resolve', times: 1, upstream: 'backend:8000' },
    ]);
    const unresolved = 'nope.invalid could not be resolved (110: Operation timed out)';
    expect(read(said('error', unresolved, about('/name'))).byKind).toEqual([
      { kind: 'name does not resolve', times: 1, upstream: 'nope.invalid' },
    ]);
  });
});

describe('no error with an upstream', () => {
  test.each([
    said(
      'warn',
      'upstream server temporarily disabled while connecting to upstream',
      about('/', '10.0.0.3:8000'),
    ),
    said(
      'warn',
      'an upstream response is buffered to a temporary file /var/cache/nginx/1 while reading upstream',
      about('/', '10.0.0.3:8000'),
    ),
    said(
      'info',
      'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream',
      about('/', '10.0.0.3:8000'),
    ),
    // A request may ask for anything.
    said(
      'error',
      'open() "/usr/share/nginx/html/upstream/x" failed (2: No such file or directory)',
      about('/upstream/x'),
    ),
    said('error', 'directory index of "/usr/share/nginx/html/upstream/" is forbidden', about('/upstream/')),
    said('error', 'limiting requests, excess: 1.000 by zone "upstream"', about('/?a=no live upstreams')),
    said('error', 'client intended to send too large body: 5000 bytes', about('/upstream')),
    '2026/11/24 01:18:23 [notice] 1#1: signal 15 (SIGTERM) received from 7, exiting',
    '10.0.0.9 - - [24/Nov/2026:01:18:23 +0000] "GET /upstream HTTP/1.1" 502 157 "-" "curl/7.88.1"',
  ])('%s', (text) => {
    expect(read(text)).toEqual({ total: 0, byKind: [] });
  });
});

test('grouped by what went wrong, the most frequent first, with the latest of all', () => {
  const refused = said(
    'error',
    'connect() failed (111: Connection refused) while connecting to upstream',
    about('/', '10.0.0.3:8000'),
  );
  const other = refused.replace('10.0.0.3', '10.0.0.4');
  const slow = said(
    'error',
    'upstream timed out (110: Connection timed out) while reading response header from upstream',
    about('/', '10.0.0.3:8000'),
  );
  const later = new Date(at.getTime() + 60_000);
  expect(
    upstreamErrors([
      { at, text: slow },
      { at: later, text: refused },
      { at, text: other },
    ]),
  ).toEqual({
    total: 3,
    byKind: [
      { kind: 'connection refused', times: 2, upstream: '10.0.0.4:8000' },
      { kind: 'no answer in time', times: 1, upstream: '10.0.0.3:8000' },
    ],
    last: later,
  });
});
