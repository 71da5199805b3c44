/** nginx's configuration and error log, as text: upstreams, times, and what may be said of an error. */
import { describe, expect, test } from 'vitest';
import { isErrorLine, offsetOf, presentable, writtenAt } from '../../../src/adapters/nginx/error-log.ts';
import { readUpstreams, seconds } from '../../../src/adapters/nginx/upstreams.ts';

const dump = (files: Record<string, string>): string =>
  Object.entries(files)
    .map(([name, text]) => `# configuration file ${name}:\n${text}\n`)
    .join('\n');

describe('upstreams in the dump', () => {
  test('comments, quotes, several servers a line, and each file by its name', () => {
    const text = dump({
      '/etc/nginx/nginx.conf': 'events {}\nhttp {\n  include conf.d/*.conf;\n}\n',
      '/etc/nginx/conf.d/a.conf': `
        # upstream commented { server 10.0.0.9; }
        upstream api {
          server 10.0.0.1:8000; server "10.0.0.2:8000" max_fails=3 fail_timeout=30s down;
          server unix:/run/api.sock backup fail_timeout=500ms; # server 10.0.0.3;
          keepalive 8;
        }`,
      '/etc/nginx/conf.d/b.conf': `
        server { server_name a; location / { proxy_pass http://127.0.0.1:9; } }
        upstream 'b c' { zone b 64k; server
            10.0.0.4
            max_fails=0
          ; }`,
    });
    expect(readUpstreams(text)).toEqual([
      {
        upstream: 'api',
        address: '10.0.0.1:8000',
        maxFails: 1,
        failTimeoutSeconds: 10,
        file: '/etc/nginx/conf.d/a.conf',
        line: 'server 10.0.0.1:8000;',
      },
      expect.objectContaining({
        address: '10.0.0.2:8000',
        maxFails: 3,
        failTimeoutSeconds: 30,
        line: 'server "10.0.0.2:8000" max_fails=3 fail_timeout=30s down;',
      }),
      expect.objectContaining({ address: 'unix:/run/api.sock', failTimeoutSeconds: 0.5 }),
      expect.objectContaining({
        upstream: 'b c',
        address: '10.0.0.4',
        maxFails: 0,
        file: '/etc/nginx/conf.d/b.conf',
      }),
    ]);
  });

  test('servers that an upstream includes from other files are its servers', () => {
    const text = dump({
      '/etc/nginx/nginx.conf': 'http { upstream api { include pools/api-*; server 10.0.0.9; } }',
      '/etc/nginx/pools/api-1': 'server 10.0.0.1;\nserver 10.0.0.2 max_fails=4;',
      '/etc/nginx/pools/other': 'server 10.0.0.3;',
    });
    expect(readUpstreams(text).map(({ upstream, address, file }) => [upstream, address, file])).toEqual([
      ['api', '10.0.0.1', '/etc/nginx/pools/api-1'],
      ['api', '10.0.0.2', '/etc/nginx/pools/api-1'],
      ['api', '10.0.0.9', '/etc/nginx/nginx.conf'],
    ]);
  });

  test('Lua, variables and escapes do not lead it astray', () => {
    const text = dump({
      '/etc/nginx/nginx.conf': `http {
        init_by_lua_block { -- a } in a comment, and "{"
          local t = {a = "}", b = '{{'} }
        set $x "\${y}\\"; upstream no { server 1.1.1.1; }";
        if ($request_uri ~ "^/a{2}") { return 444; }
        proxy_pass http://\${name}_pool;
        upstream yes { balancer_by_lua_block { balance({n=1}) } server 2.2.2.2; }
      }`,
    });
    expect(readUpstreams(text).map(({ upstream, address }) => [upstream, address])).toEqual([
      ['yes', '2.2.2.2'],
    ]);
  });

  test.each([
    '',
    '# configuration file /a:',
    dump({ '/a': 'upstream x { server "1.1.1.1' }),
    dump({ '/a': '}}' }),
  ])('nothing, and no error, in %j', (text) => {
    expect(readUpstreams(text).filter(({ address }) => address !== '1.1.1.1')).toEqual([]);
  });

  test.each([
    ['30', 30],
    ['30s', 30],
    ['1m30s', 90],
    ['2h', 7_200],
    ['1d', 86_400],
    ['1500ms', 1.5],
    ['0', 0],
    [undefined, 10],
  ])('fail_timeout=%s is %d seconds', (written, expected) => {
    expect(seconds(written)).toBe(expected);
  });
});

describe('error log', () => {
  const LINE =
    '2026/11/23 23:50:31 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.1.1.1, server: , request: "GET /v1/pay?card=4111&token=abc HTTP/1.1", upstream: "http://127.0.0.1:9/v1/pay?card=4111&token=abc", host: "x", referrer: "https://x/y?z=1"';

  test.each([
    ['2026/11/23 23:50:31 [notice] 1#1: start worker process 30', true],
    [LINE, true],
    ['10.1.1.1 - - [23/Nov/2026:23:50:31 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"', false],
    ['/docker-entrypoint.sh: Configuration complete; ready for start up', false],
    ['x 2026/11/23 23:50:31 [error] 7#7: no', false],
  ])('%j', (text, expected) => {
    expect(isErrorLine(text)).toBe(expected);
  });

  test('its time is local to the place where nginx runs', () => {
    expect(writtenAt(LINE, 0)?.toISOString()).toBe('2026-11-23T23:50:31.000Z');
    expect(writtenAt(LINE, offsetOf('+0530\n') ?? 0)?.toISOString()).toBe('2026-11-23T18:20:31.000Z');
    expect(writtenAt(LINE, offsetOf('-0800') ?? 0)?.toISOString()).toBe('2026-11-24T07:50:31.000Z');
    expect(writtenAt('GET /', 0)).toBeUndefined();
    expect(offsetOf('PST')).toBeUndefined();
  });

  test('queries are not repeated', () => {
    const said = presentable(LINE);
    expect(said).not.toMatch(/4111|abc|z=1/);
    expect(said).toContain(
      'request: "GET /v1/pay?… HTTP/1.1", upstream: "http://127.0.0.1:9/v1/pay?…", host: "x"',
    );
    expect(presentable('x'.repeat(3_000))).toHaveLength(1_000);
  });
});
