/** Access logs as nginx 1.22 and uvicorn 0.17 really write them: these lines were taken from both. */
import { describe, expect, test } from 'vitest';
import { accessOf } from '../../../commands/emergencies/security-breach/access.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 9, 1, 11, 0, second));
const read = (...texts: readonly string[]) =>
  accessOf(texts.map((text, second) => ({ at: at(second), text })));

/** What it is taken for: `address refused doors`. */
const clientsOf = (...texts: readonly string[]): string[] =>
  read(...texts).clients.map(({ address, refused, doors }) => `${address} ${refused} ${doors}`);

const LOGIN = '"POST /auth/login HTTP/1.1" 401';

describe('one line', () => {
  test.each([
    [
      'nginx',
      '203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "POST /auth/login HTTP/1.1" 401 179 "-" "curl/7.88.1"',
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx, with a referer and an agent that look like a line themselves',
      String.raw`203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "POST /auth/login HTTP/1.1" 401 179 "https://x/\x228.8.8.8 - - [" "Mozilla/5.0 (X11) \x22quoted\x22 1.2.3.4:5 -"`,
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx, with a name that has blanks',
      '203.0.113.7 - a b [24/Nov/2026:01:11:13 +0000] "GET /auth/verify HTTP/1.1" 401 179 "-" "curl/7.88.1"',
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx, with a name that looks like a time',
      '203.0.113.7 - mallory [01/Jan/2026 [24/Nov/2026:01:11:13 +0000] "GET /auth/verify HTTP/1.1" 401 179 "-" "curl/7.88.1"',
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx, with a name that looks like an address',
      '203.0.113.7 - x 8.8.8.8 - y [24/Nov/2026:01:11:13 +0000] "GET /auth/verify HTTP/1.1" 401 179 "-" "curl/7.88.1"',
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx, its format “main”: whom X-Forwarded-For names is what the client says',
      '203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "GET /.env HTTP/1.1" 404 153 "-" "curl/7.88.1" "198.51.100.9, 10.0.0.1"',
      ['203.0.113.7 0 1'],
    ],
    [
      'nginx, IPv6',
      '2001:db8::7 - - [24/Nov/2026:01:11:13 +0000] "GET /.env HTTP/1.1" 404 153 "-" "curl/7.88.1"',
      ['2001:db8::7 0 1'],
    ],
    [
      'nginx, IPv4 within IPv6',
      '::ffff:203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "GET /.env HTTP/1.1" 404 153 "-" "curl/7.88.1"',
      ['203.0.113.7 0 1'],
    ],
    [
      'nginx behind the name that docker-compose logs prints',
      'nginx_1     | 203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "GET /x HTTP/1.1" 403 153 "-" "-"',
      ['203.0.113.7 1 0'],
    ],
    [
      'nginx as the kubelet keeps it',
      '2026-11-24T01:11:13.000000001Z stdout F 203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "GET /x HTTP/1.1" 403 153 "-" "-"',
      ['203.0.113.7 1 0'],
    ],
    [
      'uvicorn',
      'INFO:     203.0.113.7:33038 - "POST /auth/login HTTP/1.1" 401 Unauthorized',
      ['203.0.113.7 1 0'],
    ],
    ['uvicorn, IPv6', 'INFO:     ::1:47696 - "POST /auth/login HTTP/1.1" 401 Unauthorized', ['::1 1 0']],
    [
      'uvicorn, whom a trusted proxy names',
      'INFO:     2001:db8::7:0 - "POST /auth/login HTTP/1.1" 401 Unauthorized',
      ['2001:db8::7 1 0'],
    ],
    [
      'uvicorn by a logging configuration',
      'INFO uvicorn.access: 10.42.0.9:51234 - "GET /adm%20in HTTP/1.1" 403',
      ['10.42.0.9 1 0'],
    ],
    [
      'uvicorn, a quote in the path',
      'INFO:     203.0.113.7:33096 - "GET /x%22%20200%20y HTTP/1.1" 404 Not Found',
      ['203.0.113.7 0 1'],
    ],
    [
      'uvicorn, a WebSocket that is refused',
      'INFO:     203.0.113.7:1 - "WebSocket /ws" 403',
      ['203.0.113.7 1 0'],
    ],
    ['in brackets', 'INFO:     [2001:db8::7]:443 - "GET /x HTTP/1.1" 403 Forbidden', ['2001:db8::7 1 0']],
  ])('%s', (_, text, clients) => {
    expect(clientsOf(text)).toEqual(clients);
  });

  test.each([
    ['nothing', ''],
    [
      'a request that is none',
      String.raw`203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "\x16\x03\x01\x02\x00\x01" 400 157 "-" "-"`,
    ],
    ['half a request', '203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "GET" 400 157 "-" "-"'],
    ['no request', '203.0.113.7 - - [24/Nov/2026:01:11:13 +0000] "" 400 0 "-" "-"'],
    ['words of uvicorn', 'INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)'],
    ['a client without an address', 'INFO:      - "GET /health HTTP/1.1" 200 OK'],
    ['a time in place of an address', '10:00:00 - "GET /health HTTP/1.1" 200 OK'],
    [
      'an error of nginx',
      '2026/11/24 01:11:13 [error] 7#7: *1 connect() failed, client: 203.0.113.7, request: "GET / HTTP/1.1"',
    ],
    ['a trace', '  File "/usr/lib/python3/dist-packages/uvicorn/protocols/http/h11_impl.py", line 129'],
    ['JSON', '{"remote_addr":"203.0.113.7","request":"GET / HTTP/1.1","status":401}'],
  ])('%s is no request', (_, text) => {
    expect(read(text)).toEqual({ requests: 0, clients: [], worstMinute: { refused: 0, addresses: 0 } });
  });

  // A pattern that tried all it could would take hours.
  test.each([
    ['an address that never ends', '1.'.repeat(2000)],
    ['another', `${'a:'.repeat(2000)} - [`],
    ['times that never end', `1.1.1.1 - ${'[01/Jan/2026:'.repeat(300)}`],
    ['quotes that never end', `1.1.1.1 - x [24/Nov/2026:01:11:13 +0000] ${'"GET '.repeat(800)}`],
  ])('%s is no request', (_, text) => {
    expect(read(text).requests).toBe(0);
  });
});

describe('together', () => {
  test('the most refused first, each told by what it did', () => {
    const quiet = 'INFO:     198.51.100.1:1 - "GET /health?token=secret HTTP/1.1" 200 OK';
    const guess = `INFO:     203.0.113.7:1 - ${LOGIN} Unauthorized`;
    const { requests, clients } = read(
      quiet,
      guess,
      guess,
      guess.replace('/auth/login', '/auth/verify'),
      quiet,
    );
    expect(requests).toBe(5);
    expect(clients).toEqual([
      { address: '203.0.113.7', requests: 3, refused: 3, burst: 3, refusedAt: '/auth/login', doors: 0 },
      { address: '198.51.100.1', requests: 2, refused: 0, burst: 0, doors: 0 },
    ]);
    expect(JSON.stringify(clients)).not.toContain('secret');
  });

  test('a burst is what comes within a minute', () => {
    const refusedAt = (...seconds: readonly number[]) =>
      accessOf(seconds.map((second) => ({ at: at(second), text: `INFO: 203.0.113.7:1 - ${LOGIN}` })));
    expect(refusedAt(1, 2, 3, 61, 62, 200).clients[0]).toMatchObject({ refused: 6, burst: 3 });
  });

  test('the worst minute of all addresses together', () => {
    const lines = ['1', '2', '3', '3'].map((last) => `INFO: 203.0.113.${last}:1 - ${LOGIN}`);
    expect(read(...lines).worstMinute).toEqual({ refused: 4, addresses: 3 });
  });

  test('doors are different paths, whatever is asked of them', () => {
    const door = (path: string) => `INFO: 203.0.113.7:1 - "GET ${path} HTTP/1.1" 404 Not Found`;
    expect(read(door('/.env'), door('/.env?a=1'), door('/.git/config')).clients[0]?.doors).toBe(2);
  });

  test('let in at last: only what was sent, to the same path, and counted from the last success', () => {
    const post = (path: string, status: number) => `INFO: 203.0.113.7:1 - "POST ${path} HTTP/1.1" ${status}`;
    const no = post('/auth/login', 401);
    expect(read(no, no, no, post('/auth/login', 200)).clients[0]?.letIn).toEqual({
      path: '/auth/login',
      after: 3,
    });
    expect(
      read(no, no, post('/auth/login', 302), no, post('/auth/login', 200)).clients[0]?.letIn?.after,
    ).toBe(2);
    expect(read(no, post('/invoices', 201)).clients[0]?.letIn).toBeUndefined();
    expect(read(no, post('/auth/login', 500)).clients[0]?.letIn).toBeUndefined();
    // A page that asks again and again until its token is new.
    const page = (status: number) => `INFO: 203.0.113.7:1 - "GET /api/v1/invoices HTTP/1.1" ${status}`;
    expect(read(page(401), page(401), page(200)).clients[0]?.letIn).toBeUndefined();
  });
});
